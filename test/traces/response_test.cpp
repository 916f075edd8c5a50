#include "traces/response.hpp"

#include <catch2/catch.hpp>

using namespace ecron;
using namespace ecron::traces;
using namespace std::chrono_literals;

namespace {

Assessment assess_status(unsigned status, std::vector<http::Header> headers = {}, std::size_t failures = 1) {
    return assess(http::ClientResponse{.status = status, .headers = std::move(headers)}, 10, failures, 0);
}

Assessment assess_body(const std::string& body) {
    return assess(http::ClientResponse{.status = 200, .body = body}, 10, 1, 0);
}

}  // namespace

TEST_CASE("2xx accepts the export", "[traces]") {
    const Assessment assessment = assess_status(GENERATE(200U, 202U));
    CHECK_FALSE(assessment.retry_after);
    CHECK(assessment.rejected == 0);
    CHECK(assessment.reason.empty());
}

TEST_CASE("rejected spans of an accepted export are counted", "[traces]") {
    const auto [body, rejected] = GENERATE(table<std::string, std::size_t>({
        {R"({"partialSuccess":{"rejectedSpans":"3","errorMessage":"too old"}})", 3},
        {R"({"partialSuccess":{"rejectedSpans":3,"errorMessage":"too old"}})", 3},
        {R"({"partialSuccess":{"rejectedSpans":"99","errorMessage":"too old"}})", 10},
        {R"({"partialSuccess":{"rejectedSpans":-1}})", 0},
        {R"({"partialSuccess":{"errorMessage":"a warning"}})", 0},
        {R"({"partialSuccess":{}})", 0},
        {"{}", 0},
        {"[1]", 0},
        {"ok", 0},
        {"", 0},
    }));
    CAPTURE(body);
    const Assessment assessment = assess_body(body);
    CHECK_FALSE(assessment.retry_after);
    CHECK(assessment.rejected == rejected);
    CHECK(assessment.reason == (rejected > 0 ? "too old" : ""));
}

TEST_CASE("only the retryable statuses of OTLP are retried", "[traces]") {
    const unsigned status = GENERATE(429U, 502U, 503U, 504U, 301U, 400U, 401U, 404U, 413U, 500U, 501U);
    CAPTURE(status);
    const bool retried = status == 429 || (status >= 502 && status <= 504);
    const Assessment assessment = assess_status(status);
    CHECK(assessment.retry_after.has_value() == retried);
    CHECK(assessment.rejected == (retried ? 0 : 10));
    CHECK(assessment.reason == "the collector answered " + std::to_string(status));
}

TEST_CASE("a collector without a response is tried again, a URL that cannot be requested is not",
          "[traces]") {
    const auto [code, retried] = GENERATE(table<Errc, bool>(
        {{Errc::unavailable, true}, {Errc::timeout, true}, {Errc::invalid, false}, {Errc::denied, false}}));
    const Assessment assessment = assess(fail(code, "it said so"), 10, 1, 0);
    CHECK(assessment.retry_after.has_value() == retried);
    CHECK(assessment.rejected == (retried ? 0 : 10));
    CHECK(assessment.reason == "it said so");
}

TEST_CASE("waits twice as long after each failure, and at least for Retry-After", "[traces]") {
    CHECK(assess_status(503, {}, 1).retry_after == 500ms);  // half of the wait, without jitter
    CHECK(assess_status(503, {}, 2).retry_after == 1s);
    CHECK(assess_status(503, {}, 3).retry_after == 2s);
    CHECK(assess_status(503, {}, 100).retry_after == 30s);
    CHECK(assess_status(429, {{"Retry-After", "7"}}, 1).retry_after == 7s);
    CHECK(assess_status(429, {{"Retry-After", "7"}}, 100).retry_after == 30s);
    CHECK(assess_status(429, {{"Retry-After", "86400"}}, 1).retry_after == 5min);
}
