#pragma once
#include "client/api/api.hpp"

namespace ecron::client {

/// The response of 2xx, or why there is none: the exit code, and the reasons that the server gave for each
/// member.
Outcome<Reply> reply_of(const std::string& server, http::ClientResult result);

/// The lines that explain a response that is not 2xx.
std::vector<std::string> reasons_in(unsigned status, const std::string& body);

}  // namespace ecron::client
