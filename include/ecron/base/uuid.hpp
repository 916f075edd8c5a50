#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "ecron/base/time.hpp"

/// UUIDs as RFC 9562 writes them: lower case, with hyphens, 36 characters.
namespace ecron {

/// Version 4, from the operating system's random source.
std::string random_uuid();

/// Version 8: 48 bits of the instant in milliseconds, the rest HMAC-SHA-256(key, subject, instant). The same
/// arguments always give the same id; without the key it cannot be guessed.
std::string keyed_uuid(std::string_view key, std::string_view subject, Instant instant);

/// `count` bytes from the operating system's random source.
std::string random_bytes(std::size_t count);

/// Lower-case hexadecimal.
std::string to_hex(std::string_view bytes);
std::string from_hex(std::string_view hex);  // characters that are no hex digits end it

}  // namespace ecron
