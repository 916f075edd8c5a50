#include "ecron/notify/signature.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <optional>

namespace ecron::notify {
namespace {

constexpr std::string_view kPrefix = "whsec_";
constexpr std::size_t kMinKeyBytes = 24, kMaxKeyBytes = 64, kMaxKeys = 2;

std::string base64(std::string_view bytes) {
    std::string text(4 * ((bytes.size() + 2) / 3), '\0');
    std::array<unsigned char, 4 * ((EVP_MAX_MD_SIZE + 2) / 3) + 1> encoded{};
    EVP_EncodeBlock(encoded.data(), reinterpret_cast<const unsigned char*>(bytes.data()),
                    static_cast<int>(bytes.size()));
    std::copy_n(encoded.begin(), text.size(), text.begin());
    return text;
}

std::optional<std::string> from_base64(std::string_view text) {
    if (text.empty() || text.size() % 4 != 0 || text.size() > 4 * kMaxKeyBytes) return std::nullopt;
    std::string bytes(text.size() / 4 * 3, '\0');
    const int size =
        EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                        reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
    if (size < 0) return std::nullopt;
    const auto padding = static_cast<std::size_t>(text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0);
    bytes.resize(static_cast<std::size_t>(size) - padding);
    return bytes;
}

std::string hmac_sha256(const std::string& key, std::string_view message) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned length = 0;
    HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
         reinterpret_cast<const unsigned char*>(message.data()), message.size(), digest.data(), &length);
    return {reinterpret_cast<const char*>(digest.data()), length};
}

}  // namespace

Result<SigningKeys> read_signing_keys(std::string_view text) {
    constexpr std::string_view kSpace = " \t\r\n";
    SigningKeys keys;
    while (true) {
        text.remove_prefix(std::min(text.find_first_not_of(kSpace), text.size()));
        if (text.empty()) break;
        std::string_view word = text.substr(0, text.find_first_of(kSpace));
        text.remove_prefix(word.size());
        if (!word.starts_with(kPrefix)) return fail(Errc::invalid, "a signing secret must begin with whsec_");
        word.remove_prefix(kPrefix.size());
        std::optional<std::string> key = from_base64(word);
        if (!key || key->size() < kMinKeyBytes || key->size() > kMaxKeyBytes)
            return fail(Errc::invalid, "a signing secret must be whsec_ and the base64 of 24 to 64 bytes");
        keys.emplace_back(std::move(*key));
    }
    if (keys.empty() || keys.size() > kMaxKeys)
        return fail(Errc::invalid, "there must be one signing secret, or two during a rotation");
    return keys;
}

std::string signature(const SigningKeys& keys, std::string_view id, Instant at, std::string_view body) {
    const std::string message = fmt::format("{}.{}.{}", id, to_unix_seconds(at), body);
    std::string signatures;
    for (const SecretText& key : keys) {
        if (!signatures.empty()) signatures += ' ';
        signatures += "v1," + base64(hmac_sha256(key.reveal(), message));
    }
    return signatures;
}

}  // namespace ecron::notify
