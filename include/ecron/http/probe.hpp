#pragma once
#include <string>

#include "ecron/base/error.hpp"
#include "ecron/base/time.hpp"

/// One GET by a process that does nothing else, for health checks. Blocks. The certificate is not checked: it
/// seldom names the loopback address, nothing is sent that a stranger may not see, and all that is believed
/// is the status.
namespace ecron::http {

/// The status of the answer; unavailable: there was none in that time.
Result<unsigned> probe(const std::string& url, Millis within);

}  // namespace ecron::http
