#include "execution/http/http_request.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "ecron/base/large_work.hpp"
#include "ecron/http/origin.hpp"

using namespace ecron;
using namespace ecron::execution;

namespace {

AttemptOrder order_for(model::Context context) {
    auto task = std::make_shared<Task>();
    task->context = std::move(context);
    task->context.exec = "http://target.example/path?q=1";
    return {ExecuteId{"e-1"}, 2, from_unix_millis(1'767'225'600'123), task};
}

const HttpOptions kOptions{.callback_path = "/results"};

std::vector<std::string> values(const http::ClientRequest& request, std::string_view name) {
    std::vector<std::string> found;
    for (const http::Header& header : request.headers)
        if (header.name == name) found.push_back(header.value);
    return found;
}

/// The request for an order without secrets.
http::ClientRequest http_request(const AttemptOrder& order, const HttpOptions& options) {
    const Secrets none;
    Revealer revealer{none, order.task->tenant, Destination::of_url(order.task->context.exec)};
    return execution::http_request(order, options, revealer).value();
}

using Strings = std::vector<std::string>;

http::ClientResult answered(unsigned status, std::vector<http::Header> headers = {}) {
    http::ClientResponse response;
    response.status = status;
    response.headers = std::move(headers);
    response.received_at = *parse_rfc3339("2026-11-22T10:00:10Z");
    return response;
}

}  // namespace

TEST_CASE("a request carries the trace of its attempt, unless the job sets it", "[execution]") {
    AttemptOrder order = order_for({});
    CHECK(values(http_request(order, kOptions), "traceparent").empty());
    order.traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    CHECK(values(http_request(order, kOptions), "traceparent") == Strings{order.traceparent});
    AttemptOrder own = order_for({.headers = model::NameValues{{"Traceparent", "mine"}}});
    own.traceparent = order.traceparent;
    CHECK(values(http_request(own, kOptions), "traceparent").empty());
    CHECK(values(http_request(own, kOptions), "Traceparent") == Strings{"mine"});
}

TEST_CASE("a request has the job's method, URL and headers, and ecron's own headers", "[execution]") {
    const auto request =
        http_request(order_for({.method = "PUT", .headers = model::NameValues{{"X-Key", "v"}}}), kOptions);
    CHECK(request.method == "PUT");
    CHECK(request.url == "http://target.example/path?q=1");
    CHECK(values(request, "X-Key") == Strings{"v"});
    CHECK(values(request, "webhook") == Strings{"/results/e-1"});
    CHECK(values(request, "Idempotency-Key") == Strings{"e-1"});
    CHECK(values(request, "X-Ecron-Scheduled-At") == Strings{"2026-01-01T00:00:00.123Z"});
    CHECK(values(request, "X-Ecron-Attempt") == Strings{"2"});
}

TEST_CASE("the path of the report names the execution whatever its id is", "[execution]") {
    AttemptOrder order = order_for({});
    order.execute_id = ExecuteId{"a/b c?é"};
    CHECK(values(http_request(order, kOptions), "webhook") == Strings{"/results/a%2Fb%20c%3F%C3%A9"});
}

TEST_CASE("ecron's own headers replace the job's headers of the same name", "[execution]") {
    const auto request = http_request(
        order_for({.headers = model::NameValues{{"WebHook", "x"}, {"x-ecron-attempt", "x"}}}), kOptions);
    CHECK(values(request, "WebHook").empty());
    CHECK(values(request, "webhook") == Strings{"/results/e-1"});
    CHECK(values(request, "x-ecron-attempt").empty());
    CHECK(values(request, "X-Ecron-Attempt") == Strings{"2"});
}

TEST_CASE("POST, PUT and PATCH without a body send null, GET, HEAD and DELETE none", "[execution]") {
    const auto [method, given, sent] =
        GENERATE(table<std::string, std::optional<std::string>, std::optional<std::string>>({
            {"POST", std::nullopt, "null"},
            {"PUT", std::nullopt, "null"},
            {"PATCH", std::nullopt, "null"},
            {"GET", std::nullopt, std::nullopt},
            {"HEAD", R"({"a":1})", std::nullopt},
            {"DELETE", std::nullopt, std::nullopt},
            {"POST", R"({"a":1})", R"({"a":1})"},
            {"GET", R"({"a":1})", std::nullopt},
        }));
    CAPTURE(method);
    CHECK(http_request(order_for({.method = method, .body = given}), kOptions).body == sent);
}

TEST_CASE("a form's body is its members, encoded", "[execution]") {
    const auto request = http_request(
        order_for({.headers = model::NameValues{{"content-type",
                                                 "application/x-www-form-urlencoded; charset=utf-8"}},
                   .body = R"({"a b":"x&y","n":7,"o":{"p":true}})"}),
        kOptions);
    CHECK(request.body == "a%20b=x%26y&n=7&o=%7B%22p%22%3Atrue%7D");
}

TEST_CASE("a job's own Idempotency-Key replaces ecron's", "[execution]") {
    const auto keys = [](model::NameValues headers) {
        return values(http_request(order_for({.headers = std::move(headers)}), kOptions), "Idempotency-Key");
    };
    CHECK(keys({{"Idempotency-Key", "mine"}}) == Strings{"mine"});
    CHECK(keys({{"idempotency-key", "mine"}}).empty());  // sent with the job's spelling of the name
    CHECK(keys({{"Idempotency-Key", ""}}) == Strings{"e-1"});
    CHECK(keys({{"Other", "x"}}) == Strings{"e-1"});
}

TEST_CASE("numbers in a form are written in plain notation and keep their digits", "[execution]") {
    const auto request = http_request(
        order_for({.headers = model::NameValues{{"Content-Type", "application/x-www-form-urlencoded"}},
                   .body = R"({"a":1.5,"b":0.1,"c":100.0,"e":3,"price":99.99,"n":18446744073709551616,)"
                           R"("big":1e400,"list":[0.5,1E2]})"}),
        kOptions);
    CHECK(request.body ==
          "a=1.5&b=0.1&c=100&e=3&price=99.99&n=18446744073709551616&big=1e400&list=%5B0.5%2C100%5D");
}

TEST_CASE("2xx is success or acceptance, anything else a failure with its reason", "[execution]") {
    using model::Completion;
    CHECK(read_answer(answered(204), Completion::automatic).outcome == model::ExecutionState::success);
    CHECK_FALSE(read_answer(answered(200), Completion::automatic).accepted);
    CHECK(read_answer(answered(202), Completion::automatic).accepted);
    CHECK_FALSE(read_answer(answered(202), Completion::response).accepted);
    CHECK(read_answer(answered(200), Completion::callback).accepted);
    const AttemptResult refused = read_answer(answered(404), Completion::automatic);
    CHECK(refused.outcome == model::ExecutionState::failure);
    CHECK(refused.code == 404);
    CHECK(refused.reason == "the target answered 404");
    const AttemptResult lost =
        read_answer(fail(Errc::timeout, "no answer within 60s"), Completion::automatic);
    CHECK(lost.outcome == model::ExecutionState::failure);
    CHECK(lost.code == 0);
    CHECK(lost.reason == "no answer within 60s");
}

TEST_CASE("Retry-After in seconds is parsed, invalid values are ignored", "[execution]") {
    CHECK(read_answer(answered(503, {{"retry-after", "7"}}), {}).retry_after == Millis{7'000});
    CHECK_FALSE(read_answer(answered(503, {{"Retry-After", "soon"}}), {}).retry_after);
    CHECK(read_answer(answered(503, {{"Retry-After", "99999999999999"}}), {}).retry_after ==
          std::chrono::days{30});
}

TEST_CASE("an attempt records timing and selected headers", "[execution]") {
    const AttemptResult result =
        read_answer(answered(200, {{"Content-Type", "text/plain"}, {"Set-Cookie", "secret"}}), {});
    CHECK(result.detail.contains(R"("Content-Type":"text/plain")"));
    CHECK_FALSE(result.detail.contains("secret"));
    CHECK(result.detail.contains(R"("first_byte":0)"));
}

TEST_CASE("an attempt records each followed redirect, without credentials", "[execution]") {
    http::ClientResult answer = answered(200, {{"Location", "/next?token=s3cret#f"}});
    answer->redirects = {{302, "GET", "https://user:pw@h/a?token=s3cret&x"}, {307, "GET", "http://h/b"}};
    const AttemptResult result = read_answer(answer, {});
    CHECK(result.outcome == model::ExecutionState::success);
    CHECK_THAT(
        result.detail,
        Catch::Contains(R"("redirects":[{"status":302,"method":"GET","url":"https://***@h/a?token=***&***"},)"
                        R"({"status":307,"method":"GET","url":"http://h/b"}])"));
    CHECK_THAT(result.detail, Catch::Contains(R"("Location":"/next?token=***")"));
    CHECK_FALSE(read_answer(answered(200), {}).detail.contains("redirects"));
    const http::ClientResult lost{std::unexpect, Error{Errc::unavailable, "connection refused"}, [] {
                                      http::ClientResponse partial;
                                      partial.redirects = {{302, "GET", "http://h/c"}};
                                      return partial;
                                  }()};
    CHECK_THAT(read_answer(lost, {}).detail, Catch::Contains("http://h/c"));
}

TEST_CASE("the received part of a truncated response is kept, and its status is ignored", "[execution]") {
    http::ClientResponse partial;
    partial.status = 200;
    partial.body = "begun";
    const http::ClientResult answer{std::unexpect, Error{Errc::unavailable, "answer ended early"}, partial};
    const AttemptResult result = read_answer(answer, model::Completion::automatic);
    CHECK(result.outcome == model::ExecutionState::failure);
    CHECK(result.code == 200);
    CHECK(result.output == "begun");
    CHECK(result.reason == "answer ended early");
    CHECK(next_attempt_after({.on = {{500, 599}}}, 1, result, 0.5));  // as if there were no status code
}

TEST_CASE("secrets are inserted into header values and the body with the required encoding", "[execution]") {
    const Secrets secrets{"", {{"ECRON_SECRET_KEY", "a\"&b"}}};
    const auto request_of = [&](model::Context context) {
        const AttemptOrder order = order_for(std::move(context));
        Revealer revealer{secrets, order.task->tenant, Destination::of_url(order.task->context.exec)};
        return execution::http_request(order, kOptions, revealer);
    };
    const auto as_json = request_of({.headers = model::NameValues{{"Authorization", "Bearer ${secret:KEY}"}},
                                     .body = R"({"k":"${secret:KEY}"})"});
    CHECK(values(*as_json, "Authorization") == Strings{"Bearer a\"&b"});
    CHECK(as_json->body == R"({"k":"a\"&b"})");
    const auto as_form =
        request_of({.headers = model::NameValues{{"Content-Type", "application/x-www-form-urlencoded"}},
                    .body = R"({"k":"${secret:KEY}"})"});
    CHECK(as_form->body == "k=a%22%26b");
    CHECK(request_of({.body = R"({"k":"${secret:NONE}"})"}).error().what == "the secret NONE is not known");
}

TEST_CASE("connections are shared by scheme, host and port of the URL", "[execution]") {
    CHECK(http::origin_of("HTTP://User:pw@Host.Example/a?b#c") == "http://host.example:80");
    CHECK(http::origin_of("https://host") == "https://host:443");
    CHECK(http::origin_of("http://[::1]:8080?x") == "http://[::1]:8080");
}

TEST_CASE("Retry-After is parsed as seconds, or as a date by the target's or ecron's clock", "[execution]") {
    const auto [after, date, wait] = GENERATE(table<std::string, std::string, std::optional<Millis>>({
        {"7", "", Millis{7'000}},
        {"Sun, 22 Nov 2026 10:00:30 GMT", "Sun, 22 Nov 2026 10:00:00 GMT", Millis{30'000}},
        {"Sun, 22 Nov 2026 09:00:00 GMT", "Sun, 22 Nov 2026 10:00:00 GMT", Millis{0}},
        {"Sun, 22 Nov 2026 10:00:30 GMT", "",
         Millis{20'000}},  // RFC 9110 6.6.1: relative to the time of receipt
        {"Sun, 22 Nov 2026 10:00:30 GMT", "yesterday", Millis{20'000}},
        {"Sun, 22 Nov 2026 10:00:00 GMT", "", Millis{0}},
        {"soon", "Sun, 22 Nov 2026 10:00:00 GMT", std::nullopt},
        {"-1", "", std::nullopt},
    }));
    CAPTURE(after, date);
    const AttemptResult result =
        read_answer(answered(503, {{"retry-after", after}, {"Date", date}}), model::Completion::automatic);
    CHECK(result.retry_after == wait);
}

TEST_CASE("a request is as much work as its text with the usual length of its secrets", "[http]") {
    model::Context context{.exec = "http://a/", .body = std::string(1'000, 'x')};
    const std::size_t plain = request_work(context);
    CHECK(plain >= 1'000);
    CHECK(plain < kLargeWork);
    std::string references;
    for (int use = 0; use < 100; ++use) references += "${secret:K}";
    context.headers = model::NameValues{{"X-Any", references}};
    CHECK(request_work(context) > kLargeWork);
}
