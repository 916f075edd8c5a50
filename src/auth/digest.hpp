#pragma once
#include <array>
#include <string_view>

namespace ecron::auth {

/// SHA-256 of the concatenated pieces. Threads: any.
using Digest = std::array<unsigned char, 32>;
[[nodiscard]] Digest sha256(std::string_view first, std::string_view second = {});
[[nodiscard]] std::string_view bytes_of(const Digest& digest);

}  // namespace ecron::auth
