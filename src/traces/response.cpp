#include "traces/response.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <charconv>

#include "ecron/base/back_off.hpp"
#include "ecron/http/retry_after.hpp"

namespace ecron::traces {
namespace {

namespace json = boost::json;

constexpr BackOff kBackOff{.first = Millis{1'000}, .max = Millis{60'000}};
constexpr Millis kLongestWait{300'000};

/// The statuses that OTLP/HTTP defines as retryable.
bool is_retryable(unsigned status) {
    return status == 429 || status == 502 || status == 503 || status == 504;
}

bool is_retryable(Errc code) { return code == Errc::unavailable || code == Errc::timeout; }

/// A 64-bit integer: a text in the JSON encoding, but numbers are accepted too.
std::size_t count_of(const json::value* number) {
    if (number == nullptr) return 0;
    std::size_t count = 0;
    if (const json::string* const text = number->if_string())
        std::from_chars(text->data(), text->data() + text->size(), count);
    else if (const std::int64_t* const integer = number->if_int64(); integer != nullptr && *integer > 0)
        count = static_cast<std::size_t>(*integer);
    return count;
}

/// An accepted export whose response states that some spans were rejected (`partial_success`).
Assessment assess_accepted(const http::ClientResponse& response, std::size_t spans) {
    boost::system::error_code failed;
    const json::value body = json::parse(response.body, failed);
    const json::object* const object = failed ? nullptr : body.if_object();
    const json::value* const partial = object == nullptr ? nullptr : object->if_contains("partialSuccess");
    if (partial == nullptr || !partial->is_object()) return {};
    const std::size_t rejected =
        std::min(count_of(partial->get_object().if_contains("rejectedSpans")), spans);
    if (rejected == 0) return {};
    const json::value* const message = partial->get_object().if_contains("errorMessage");
    const bool has_message = message != nullptr && message->is_string();
    return {.rejected = rejected,
            .reason = has_message ? std::string{message->get_string()} : "the collector rejected spans"};
}

}  // namespace

Assessment assess(const Result<http::ClientResponse>& response, std::size_t spans, std::size_t failures,
                  double uniform) {
    const Millis wait = kBackOff.after(std::max<std::size_t>(failures, 1), uniform);
    if (!response) {
        const Error& error = response.error();
        if (is_retryable(error.code)) return {.retry_after = wait, .reason = error.what};
        return {.rejected = spans, .reason = error.what};
    }
    const unsigned status = response->status;
    if (status >= 200 && status <= 299) return assess_accepted(*response, spans);
    std::string reason = fmt::format("the collector answered {}", status);
    if (!is_retryable(status)) return {.rejected = spans, .reason = std::move(reason)};
    const Millis asked = http::retry_after(*response).value_or(wait);
    return {.retry_after = std::min(std::max(wait, asked), kLongestWait), .reason = std::move(reason)};
}

}  // namespace ecron::traces
