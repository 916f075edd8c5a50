#include "http/url.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <memory>

#include "ecron/base/http_url.hpp"
#include "ecron/http/origin.hpp"
#include "http/ascii.hpp"

namespace ecron::http {
namespace {

using Parsed = std::unique_ptr<CURLU, decltype(&curl_url_cleanup)>;

Parsed parse(const std::string& url) {
    const Result<std::string> requested = request_url(url);
    Parsed parsed{requested ? curl_url() : nullptr, &curl_url_cleanup};
    if (parsed && curl_url_set(parsed.get(), CURLUPART_URL, requested->c_str(), 0) != CURLUE_OK)
        parsed.reset();
    return parsed;
}

std::string part(const Parsed& url, CURLUPart which) {
    char* text = nullptr;
    if (!url || curl_url_get(url.get(), which, &text, CURLU_DEFAULT_PORT) != CURLUE_OK) return {};
    const std::unique_ptr<char, decltype(&curl_free)> owner{text, &curl_free};
    return text;
}

}  // namespace

bool has_http_scheme(std::string_view url) {
    return istarts_with(url, "http://") || istarts_with(url, "https://");
}

bool same_origin(const std::string& left, const std::string& right) {
    const Parsed a = parse(left);
    const Parsed b = parse(right);
    return a && b && iequals(part(a, CURLUPART_SCHEME), part(b, CURLUPART_SCHEME)) &&
           iequals(part(a, CURLUPART_HOST), part(b, CURLUPART_HOST)) &&
           part(a, CURLUPART_PORT) == part(b, CURLUPART_PORT);
}

std::string origin_of(const std::string& url) {
    const Parsed parsed = parse(url);
    if (!parsed) return {};
    std::string origin = part(parsed, CURLUPART_SCHEME) + "://" + part(parsed, CURLUPART_HOST) + ":" +
                         part(parsed, CURLUPART_PORT);
    std::ranges::transform(origin, origin.begin(), to_lower);
    return origin;
}

bool is_upgrade(const std::string& from, const std::string& to) {
    const Parsed a = parse(from);
    const Parsed b = parse(to);
    return a && b && iequals(part(a, CURLUPART_SCHEME), "http") && part(a, CURLUPART_PORT) == "80" &&
           iequals(part(b, CURLUPART_SCHEME), "https") && part(b, CURLUPART_PORT) == "443" &&
           iequals(part(a, CURLUPART_HOST), part(b, CURLUPART_HOST));
}

std::string host_of(const std::string& url) { return part(parse(url), CURLUPART_HOST); }

}  // namespace ecron::http
