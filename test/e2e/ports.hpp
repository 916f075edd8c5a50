#pragma once
#include <cstdint>

namespace ecron::e2e {

/// Returns an unused port of 127.0.0.1, for servers that cannot choose one themselves. While this process
/// lives no other test gets it, whether or not a server listens there.
std::uint16_t free_port();

/// Returns true if a server accepts connections at that port of 127.0.0.1.
bool answers(std::uint16_t port);

}  // namespace ecron::e2e
