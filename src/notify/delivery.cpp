#include "delivery.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "ecron/http/retry_after.hpp"

namespace ecron::notify {
namespace {

using Verdict = store::Settlement::Verdict;

constexpr std::size_t kAnswerKept = 1'024;
constexpr Millis kFirstWait{1'000};
constexpr Millis kLongestWait{3'600'000};

Millis wait_after(int tries, double uniform) {
    const Millis most =
        std::min(kLongestWait, kFirstWait * (1U << static_cast<unsigned>(std::clamp(tries - 1, 0, 12))));
    return most / 2 + Millis{std::llround(static_cast<double>(most.count()) * uniform / 2)};
}

/// The last try is made when `retry_for` ends, not earlier.
store::Settlement again_or_dead(const store::Letter& letter, Millis wait, std::string reason,
                                const Options& options) {
    const Millis left = options.retry_for - letter.age;
    if (left > Millis{0})
        return {.verdict = Verdict::again, .wait = std::min(wait, left), .reason = std::move(reason)};
    return {.verdict = Verdict::dead,
            .reason = fmt::format("not delivered within {}: {}", format_duration(options.retry_for), reason)};
}

bool is_forever(Errc code) { return code == Errc::invalid || code == Errc::denied; }

}  // namespace

http::ClientRequest webhook_request(const store::Letter& letter, const SigningKeys& keys, Instant now,
                                    const Options& options) {
    const store::Announcement& message = letter.announcement;
    http::ClientRequest request{.method = "POST",
                                .url = message.url,
                                .body = message.payload,
                                .connect_timeout = options.connect_timeout,
                                .timeout = options.timeout,
                                .max_redirects = 0,
                                .body_limit = kAnswerKept};
    request.headers = {{"Content-Type", "application/json"},
                       {"webhook-id", message.message_id},
                       {"webhook-timestamp", std::to_string(to_unix_seconds(now))}};
    if (!keys.empty())
        request.headers.push_back(
            {"webhook-signature", signature(keys, message.message_id, now, message.payload)});
    return request;
}

Judgement judge(const store::Letter& letter, const Result<http::ClientResponse>& answer,
                const Options& options, double uniform) {
    const Millis wait = wait_after(letter.tries, uniform);
    if (!answer) {
        const Error& error = answer.error();
        if (is_forever(error.code)) return {.settlement = {.verdict = Verdict::dead, .reason = error.what}};
        return {.settlement = again_or_dead(letter, wait, error.what, options), .receiver_in_trouble = true};
    }
    const unsigned status = answer->status;
    if (status >= 200 && status <= 299) return {.settlement = {.verdict = Verdict::delivered}};
    Judgement judgement;
    std::string reason = fmt::format("the receiver answered {}", status);
    if (status == 410) {
        judgement.settlement = {.verdict = Verdict::dead, .reason = reason + ", it wants no more of this"};
    } else {
        judgement.leave_alone = http::retry_after(*answer);
        if (judgement.leave_alone > options.retry_for) judgement.leave_alone = options.retry_for;
        judgement.receiver_in_trouble = status == 429 || status >= 500;
        judgement.settlement = again_or_dead(letter, std::max(wait, judgement.leave_alone.value_or(wait)),
                                             std::move(reason), options);
    }
    judgement.settlement.code = static_cast<int>(status);
    return judgement;
}

}  // namespace ecron::notify
