#include "ecron/base/http_url.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <clocale>
#include <memory>
#include <optional>

#include <fmt/format.h>

namespace ecron {
namespace {

constexpr std::size_t kSizeLimit = 64UL * 1024;

using Parsed = std::unique_ptr<CURLU, decltype(&curl_url_cleanup)>;

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }
bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }
bool needs_escape(char c) { return c == ' ' || !is_ascii(c); }

std::size_t scheme_length(std::string_view text) {
    const auto begins_with = [&](std::string_view scheme) {
        return text.size() >= scheme.size() &&
               std::equal(scheme.begin(), scheme.end(), text.begin(), [](char expected, char c) {
                   return expected == (c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
               });
    };
    for (const std::string_view scheme : {"http://", "https://"})
        if (begins_with(scheme)) return scheme.size();
    return 0;
}

std::size_t end_of_authority(std::string_view text) {
    return std::min(text.find_first_of("/?#", scheme_length(text)), text.size());
}

/// libidn2 reads names in the character set of the thread's locale, which is "C" unless the program calls
/// setlocale.
class Utf8Locale {
public:
    Utf8Locale() : locale_(::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)) {
        if (locale_ != nullptr) previous_ = ::uselocale(locale_);
    }
    ~Utf8Locale() {
        if (locale_ == nullptr) return;
        ::uselocale(previous_);
        ::freelocale(locale_);
    }
    Utf8Locale(const Utf8Locale&) = delete;
    Utf8Locale& operator=(const Utf8Locale&) = delete;

private:
    locale_t locale_;
    locale_t previous_{};
};

std::string part(CURLU* url, CURLUPart which, unsigned flags = 0) {
    char* text = nullptr;
    const CURLUcode code = curl_url_get(url, which, &text, flags);
    // libcurl 7.88 leaks the host string if it cannot convert it.
    const std::unique_ptr<char, decltype(&curl_free)> owner{text, &curl_free};
    return code == CURLUE_OK ? text : std::string{};
}

std::optional<std::string> ascii_host(const std::string& authority) {
    const Parsed url{curl_url(), &curl_url_cleanup};
    if (!url || curl_url_set(url.get(), CURLUPART_URL, authority.c_str(), 0) != CURLUE_OK)
        return authority;  // another part is invalid; libcurl reports it
    const Utf8Locale locale;
    if (part(url.get(), CURLUPART_HOST, CURLU_PUNYCODE).empty()) return std::nullopt;
    std::string ascii = part(url.get(), CURLUPART_URL, CURLU_PUNYCODE);
    ascii.pop_back();  // the path, "/"
    return ascii;
}

}  // namespace

Result<std::string> request_url(std::string_view text) {
    if (std::ranges::none_of(text, needs_escape)) return std::string{text};
    const std::size_t end = end_of_authority(text);
    std::string out{text.substr(0, end)};
    if (!std::ranges::all_of(out, is_ascii)) {
        const std::optional<std::string> ascii = ascii_host(out);
        if (!ascii) return fail(Errc::invalid, "has a host name that is not a valid domain name (IDNA)");
        out = *ascii;
    }
    for (const char c : text.substr(end))
        out += needs_escape(c) ? fmt::format("%{:02X}", static_cast<unsigned char>(c)) : std::string(1, c);
    return out;
}

std::string url_for_record(std::string_view url) {
    constexpr std::size_t kLimit = 512;
    url = url.substr(0, url.find('#'));
    const std::string_view before_query = url.substr(0, url.find('?'));
    const std::size_t slashes = before_query.find("//");
    const std::size_t authority = slashes == before_query.npos ? 0 : slashes + 2;
    const std::size_t at = before_query.substr(0, before_query.find('/', authority)).rfind('@');
    std::string out{before_query.substr(0, authority)};
    if (slashes != before_query.npos && at != before_query.npos && at >= authority)
        out.append("***@").append(before_query.substr(at + 1));
    else
        out += before_query.substr(authority);
    char separator = '?';
    for (std::size_t begin = before_query.size() + 1; begin <= url.size() && out.size() < kLimit;) {
        const std::size_t end = std::min(url.find('&', begin), url.size());
        const std::string_view parameter = url.substr(begin, end - begin);
        const std::size_t equals = parameter.find('=');
        out += separator;
        if (equals != parameter.npos) out += parameter.substr(0, equals + 1);
        out += "***";
        separator = '&';
        begin = end + 1;
    }
    if (out.size() > kLimit) out.replace(kLimit - 3, out.npos, "...");
    return out;
}

Result<void> check_http_url(std::string_view text) {
    const std::size_t scheme = scheme_length(text);
    const std::string_view authority = text.substr(scheme, end_of_authority(text) - scheme);
    if (scheme == 0 || authority.empty() || authority.front() == ':' || authority.back() == '@')
        return fail(Errc::invalid, "must be a URL that begins with http:// or https:// and names a host");
    if (text.size() > kSizeLimit)
        return fail(Errc::invalid, fmt::format("must be a URL of at most {} bytes", kSizeLimit));
    if (std::ranges::any_of(text, is_control))
        return fail(Errc::invalid, "must be a URL without control characters");
    const Result<std::string> requested = request_url(text);
    if (!requested) return std::unexpected(requested.error());
    const Parsed url{curl_url(), &curl_url_cleanup};
    if (!url) return fail(Errc::internal, "cannot be checked: out of memory");
    if (const CURLUcode code = curl_url_set(url.get(), CURLUPART_URL, requested->c_str(), 0);
        code != CURLUE_OK)
        return fail(Errc::invalid, fmt::format("is not a valid URL: {}", curl_url_strerror(code)));
    if (part(url.get(), CURLUPART_PORT) == "0")
        return fail(Errc::invalid, "is not a valid URL: port 0 cannot be connected to");
    return {};
}

}  // namespace ecron
