#include "notify/delivery.hpp"

#include <catch2/catch.hpp>

using namespace ecron;
using namespace ecron::notify;
using Verdict = store::DeliveryResult::Verdict;

namespace {

const Instant kNow = *parse_rfc3339("2026-01-05T10:00:00Z");

store::OutboxEntry entry(int tries = 1, Millis age = Millis{0}) {
    return {.announcement = {.message_id = "msg_1",
                             .receiver = "https://hook.example.com:443",
                             .url = "https://hook.example.com/h",
                             .payload = R"({"a":1})"},
            .age = age,
            .tries = tries};
}

Assessment judged(unsigned status, std::vector<http::Header> headers = {},
                  const store::OutboxEntry& of = entry()) {
    http::ClientResponse response;
    response.status = status;
    response.headers = std::move(headers);
    response.received_at = *parse_rfc3339("2026-01-05T10:04:00Z");
    return assess(of, response, Options{}, 0.5);
}

Assessment failed(Errc code, const store::OutboxEntry& of = entry()) {
    return assess(of, fail(code, "connection refused"), Options{}, 0.5);
}

std::string header(const http::ClientRequest& request, const std::string& name) {
    for (const http::Header& one : request.headers)
        if (one.name == name) return one.value;
    return {};
}

}  // namespace

TEST_CASE("a webhook is a POST with id, time and signature", "[notify]") {
    const auto keys = read_signing_keys("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    const Options options{.timeout = Millis{1'234}};
    const http::ClientRequest request = webhook_request(entry(), *keys, kNow, options);
    CHECK(request.method == "POST");
    CHECK(request.url == "https://hook.example.com/h");
    CHECK(request.body == R"({"a":1})");
    CHECK(request.timeout == Millis{1'234});
    CHECK(request.max_redirects == 0);
    CHECK(header(request, "Content-Type") == "application/json");
    CHECK(header(request, "webhook-id") == "msg_1");
    CHECK(header(request, "webhook-timestamp") == "1767607200");
    CHECK(header(request, "webhook-signature") == signature(*keys, "msg_1", kNow, R"({"a":1})"));
    CHECK(header(webhook_request(entry(), {}, kNow, options), "webhook-signature").empty());
}

TEST_CASE("2xx acknowledges, 410 dead-letters, all else retries", "[notify]") {
    for (const unsigned status : {200U, 201U, 202U, 204U})
        CHECK(judged(status).delivery.verdict == Verdict::delivered);
    CHECK(judged(410).delivery.verdict == Verdict::dead);
    CHECK(judged(410).delivery.code == 410);
    CHECK(judged(410).delivery.reason == "the receiver answered 410, it wants no more of this");
    for (const unsigned status : {301U, 400U, 401U, 404U, 408U, 429U, 500U, 503U}) {
        CAPTURE(status);
        const Assessment assessment = judged(status);
        CHECK(assessment.delivery.verdict == Verdict::again);
        CHECK(assessment.delivery.code == static_cast<int>(status));
        CHECK(assessment.delivery.reason == "the receiver answered " + std::to_string(status));
    }
}

TEST_CASE("a permanent error dead-letters immediately", "[notify]") {
    CHECK(failed(Errc::invalid).delivery.verdict == Verdict::dead);
    CHECK(failed(Errc::denied).delivery.verdict == Verdict::dead);
    CHECK(failed(Errc::unavailable).delivery.verdict == Verdict::again);
    CHECK(failed(Errc::timeout).delivery.verdict == Verdict::again);
    CHECK(failed(Errc::timeout).delivery.reason == "connection refused");
}

TEST_CASE("a receiver is failing if other messages would fail, too", "[notify]") {
    CHECK(failed(Errc::unavailable).receiver_failing);
    CHECK(failed(Errc::timeout).receiver_failing);
    CHECK(judged(429).receiver_failing);
    CHECK(judged(503).receiver_failing);
    for (const unsigned status : {200U, 302U, 400U, 404U, 410U}) CHECK_FALSE(judged(status).receiver_failing);
    CHECK_FALSE(failed(Errc::invalid).receiver_failing);
}

TEST_CASE("delays double from a second up to an hour, half of each random", "[notify]") {
    const auto [tries, least, most] = GENERATE(table<int, int, int>({{1, 500, 1'000},
                                                                     {2, 1'000, 2'000},
                                                                     {5, 8'000, 16'000},
                                                                     {13, 1'800'000, 3'600'000},
                                                                     {1'000, 1'800'000, 3'600'000}}));
    CAPTURE(tries);
    const auto wait = [&](double uniform) {
        const auto answer = fail(Errc::unavailable, "refused");
        return assess(entry(tries), answer, Options{}, uniform).delivery.wait;
    };
    CHECK(wait(0) == Millis{least});
    CHECK(wait(1) == Millis{most});
}

TEST_CASE("obeys Retry-After for the message and for the receiver", "[notify]") {
    const auto wait = [](const std::string& value) {
        return judged(429, {{"retry-after", value}, {"Date", "Mon, 05 Jan 2026 10:00:00 GMT"}}).delivery.wait;
    };
    CHECK(wait("120") == Seconds{120});
    CHECK(wait("Mon, 05 Jan 2026 10:05:00 GMT") == Seconds{300});
    CHECK(wait("soon") < Seconds{1});
    CHECK(wait("99999999999999999999") == Options{}.retry_for);  // never beyond the deadline
    CHECK(judged(503, {{"Retry-After", "7"}}).requested_pause == Seconds{7});
    CHECK(judged(503, {{"Retry-After", "Mon, 05 Jan 2026 10:05:00 GMT"}}).requested_pause ==
          Seconds{60});  // without Date
    CHECK(judged(503, {{"Retry-After", "2592000"}}).requested_pause == Options{}.retry_for);
}

TEST_CASE("a message past its deadline is dead-lettered with the last response as reason", "[notify]") {
    const Millis day{24LL * 3'600'000};
    CHECK(judged(500, {}, entry(30, day - Millis{1'000})).delivery.wait == Seconds{1});  // one last try
    const Assessment assessment = judged(500, {}, entry(31, day));
    CHECK(assessment.delivery.verdict == Verdict::dead);
    CHECK(assessment.delivery.reason == "not delivered within 1d: the receiver answered 500");
    CHECK(assessment.delivery.code == 500);
    CHECK(judged(204, {}, entry(31, day * 2)).delivery.verdict == Verdict::delivered);
}
