#pragma once
#include <string>

/// Where cron_addr says to listen. Old configurations put their service's name there, which resolves to a
/// load balancer, so only an IP literal of this machine is taken at its word.
namespace ecron::config {

/// The text itself when it is a local IP literal, 127.0.0.1 for localhost, else the address that means all:
/// "::" where the machine has IPv6 (it takes IPv4 too), "0.0.0.0" elsewhere.
std::string listen_address(const std::string& text);

bool is_loopback(const std::string& ip_literal);

}  // namespace ecron::config
