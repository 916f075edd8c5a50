#include <cstdio>

#include "ecron/management/api.hpp"
#include "management/openapi/document.hpp"

/// Writes the OpenAPI document with the default paths to standard output, for builds that need it before the
/// server: openapi_document VERSION.
int main(int argc, char** argv) {
    using namespace ecron::management;
    const Options options;
    const Router router{options};
    std::puts(openapi_document(router, argc > 1 ? argv[1] : "0.0.0").c_str());
    return 0;
}
