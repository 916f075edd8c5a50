#include "ecron/base/credentials.hpp"

#include <algorithm>
#include <array>

namespace ecron {
namespace {

/// A name that contains one of these is that of a credential.
constexpr std::array<std::string_view, 17> kWords{
    "authorization", "cookie",  "token",      "secret",
    "password",      "passwd",  "passphrase", "credential",
    "pwd",           "apikey",  "accesskey",  "privatekey",
    "signingkey",    "session", "signature",  "oauthbearerconfig",
    "jaasconfig"};
/// Complete names of credentials.
constexpr std::array<std::string_view, 5> kNames{"auth", "xauth", "pass", "sslkeypem", "sslkeystorepem"};
/// Exceptions: names that match above but hold no secret.
constexpr std::array<std::string_view, 6> kHarmless{"idempotencykey", "key",           "secwebsocketkey",
                                                    "sslkeylocation", "saslmechanism", "sessiontimeoutms"};

std::string squeezed(std::string_view name) {
    std::string letters;
    for (const char c : name) {
        if (c == '-' || c == '_' || c == '.' || c == ' ') continue;
        letters += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return letters;
}

bool ends_name(char c) {
    constexpr std::string_view kEnds = " \t\r\n\"'`?&;,(){}[]<>|/\\=";
    return kEnds.contains(c);
}
bool ends_value(char c) {
    constexpr std::string_view kEnds = " \t\r\n\"'`&;#<>|";
    return kEnds.contains(c);
}

/// Returns the end of the value at `begin`; a quoted value ends at its closing quote.
std::size_t end_of_value(std::string_view text, std::size_t begin) {
    if (begin < text.size() && (text[begin] == '"' || text[begin] == '\'')) {
        const std::size_t quote = text.find(text[begin], begin + 1);
        return quote == text.npos ? text.size() : quote + 1;
    }
    while (begin < text.size() && !ends_value(text[begin])) ++begin;
    return begin;
}

std::string hide_user_information(std::string_view text) {
    constexpr std::string_view kScheme = "://";
    std::string out;
    for (;;) {
        const std::size_t scheme = text.find(kScheme);
        if (scheme == text.npos) break;
        const std::size_t begin = scheme + kScheme.size();
        const std::size_t end = std::min(text.find_first_of("/?#\\ \t\r\n\"'`<>", begin), text.size());
        const std::size_t at = text.substr(0, end).rfind('@');
        out += text.substr(0, begin);
        if (at != text.npos && at >= begin) {
            out += kHidden;
            text.remove_prefix(at);
        } else {
            text.remove_prefix(begin);
        }
    }
    return out += text;
}

}  // namespace

bool names_credential(std::string_view name) {
    const std::string letters = squeezed(name);
    if (std::ranges::find(kHarmless, letters) != kHarmless.end()) return false;
    return std::ranges::find(kNames, letters) != kNames.end() || letters.ends_with("key") ||
           std::ranges::any_of(kWords, [&](std::string_view word) { return letters.contains(word); });
}

std::string hide_credentials(std::string_view given) {
    const std::string text = hide_user_information(given);
    std::string out;
    std::size_t done = 0;
    for (std::size_t sign = text.find('='); sign != text.npos; sign = text.find('=', sign + 1)) {
        if (sign < done) continue;
        std::size_t name = sign;
        while (name > done && !ends_name(text[name - 1])) --name;
        if (!names_credential(std::string_view{text}.substr(name, sign - name))) continue;
        out += text.substr(done, sign + 1 - done);
        done = end_of_value(text, sign + 1);
        if (done > sign + 1) out += kHidden;
    }
    return out += text.substr(done);
}

}  // namespace ecron
