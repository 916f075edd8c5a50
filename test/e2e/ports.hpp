#pragma once
#include <cstdint>

namespace ecron::e2e {

/// A port of 127.0.0.1 that nobody listened on a moment ago, for servers that cannot choose one themselves.
std::uint16_t free_port();

/// Whether somebody takes connections at that port of 127.0.0.1.
bool answers(std::uint16_t port);

}  // namespace ecron::e2e
