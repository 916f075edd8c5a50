#pragma once
#include <string>
#include <string_view>

namespace ecron::http {

/// Does the text begin as a URL of http or https does?
[[nodiscard]] bool has_http_scheme(std::string_view url);
/// Same scheme, host and port: what credentials may follow (RFC 6454 §4).
[[nodiscard]] bool same_origin(const std::string& left, const std::string& right);
/// From http to https at the same host, both at their usual ports: what was sent in the open before may be
/// sent there.
[[nodiscard]] bool is_upgrade(const std::string& from, const std::string& to);
/// The host of a URL for messages; empty when there is none. Never contains credentials.
[[nodiscard]] std::string host_of(const std::string& url);

}  // namespace ecron::http
