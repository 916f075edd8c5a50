#include "ecron/http/retry_after.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <charconv>

#include "http/ascii.hpp"

namespace ecron::http {
namespace {

constexpr Millis kLongest{30LL * 24 * 3'600'000};

const std::string* value_of(const std::vector<Header>& headers, std::string_view name) {
    const auto found = std::ranges::find_if(headers, [&](const Header& h) { return iequals(h.name, name); });
    return found == headers.end() ? nullptr : &found->value;
}

std::optional<Instant> date_of(const std::string* value) {
    const std::time_t date = value == nullptr ? -1 : ::curl_getdate(value->c_str(), nullptr);
    return date < 0 ? std::nullopt : std::optional{from_unix_seconds(date)};
}

std::optional<Millis> seconds_of(const std::string& value) {
    std::int64_t seconds = 0;
    const auto [end, failed] = std::from_chars(value.data(), value.data() + value.size(), seconds);
    if (failed == std::errc::result_out_of_range) return kLongest;
    if (failed != std::errc{}) return std::nullopt;
    return Seconds{std::min(seconds, std::chrono::floor<Seconds>(kLongest).count())};
}

}  // namespace

std::optional<Millis> retry_after(const ClientResponse& response) {
    const std::string* const value = value_of(response.headers, "Retry-After");
    if (value == nullptr) return std::nullopt;
    if (std::ranges::all_of(*value, [](char c) { return c >= '0' && c <= '9'; })) return seconds_of(*value);
    const std::optional<Instant> until = date_of(value);
    if (!until) return std::nullopt;
    const Instant now = date_of(value_of(response.headers, "Date")).value_or(response.received_at);
    return std::clamp<Millis>(*until - now, Millis{0}, kLongest);
}

}  // namespace ecron::http
