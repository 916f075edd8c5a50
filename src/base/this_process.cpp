#include "ecron/base/this_process.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <array>

namespace ecron {

std::string this_process() {
    std::array<char, 256> host{};
    ::gethostname(host.data(), host.size() - 1);
    return fmt::format("process {} on {}", ::getpid(), host.data());
}

}  // namespace ecron
