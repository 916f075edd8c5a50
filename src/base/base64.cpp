#include "ecron/base/base64.hpp"

#include <cstdint>

namespace ecron {
namespace {

constexpr std::string_view kPlain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kUrl = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::string encode(std::string_view bytes, std::string_view alphabet) {
    std::string out;
    out.reserve((bytes.size() * 4 + 2) / 3 + 2);
    std::uint32_t bits = 0;
    unsigned held = 0;
    for (const char byte : bytes) {
        bits = (bits << 8U | static_cast<unsigned char>(byte)) & 0xFFFFFFU;
        for (held += 8; held >= 6;) {
            held -= 6;
            out += alphabet[bits >> held & 0x3FU];
        }
    }
    if (held > 0) out += alphabet[bits << (6 - held) & 0x3FU];
    return out;
}

enum class UnusedBits : std::uint8_t { ignored, zero };

std::optional<std::string> decode(std::string_view text, std::string_view alphabet, UnusedBits unused) {
    if (text.size() % 4 == 1) return std::nullopt;
    std::string out;
    out.reserve(text.size() * 3 / 4);
    std::uint32_t bits = 0;
    unsigned held = 0;
    for (const char c : text) {
        const std::size_t value = alphabet.find(c);
        if (value == alphabet.npos) return std::nullopt;
        bits = (bits << 6U | static_cast<std::uint32_t>(value)) & 0xFFFFFFU;
        held += 6;
        if (held < 8) continue;
        held -= 8;
        out += static_cast<char>(bits >> held & 0xFFU);
    }
    if (unused == UnusedBits::zero && (bits & ((1U << held) - 1U)) != 0) return std::nullopt;
    return out;
}

}  // namespace

std::string to_base64(std::string_view bytes) {
    std::string text = encode(bytes, kPlain);
    text.append((4 - text.size() % 4) % 4, '=');
    return text;
}

std::optional<std::string> from_base64(std::string_view text) {
    if (text.empty() || text.size() % 4 != 0) return std::nullopt;
    for (int padding = 0; padding < 2 && text.ends_with('='); ++padding) text.remove_suffix(1);
    return decode(text, kPlain, UnusedBits::ignored);
}

std::string to_base64url(std::string_view bytes) { return encode(bytes, kUrl); }

std::optional<std::string> from_base64url(std::string_view text) {
    return decode(text, kUrl, UnusedBits::zero);
}

}  // namespace ecron
