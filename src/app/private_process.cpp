#include "app/private_process.hpp"

#include <sys/prctl.h>
#include <unistd.h>

#include <cstring>
#include <string_view>
#include <vector>

#include "app/cli.hpp"

namespace ecron::app {

void keep_memory_private() { ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }

std::map<std::string, std::string> take_environment() {
    std::map<std::string, std::string> environment = environment_of(environ);
    // getenv returns pointers into this vector until the process ends, so neither it nor its strings are
    // freed.
    auto& kept = *new std::vector<char*>;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        if (!std::string_view{*entry}.starts_with("ECRON_")) kept.push_back(::strdup(*entry));
        ::explicit_bzero(*entry, std::strlen(*entry));
    }
    kept.push_back(nullptr);
    environ = kept.data();
    return environment;
}

}  // namespace ecron::app
