#include "ecron/http/retry_after.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <charconv>

#include "http/ascii.hpp"

namespace ecron::http {
namespace {

constexpr Millis kLongest{30LL * 24 * 3'600'000};

std::optional<Millis> wait_of(const std::string& value, Instant now) {
    const bool digits = std::ranges::all_of(value, [](char c) { return c >= '0' && c <= '9'; });
    if (digits) {
        std::int64_t seconds = 0;
        const auto [end, failed] = std::from_chars(value.data(), value.data() + value.size(), seconds);
        if (failed == std::errc::result_out_of_range) return kLongest;
        if (failed != std::errc{}) return std::nullopt;
        return std::min(Millis{Seconds{std::min<std::int64_t>(seconds, kLongest.count())}}, kLongest);
    }
    const std::time_t date = ::curl_getdate(value.c_str(), nullptr);
    if (date < 0) return std::nullopt;
    return std::clamp<Millis>(from_unix_seconds(date) - now, Millis{0}, kLongest);
}

}  // namespace

std::optional<Millis> retry_after(const std::vector<Header>& headers, Instant now) {
    for (const Header& header : headers)
        if (iequals(header.name, "Retry-After")) return wait_of(header.value, now);
    return std::nullopt;
}

}  // namespace ecron::http
