#pragma once
#include <cstdint>
#include <string>

#include "ecron/base/error.hpp"
#include "ecron/base/time.hpp"

/// One GET of a server on this machine, for health checks by a process of their own. Blocks. The certificate
/// is not checked: it seldom names the loopback address, nothing is sent that a stranger may not see, and all
/// that is believed is the status.
namespace ecron::http {

struct ProbeTarget {
    std::string address;  // an IP literal without brackets
    std::uint16_t port{};
    bool tls{};
    std::string path;
};

/// The status of the answer; unavailable: there was none in that time.
Result<unsigned> probe(const ProbeTarget& target, Millis within);

}  // namespace ecron::http
