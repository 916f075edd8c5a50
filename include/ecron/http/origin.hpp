#pragma once
#include <optional>
#include <string>

/// Origins of URLs (RFC 6454). Pure. Threads: any.
namespace ecron::http {

/// Scheme and host in lower case; an IPv6 address has its brackets.
struct Origin {
    std::string scheme, host, port;

    /// Nullopt: the text is not a URL.
    [[nodiscard]] static std::optional<Origin> of(const std::string& url);
    [[nodiscard]] std::string text() const { return scheme + "://" + host + ":" + port; }
    bool operator==(const Origin&) const = default;
};

/// "https://example.com:443"; empty if the text is not a URL.
[[nodiscard]] std::string origin_of(const std::string& url);

}  // namespace ecron::http
