#pragma once
#include <string>

/// Resolves cron_addr to a listen address. Old configurations set it to the name of their service, which
/// resolves to a load balancer, so only an IP literal of this machine is used as is.
namespace ecron::config {

[[nodiscard]] bool is_ip_literal(const std::string& text);

/// The text itself if it is a local IP literal, 127.0.0.1 for localhost in any case, otherwise the wildcard
/// address: "::" if the machine has IPv6 (which accepts IPv4 too), "0.0.0.0" if not.
std::string listen_address(const std::string& text);

bool is_loopback(const std::string& ip_literal);
/// 0.0.0.0 or ::, in any notation.
bool is_any(const std::string& text);

}  // namespace ecron::config
