#include "ecron/base/credentials.hpp"

#include <algorithm>
#include <array>

#include "ecron/base/http_url.hpp"

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
constexpr std::array<std::string_view, 8> kNames{"auth",           "xauth", "pass", "sslkeypem",
                                                 "sslkeystorepem", "sig",   "jwt",  "pw"};
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

/// USER:PASSWORD@HOST without a scheme before it; a digest is what follows the @ of an image's name.
std::string hide_bare_user_information(std::string_view text) {
    constexpr std::string_view kBounds = " \t\r\n\"'`,/";
    std::string out;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find_first_of(kBounds), text.size());
        const std::size_t at = text.substr(0, end).rfind('@');
        const bool is_hidden =
            at != text.npos && text.substr(0, at).contains(':') && !text.substr(at).starts_with("@sha256:");
        if (is_hidden) out += kHidden;
        const std::size_t shown = is_hidden ? at : 0;
        const std::size_t next = std::min(end + 1, text.size());
        out += text.substr(shown, next - shown);
        text.remove_prefix(next);
    }
    return out;
}

std::string hide_assigned(std::string_view text) {
    std::string out;
    std::size_t done = 0;
    for (std::size_t sign = text.find('='); sign != text.npos; sign = text.find('=', sign + 1)) {
        if (sign < done) continue;
        std::size_t name = sign;
        while (name > done && !ends_name(text[name - 1])) --name;
        if (!names_credential(text.substr(name, sign - name))) continue;
        out += text.substr(done, sign + 1 - done);
        done = end_of_value(text, sign + 1);
        if (done > sign + 1) out += kHidden;
    }
    return out += text.substr(done);
}

constexpr std::string_view kSpace = " \t\r\n";

/// A program that takes a password in one word with -p.
bool takes_p(std::string_view word) {
    const std::string_view name = word.substr(word.rfind('/') + 1);
    return name.starts_with("mysql") || name.starts_with("mariadb") || name == "sshpass";
}
/// A program that takes USER:PASSWORD behind -u.
bool takes_u(std::string_view word) { return word.substr(word.rfind('/') + 1) == "curl"; }

/// Options of a command line with their values in the same word or the next.
std::string hide_options(std::string_view text) {
    std::string out;
    bool hides_next = false, with_p = false, with_u = false, user_next = false;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t begin = std::min(text.find_first_not_of(kSpace, at), text.size());
        out += text.substr(at, begin - at);
        if (begin == text.size()) break;
        const std::size_t quoted = end_of_value(text, begin);
        const bool is_quoted = quoted > begin && (text[begin] == '"' || text[begin] == '\'');
        at = is_quoted ? quoted : std::min(text.find_first_of(kSpace, begin), text.size());
        const std::string_view word = text.substr(begin, at - begin);
        const std::size_t colon = word.find(':');
        if (hides_next && !word.starts_with('-'))
            out += kHidden;
        else if (user_next && colon != word.npos)
            out.append(word.substr(0, colon + 1)).append(kHidden);
        else if (with_p && word.starts_with("-p") && word.size() > 2)
            out.append("-p").append(kHidden);
        else
            out += word;
        hides_next = announces_credential(word) || (with_p && word == "-p");
        user_next = with_u && (word == "-u" || word == "--user");
        with_p = with_p || takes_p(word);
        with_u = with_u || takes_u(word);
    }
    return out;
}

/// Where the value of a header field ends: with the quote that it stands in, else behind its second word, for
/// the first may be a scheme such as Bearer.
std::size_t end_of_field(std::string_view text, std::size_t value, char quote) {
    if (quote != '\0') return std::min(text.find(quote, value), text.size());
    const std::size_t first = end_of_value(text, value);
    const std::size_t second = text.find_first_not_of(' ', first);
    const bool has_second = second != text.npos && second > first && text[second] != '-';
    return has_second ? end_of_value(text, second) : first;
}

std::string hide_fields(std::string_view text) {
    std::string out;
    std::size_t done = 0;
    for (std::size_t colon = text.find(": "); colon != text.npos; colon = text.find(": ", colon + 1)) {
        if (colon < done) continue;
        std::size_t name = colon;
        while (name > done && !ends_name(text[name - 1]) && text[name - 1] != ':') --name;
        if (!names_credential(text.substr(name, colon - name))) continue;
        const char before = name > done ? text[name - 1] : ' ';
        const char quote = before == '"' || before == '\'' ? before : '\0';
        const std::size_t value = std::min(text.find_first_not_of(' ', colon + 1), text.size());
        out += text.substr(done, value - done);
        done = end_of_field(text, value, quote);
        if (done > value) out += kHidden;
    }
    return out += text.substr(done);
}

}  // namespace

bool names_credential(std::string_view name) {
    const std::string letters = squeezed(name);
    if (std::ranges::find(kHarmless, letters) != kHarmless.end()) return false;
    return std::ranges::find(kNames, letters) != kNames.end() || letters.ends_with("key") ||
           std::ranges::any_of(kWords, [&](std::string_view word) { return letters.contains(word); });
}

bool announces_credential(std::string_view word) {
    return word.starts_with("--") && !word.contains('=') && names_credential(word.substr(2));
}

std::string shown_text(std::string_view text) {
    const bool is_url = text.starts_with("http://") || text.starts_with("https://");
    return is_url ? url_for_record(text) : hide_credentials(text);
}

std::string hide_credentials(std::string_view text) {
    return hide_fields(hide_options(hide_assigned(hide_bare_user_information(hide_user_information(text)))));
}

}  // namespace ecron
