#pragma once
#include <string>

namespace ecron::http {

/// Scheme, host and port of a URL in lower case: "https://example.com:443" (RFC 6454); empty if the text is
/// not a URL.
[[nodiscard]] std::string origin_of(const std::string& url);

}  // namespace ecron::http
