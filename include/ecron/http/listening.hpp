#pragma once
#include <cstdint>
#include <string>

#include "ecron/base/error.hpp"

namespace ecron::http {

/// Whether a server could listen at this IP literal and port now. Binds the port for an instant, without
/// accepting connections. Port 0 is always free. Errors, which name both: unavailable if the port is in use
/// or the address does not exist (yet); denied if the port is privileged; otherwise invalid.
Result<void> check_port(const std::string& address, std::uint16_t port);

}  // namespace ecron::http
