#include "notify/delivery.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "ecron/base/back_off.hpp"
#include "ecron/http/retry_after.hpp"

namespace ecron::notify {
namespace {

using Verdict = store::DeliveryResult::Verdict;

constexpr std::size_t kResponseBodyLimit = 1'024;
constexpr BackOff kBackOff{.first = Millis{1'000}, .max = Millis{3'600'000}};

/// The last try is made when `retry_for` ends, not earlier.
store::DeliveryResult retry_or_dead_letter(const store::OutboxEntry& entry, Millis wait, std::string reason,
                                           const Options& options) {
    const Millis left = options.retry_for - entry.age;
    if (left > Millis{0})
        return {.verdict = Verdict::again, .wait = std::min(wait, left), .reason = std::move(reason)};
    return {.verdict = Verdict::dead,
            .reason = fmt::format("not delivered within {}: {}", format_duration(options.retry_for), reason)};
}

bool is_permanent(Errc code) { return code == Errc::invalid || code == Errc::denied; }

}  // namespace

http::ClientRequest webhook_request(const store::OutboxEntry& entry, const SigningKeys& keys, Instant now,
                                    const Options& options) {
    const store::Announcement& message = entry.announcement;
    http::ClientRequest request{.method = "POST",
                                .url = message.url,
                                .body = message.payload,
                                .connect_timeout = options.connect_timeout,
                                .timeout = options.timeout,
                                .max_redirects = 0,
                                .body_limit = kResponseBodyLimit};
    request.headers = {{"Content-Type", "application/json"},
                       {"webhook-id", message.message_id},
                       {"webhook-timestamp", std::to_string(to_unix_seconds(now))}};
    if (!keys.empty())
        request.headers.push_back(
            {"webhook-signature", signature(keys, message.message_id, now, message.payload)});
    return request;
}

Assessment assess(const store::OutboxEntry& entry, const Result<http::ClientResponse>& response,
                  const Options& options, double uniform) {
    const Millis wait = kBackOff.after(static_cast<std::size_t>(entry.tries), uniform);
    if (!response) {
        const Error& error = response.error();
        if (is_permanent(error.code)) return {.delivery = {.verdict = Verdict::dead, .reason = error.what}};
        return {.delivery = retry_or_dead_letter(entry, wait, error.what, options), .receiver_failing = true};
    }
    const unsigned status = response->status;
    if (status >= 200 && status <= 299) return {.delivery = {.verdict = Verdict::delivered}};
    Assessment assessment;
    std::string reason = fmt::format("the receiver answered {}", status);
    if (status == 410) {
        assessment.delivery = {.verdict = Verdict::dead, .reason = reason + ", it wants no more of this"};
    } else {
        assessment.requested_pause = http::retry_after(*response);
        if (assessment.requested_pause > options.retry_for) assessment.requested_pause = options.retry_for;
        assessment.receiver_failing = status == 429 || status >= 500;
        assessment.delivery = retry_or_dead_letter(
            entry, std::max(wait, assessment.requested_pause.value_or(wait)), std::move(reason), options);
    }
    assessment.delivery.code = static_cast<int>(status);
    return assessment;
}

}  // namespace ecron::notify
