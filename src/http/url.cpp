#include "http/url.hpp"

#include <curl/curl.h>

#include <memory>

#include "ecron/base/http_url.hpp"
#include "ecron/base/text.hpp"
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

std::optional<Origin> Origin::of(const std::string& url) {
    const Parsed parsed = parse(url);
    if (!parsed) return std::nullopt;
    return Origin{.scheme = part(parsed, CURLUPART_SCHEME),
                  .host = lower_case(part(parsed, CURLUPART_HOST)),
                  .port = part(parsed, CURLUPART_PORT)};
}

std::string origin_of(const std::string& url) {
    const std::optional<Origin> origin = Origin::of(url);
    return origin ? origin->text() : std::string{};
}

bool same_origin(const std::string& left, const std::string& right) {
    const std::optional<Origin> origin = Origin::of(left);
    return origin && origin == Origin::of(right);
}

bool is_upgrade(const std::string& from, const std::string& to) {
    const std::optional<Origin> before = Origin::of(from);
    const std::optional<Origin> after = Origin::of(to);
    return before && after && *before == Origin{"http", after->host, "80"} &&
           *after == Origin{"https", before->host, "443"};
}

std::string host_of(const std::string& url) {
    const std::optional<Origin> origin = Origin::of(url);
    return origin ? origin->host : std::string{};
}

}  // namespace ecron::http
