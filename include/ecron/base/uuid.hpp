#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "ecron/base/time.hpp"

/// UUIDs in the format of RFC 9562: lower case, with hyphens, 36 characters.
namespace ecron {

/// Returns a version 4 UUID from the operating system's random source.
std::string random_uuid();

/// Returns a version 8 UUID: 48 bits of the instant in milliseconds, the rest HMAC-SHA-256(key, subject,
/// instant). Deterministic; unpredictable without the key.
std::string keyed_uuid(std::string_view key, std::string_view subject, Instant instant);

/// Returns `count` bytes from the operating system's random source.
std::string random_bytes(std::size_t count);

/// Formats lower-case hexadecimal.
std::string to_hex(std::string_view bytes);
std::string from_hex(std::string_view hex);  // stops at the first character that is not a hex digit

}  // namespace ecron
