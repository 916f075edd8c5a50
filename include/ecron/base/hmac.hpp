#pragma once
#include <array>
#include <string_view>

namespace ecron {

/// HMAC-SHA-256 (RFC 2104). Threads: any.
[[nodiscard]] std::array<unsigned char, 32> hmac_sha256(std::string_view key, std::string_view message);

}  // namespace ecron
