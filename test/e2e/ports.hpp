#pragma once
#include <cstdint>

namespace ecron::e2e {

/// A port of 127.0.0.1 that nobody listens on, for servers that cannot choose one themselves. As long as this
/// process lives no other test is given it, whether a server listens there or not.
std::uint16_t free_port();

/// Whether somebody takes connections at that port of 127.0.0.1.
bool answers(std::uint16_t port);

}  // namespace ecron::e2e
