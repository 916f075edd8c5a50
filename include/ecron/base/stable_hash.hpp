#pragma once
#include <cstdint>
#include <string_view>

namespace ecron {

/// A hash that is independent of compiler, machine and release, because it determines the times of jobs.
/// Source: FNV-1a (Fowler, Noll, Vo) with the finalizer of MurmurHash3 (Appleby).
[[nodiscard]] constexpr std::uint64_t stable_hash(std::string_view text, unsigned char salt = 0) {
    std::uint64_t hash = 0xCBF2'9CE4'8422'2325;
    const auto add = [&](unsigned char byte) { hash = (hash ^ byte) * 0x0000'0100'0000'01B3; };
    for (const char c : text) add(static_cast<unsigned char>(c));
    add(salt);
    hash = (hash ^ hash >> 33U) * 0xFF51'AFD7'ED55'8CCD;
    hash = (hash ^ hash >> 33U) * 0xC4CE'B9FE'1A85'EC53;
    return hash ^ hash >> 33U;
}

}  // namespace ecron
