#include "ecron/base/uuid.hpp"

#include <sys/random.h>

#include <algorithm>
#include <stdexcept>

#include "ecron/base/hmac.hpp"

namespace ecron {
namespace {

using Bytes = std::array<unsigned char, 16>;

std::string format(Bytes bytes, unsigned version) {
    bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0FU) | (version << 4U));
    bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3FU) | 0x80U);
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string out;
    out.reserve(36);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) out += '-';
        out += kDigits[bytes[i] >> 4U];
        out += kDigits[bytes[i] & 0x0FU];
    }
    return out;
}

}  // namespace

std::string random_bytes(std::size_t count) {
    std::string bytes(count, '\0');
    for (std::size_t have = 0; have < count;) {
        const ssize_t got = ::getrandom(bytes.data() + have, count - have, 0);
        if (got < 0) throw std::runtime_error("failed to read random bytes from the operating system");
        have += static_cast<std::size_t>(got);
    }
    return bytes;
}

std::string random_uuid() {
    const std::string random = random_bytes(16);
    Bytes bytes{};
    std::copy(random.begin(), random.end(), bytes.begin());
    return format(bytes, 4);
}

std::string keyed_uuid(std::string_view key, std::string_view subject, Instant instant) {
    const auto millis = static_cast<std::uint64_t>(to_unix_millis(instant));
    std::array<unsigned char, 8> stamp{};
    for (std::size_t i = 0; i < stamp.size(); ++i)
        stamp[i] = static_cast<unsigned char>(millis >> (56 - 8 * i));

    std::string message{subject};
    message.append(reinterpret_cast<const char*>(stamp.data()), stamp.size());
    const std::array<unsigned char, 32> digest = hmac_sha256(key, message);

    Bytes bytes{};
    std::copy_n(stamp.begin() + 2, 6, bytes.begin());
    std::copy_n(digest.begin(), 10, bytes.begin() + 6);
    return format(bytes, 8);
}

std::string to_hex(std::string_view bytes) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string out;
    out.reserve(bytes.size() * 2);
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        out += kDigits[byte >> 4U];
        out += kDigits[byte & 0x0FU];
    }
    return out;
}

std::string from_hex(std::string_view hex) {
    const auto digit = [](char c) {
        if (c >= '0' && c <= '9') return c - '0';
        if (c >= 'a' && c <= 'f') return c - 'a' + 10;
        if (c >= 'A' && c <= 'F') return c - 'A' + 10;
        return -1;
    };
    std::string out;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
        const int high = digit(hex[i]), low = digit(hex[i + 1]);
        if (high < 0 || low < 0) break;
        out += static_cast<char>(high * 16 + low);
    }
    return out;
}

}  // namespace ecron
