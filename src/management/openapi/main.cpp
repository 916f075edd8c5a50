#include <iostream>

#include "ecron/management/openapi.hpp"

/// Prints the OpenAPI document of the API with the default configuration. The build uses it for the web page,
/// which is part of ecron, so that ecron itself cannot print it then.
int main() {
    std::cout << ecron::management::openapi_document({.version = "build"}) << '\n';
    return std::cout.flush() ? 0 : 1;
}
