/// Configuration files of ecron and of the previous service.
#include <sys/mman.h>
#include <unistd.h>

#include <cassert>
#include <cstdint>
#include <string>

#include "ecron/config/load.hpp"

using namespace ecron::config;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const int file = ::memfd_create("ecron.yaml", MFD_CLOEXEC);
    if (::write(file, data, size) != static_cast<ssize_t>(size)) {
        ::close(file);
        return 0;
    }
    Sources sources;
    sources.files = {"/proc/self/fd/" + std::to_string(file)};
    if (const auto loaded = load(sources); loaded) {
        const std::string shown = format_settings(loaded->settings);
        assert(!shown.empty());
    } else {
        for (const Problem& problem : loaded.error()) assert(!format(problem).empty());
    }
    ::close(file);
    return 0;
}
