#pragma once
#include <string>

#include "ecron/http/server.hpp"

namespace ecron::app {

/// The URL at which this machine reaches a server with these options.
[[nodiscard]] std::string own_url(const http::ServerOptions& own);

}  // namespace ecron::app
