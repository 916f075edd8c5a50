#include "ecron/base/uuid.hpp"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <sys/random.h>

#include <algorithm>
#include <memory>
#include <stdexcept>

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

/// HMAC-SHA-256 (RFC 2104). The algorithm handle is cached, because OpenSSL's lookup costs more than its use.
class Hmac {
public:
    using Digest = std::array<unsigned char, 32>;

    Hmac() : mac_(EVP_MAC_fetch(nullptr, "HMAC", nullptr)), context_(EVP_MAC_CTX_new(mac_.get())) {
        std::string digest = "SHA256";
        const std::array<OSSL_PARAM, 2> parameters{
            OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), digest.size()),
            OSSL_PARAM_construct_end()};
        if (context_ == nullptr || EVP_MAC_CTX_set_params(context_.get(), parameters.data()) != 1)
            throw std::runtime_error("OpenSSL does not provide HMAC-SHA-256");
    }

    Digest operator()(std::string_view key, std::string_view message) const {
        Digest digest{};
        std::size_t length = 0;
        const bool made = EVP_MAC_init(context_.get(), bytes(key), key.size(), nullptr) == 1 &&
                          EVP_MAC_update(context_.get(), bytes(message), message.size()) == 1 &&
                          EVP_MAC_final(context_.get(), digest.data(), &length, digest.size()) == 1;
        if (!made || length != digest.size()) throw std::runtime_error("HMAC-SHA-256 failed");
        return digest;
    }

private:
    static const unsigned char* bytes(std::string_view text) {
        return reinterpret_cast<const unsigned char*>(text.data());
    }

    std::unique_ptr<EVP_MAC, decltype([](EVP_MAC* mac) { EVP_MAC_free(mac); })> mac_;
    std::unique_ptr<EVP_MAC_CTX, decltype([](EVP_MAC_CTX* context) { EVP_MAC_CTX_free(context); })> context_;
};

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
    thread_local const Hmac hmac;
    const Hmac::Digest digest = hmac(key, message);

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
