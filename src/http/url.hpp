#pragma once
#include <string>
#include <string_view>

namespace ecron::http {

/// Whether the text begins with "http://" or "https://", case-insensitive.
[[nodiscard]] bool has_http_scheme(std::string_view url);
/// Same scheme, host and port: only then may credentials be sent (RFC 6454 §4).
[[nodiscard]] bool same_origin(const std::string& left, const std::string& right);
/// From http to https on the same host, both on their default ports: data sent unencrypted before may be sent
/// there.
[[nodiscard]] bool is_upgrade(const std::string& from, const std::string& to);
/// The host of a URL for messages; empty if there is none. Never contains credentials.
[[nodiscard]] std::string host_of(const std::string& url);

}  // namespace ecron::http
