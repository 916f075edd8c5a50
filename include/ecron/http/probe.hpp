#pragma once
#include <string>

#include "ecron/base/error.hpp"
#include "ecron/base/time.hpp"

/// One blocking GET for health checks, in a process of its own. The certificate is not verified: it rarely
/// names the loopback address, the request contains nothing confidential, and only the status is used.
namespace ecron::http {

/// The status of the response; unavailable: no response within that time.
Result<unsigned> probe(const std::string& url, Millis within);

}  // namespace ecron::http
