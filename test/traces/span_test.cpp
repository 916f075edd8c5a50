#include "traces/span.hpp"

#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>

#include "ecron/base/trace.hpp"
#include "traces/given_attempt.hpp"

using namespace ecron;
using namespace ecron::traces;
using ecron::traces::test::GivenAttempt;
using ecron::traces::test::kRequested;

namespace {

const Resource kResource{.node = NodeId{"node-1"}, .version = "1.2.3"};

/// The only span of a document.
boost::json::value span_in(const std::string& document) {
    return boost::json::parse(document).at_pointer("/resourceSpans/0/scopeSpans/0/spans/0");
}

std::string document_of(const GivenAttempt& given) {
    const std::optional<Span> span = span_of(given.ended());
    REQUIRE(span);
    return encode({&*span, 1}, kResource);
}

}  // namespace

TEST_CASE("an attempt becomes this OTLP document", "[traces]") {
    CHECK(document_of({}) ==
          R"({"resourceSpans":[{"resource":{"attributes":[)"
          R"({"key":"service.name","value":{"stringValue":"ecron"}},)"
          R"({"key":"service.version","value":{"stringValue":"1.2.3"}},)"
          R"({"key":"service.instance.id","value":{"stringValue":"node-1"}}]},)"
          R"("scopeSpans":[{"scope":{"name":"ecron"},"spans":[{)"
          R"("traceId":"0193aaaa000080008000000000000001","spanId":"fa1d3bed9a56c8eb",)"
          R"("name":"backup","kind":3,)"
          R"("startTimeUnixNano":"1767225600123000000","endTimeUnixNano":"1767225601456000000",)"
          R"("attributes":[{"key":"ecron.job.id","value":{"stringValue":"j1"}},)"
          R"({"key":"ecron.job.name","value":{"stringValue":"backup"}},)"
          R"({"key":"ecron.tenant","value":{"stringValue":"ops"}},)"
          R"({"key":"ecron.execution.id","value":{"stringValue":"0193aaaa-0000-8000-8000-000000000001"}},)"
          R"({"key":"ecron.attempt","value":{"intValue":"1"}},)"
          R"({"key":"ecron.lateness_ms","value":{"intValue":"23"}},)"
          R"({"key":"http.request.method","value":{"stringValue":"PUT"}},)"
          R"({"key":"url.full","value":{"stringValue":"https://***@target/run?key=***"}},)"
          R"({"key":"http.response.status_code","value":{"intValue":"200"}}],"status":{}}]}]}]})");
}

TEST_CASE("a span has the ids that the target received, and the request as its parent", "[traces]") {
    GivenAttempt given;
    given.execution.traceparent = kRequested;
    given.record.number = 2;
    const std::string sent = attempt_traceparent(kRequested, given.record.execute_id.value(), 2);
    const boost::json::value span = span_in(document_of(given));
    CHECK(span.at("traceId") == "4bf92f3577b34da6a3ce929d0e0e4736");
    CHECK(span.at("spanId").as_string() == sent.substr(36, 16));
    CHECK(span.at("parentSpanId") == "00f067aa0ba902b7");
}

TEST_CASE("a trace that is not sampled is not exported", "[traces]") {
    GivenAttempt given;
    given.execution.traceparent = kRequested.substr(0, 53) + "00";
    CHECK_FALSE(span_of(given.ended()));
    given.execution.traceparent = kRequested.substr(0, 53) + "03";
    CHECK(span_of(given.ended()));
}

TEST_CASE("an attempt without success is an error with its reason", "[traces]") {
    GivenAttempt given;
    given.record.outcome = GENERATE(model::ExecutionState::failure, model::ExecutionState::interrupt);
    given.record.reason = "connection \"refused\"" + std::string(2'000, '.');
    given.record.code = 0;
    const boost::json::value span = span_in(document_of(given));
    CHECK(span.at_pointer("/status/code") == 2);
    const std::string message{span.at_pointer("/status/message").as_string()};
    CHECK(message == given.record.reason.substr(0, 1'024));
    CHECK(boost::json::serialize(span.at("attributes")).find("status_code") == std::string::npos);
}

TEST_CASE("attributes that are unknown are omitted", "[traces]") {
    GivenAttempt given;
    given.execution.tenant = TenantId{};
    given.due.reset();
    given.record.code = 3;
    SECTION("a command") { given.task.context.mode = model::Mode::exe; }
    SECTION("a job that no longer exists") {}
    const bool is_gone = given.task.context.mode != model::Mode::exe;
    const std::optional<Span> span =
        span_of({given.execution, given.record, is_gone ? nullptr : &given.task, given.due});
    REQUIRE(span);
    const std::string attributes =
        boost::json::serialize(span_in(encode({&*span, 1}, kResource)).at("attributes"));
    CHECK(attributes ==
          R"([{"key":"ecron.job.id","value":{"stringValue":"j1"}},)"
          R"({"key":"ecron.job.name","value":{"stringValue":"backup"}},)"
          R"({"key":"ecron.execution.id","value":{"stringValue":"0193aaaa-0000-8000-8000-000000000001"}},)"
          R"({"key":"ecron.attempt","value":{"intValue":"1"}}])");
}

TEST_CASE("a span never ends before it begins, and is never early", "[traces]") {
    GivenAttempt given;
    given.record.end_at = given.record.begin_at - Millis{5};
    given.due = given.record.begin_at + Millis{5};
    const std::optional<Span> span = span_of(given.ended());
    REQUIRE(span);
    CHECK(span->end == span->begin);
    CHECK(span->lateness == Millis{0});
}

TEST_CASE("a document contains the spans in order", "[traces]") {
    const std::optional<Span> span = span_of(GivenAttempt{}.ended());
    REQUIRE(span);
    std::vector<Span> spans(3, *span);
    for (std::size_t i = 0; i < spans.size(); ++i) spans[i].job_name = std::to_string(i);
    const boost::json::value document = boost::json::parse(encode(spans, kResource));
    const auto& written = document.at_pointer("/resourceSpans/0/scopeSpans/0/spans").as_array();
    REQUIRE(written.size() == 3);
    CHECK(written[0].at("name") == "0");
    CHECK(written[2].at("name") == "2");
}

TEST_CASE("an export is posted to the endpoint with the configured header fields", "[traces]") {
    Options options;
    options.endpoint = GENERATE("http://collector:4318/base", "http://collector:4318/base/");
    options.headers = {SecretText{"Authorization=Bearer a=b"}};
    const http::ClientRequest request = export_request("{}", options);
    CHECK(request.method == "POST");
    CHECK(request.url == "http://collector:4318/base/v1/traces");
    CHECK(request.body == "{}");
    CHECK(request.timeout == options.timeout);
    CHECK(request.headers ==
          std::vector<http::Header>{{"Content-Type", "application/json"}, {"Authorization", "Bearer a=b"}});
}
