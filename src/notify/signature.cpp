#include "ecron/notify/signature.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "ecron/base/base64.hpp"
#include "ecron/base/hmac.hpp"

namespace ecron::notify {
namespace {

constexpr std::string_view kPrefix = "whsec_";
constexpr std::size_t kMinKeyBytes = 24, kMaxKeyBytes = 64, kMaxKeys = 2;

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
        const auto digest = hmac_sha256(key.reveal(), message);
        signatures += "v1," + to_base64({reinterpret_cast<const char*>(digest.data()), digest.size()});
    }
    return signatures;
}

}  // namespace ecron::notify
