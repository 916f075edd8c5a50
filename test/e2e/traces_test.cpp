#include <boost/json/parse.hpp>

#include "e2e/world.hpp"

/// Traces from the perspective of a collector.
namespace ecron::e2e {
namespace {

const std::string kTrace = "4bf92f3577b34da6a3ce929d0e0e4736";
const std::string kCaller = "00f067aa0ba902b7";

/// ecron and a collector of its spans.
struct TracedWorld {
    explicit TracedWorld(Settings settings = {}) : world(with_collector(std::move(settings))) {}

    Target collector;
    World world;

    /// Runs a new job, which retries immediately; returns the execution's id.
    std::string run(const std::string& path, const std::string& flags = "01") {
        const std::string job =
            world.given({.name = path.substr(1),
                         .path = path,
                         .cron = "0 0 1 1 *",
                         .context = {{"retry", json::object{{"initial", "1ms"}, {"max", "1ms"}}}}});
        return world.api()
            .post("/jobexecution", R"({"job_id":")" + job + R"("})",
                  {"traceparent: 00-" + kTrace + '-' + kCaller + '-' + flags})
            .text("/execute_id");
    }
    /// Returns the spans that the collector has received, in order.
    [[nodiscard]] json::array spans() const {
        json::array all;
        for (const Call& call : collector.calls("/v1/traces")) {
            const json::value document = json::parse(call.body);
            for (const json::value& span :
                 document.at_pointer("/resourceSpans/0/scopeSpans/0/spans").as_array())
                all.push_back(span);
        }
        return all;
    }
    json::array wait_for(std::size_t count) {
        wait_until("the spans arrive", [&] { return spans().size() >= count; });
        return spans();
    }

private:
    Settings with_collector(Settings settings) const {
        settings["otlp_endpoint"] = collector.url("/");
        return settings;
    }
};

/// Returns the value of an attribute, or null.
json::value attribute(const json::value& span, std::string_view name) {
    for (const json::value& one : span.at("attributes").as_array())
        if (one.at("key") == json::value(name)) return one.at("value").as_object().begin()->value();
    return nullptr;
}

}  // namespace

TEST_CASE("each attempt of a requested run is a span with the ids that its target received", "[traces]") {
    TracedWorld traced{{{"otlp_headers", "Authorization=Bearer a=b,X-Team=ops"}, {"node_id", "node-1"}}};
    Target& target = traced.world.target;
    target.answer("/flaky",
                  [](const Call& call) { return Answer{.status = call.attempt() == 1 ? 500U : 200U}; });
    const std::string execution = traced.run("/flaky");
    const std::vector<Call> calls = target.wait_for("/flaky", 2);
    const json::array spans = traced.wait_for(2);
    REQUIRE(spans.size() == 2);
    for (std::size_t i = 0; i < 2; ++i) {
        CAPTURE(i, json::serialize(spans[i]));
        const std::string traceparent = "00-" + std::string{spans[i].at("traceId").as_string()} + '-' +
                                        std::string{spans[i].at("spanId").as_string()} + "-01";
        CHECK(calls[i].header("traceparent") == traceparent);
        CHECK(spans[i].at("traceId") == json::value(kTrace));
        CHECK(spans[i].at("parentSpanId") == json::value(kCaller));
        CHECK(spans[i].at("name") == "flaky");
        CHECK(attribute(spans[i], "ecron.execution.id") == json::value(execution));
        CHECK(attribute(spans[i], "ecron.attempt") == json::value(std::to_string(i + 1)));
        CHECK(attribute(spans[i], "http.response.status_code") == (i == 0 ? "500" : "200"));
        const auto begin = std::stoll(spans[i].at("startTimeUnixNano").as_string().c_str());
        const auto end = std::stoll(spans[i].at("endTimeUnixNano").as_string().c_str());
        CHECK(begin <= end);
        CHECK(std::abs(begin / 1'000'000 - to_unix_millis(calls[i].at)) < 5'000);
    }
    CHECK(spans[0].at("status") == json::object{{"code", 2}, {"message", "the target answered 500"}});
    CHECK(spans[1].at("status") == json::object{});

    const Call exported = traced.collector.calls("/v1/traces").front();
    CHECK(exported.method == "POST");
    CHECK(exported.header("content-type") == "application/json");
    CHECK(exported.header("authorization") == "Bearer a=b");
    CHECK(exported.header("x-team") == "ops");
    const json::value resource = json::parse(exported.body).at_pointer("/resourceSpans/0/resource");
    CHECK(attribute(resource, "service.name") == "ecron");
    CHECK(attribute(resource, "service.instance.id") == "node-1");
    wait_until("the spans are counted", [&] {
        const std::string metrics = traced.world.api().get("/metrics").body;
        return metrics.find("\necron_trace_spans_exported_total 2\n") != std::string::npos &&
               metrics.find("\necron_trace_spans_dropped_total 0\n") != std::string::npos;
    });
}

TEST_CASE("a run whose trace is not sampled is passed on, but not exported", "[traces]") {
    TracedWorld traced;
    const std::string ignored = traced.run("/ignored", "00");
    traced.world.wait_for_state(ignored, "success");
    CHECK(traced.world.target.wait_for("/ignored", 1)[0].header("traceparent").ends_with("-00"));
    traced.run("/sampled");
    const json::array spans = traced.wait_for(1);
    REQUIRE(spans.size() == 1);
    CHECK(spans[0].at("name") == "sampled");
}

TEST_CASE("spans that wait are exported by a drain", "[traces]") {
    TracedWorld traced;
    traced.world.wait_for_state(traced.run("/last"), "success");
    CHECK(traced.world.ecron.terminate() == 0);
    const json::array spans = traced.spans();
    REQUIRE(spans.size() == 1);
    CHECK(spans[0].at("name") == "last");
}

TEST_CASE("spans are exported when the collector is available again", "[traces]") {
    TracedWorld traced;
    traced.collector.answer("/v1/traces", [asked = 0](const Call&) mutable {
        return Answer{.status = ++asked < 3 ? 503U : 200U};
    });
    traced.run("/run");
    const std::vector<Call> calls = traced.collector.wait_for("/v1/traces", 3);
    CHECK(calls[0].body == calls[2].body);
    CHECK(traced.world.ecron.logged("failed to export spans, retrying: url="));
}

TEST_CASE("a collector that hangs delays neither runs nor the exit beyond its grace", "[traces]") {
    TracedWorld traced;
    traced.collector.answer("/v1/traces", Answer{.hangs = true});
    const std::string first = traced.run("/first");
    traced.collector.wait_for("/v1/traces", 1);
    traced.world.wait_for_state(traced.run("/second"), "success");
    CHECK(traced.world.row(first)->state == "success");
    CHECK(traced.world.ecron.terminate() == 0);
    CHECK(traced.world.ecron.logged("dropped spans at the end: spans=2"));
}

TEST_CASE("an attempt that its node did not finish is a span as well", "[traces]") {
    TracedWorld traced;
    Target& target = traced.world.target;
    target.answer("/stuck", Answer{.hangs = true});
    traced.run("/stuck");
    target.wait_for("/stuck", 1);
    std::string reason;
    SECTION("its node was killed") {
        traced.world.ecron.kill();
        reason = "node_lost";
    }
    SECTION("its node was shut down") {
        CHECK(traced.world.ecron.terminate() == 0);
        reason = "the node was shut down";
        CHECK(traced.spans().size() == 1);
    }
    target.release("/stuck");
    traced.world.ecron.start();
    const json::array spans = traced.wait_for(2);
    const std::vector<Call> calls = target.calls("/stuck");
    REQUIRE(calls.size() == 2);
    for (std::size_t i = 0; i < 2; ++i) {
        CAPTURE(i, json::serialize(spans[i]));
        CHECK(spans[i].at("spanId") == json::value(calls[i].header("traceparent").substr(36, 16)));
        CHECK(attribute(spans[i], "ecron.attempt") == json::value(std::to_string(i + 1)));
    }
    CHECK(spans[0].at("status") == json::object{{"code", 2}, {"message", reason}});
    CHECK(spans[1].at("status") == json::object{});
}

TEST_CASE("an attempt whose run was ended by a client is one span", "[traces]") {
    TracedWorld traced;
    traced.world.target.answer("/stuck", Answer{.hangs = true});
    const std::string execution = traced.run("/stuck");
    traced.world.wait_for_state(execution, "executing");
    const std::string job = traced.world.api().get("/jobexecution/" + execution).text("/job_id");
    const std::string status = R"([{"execute_id":")" + execution + R"(","job_id":")" + job +
                               R"(","job_type":"scheduled","job_status":"success","end_at":")" + in(0s) +
                               R"("}])";
    CHECK(traced.world.api().put("/jobstatus/any", status).body == R"({"failed_job_id":[]})");
    traced.wait_for(1);
    CHECK(traced.world.ecron.terminate() == 0);
    const json::array spans = traced.spans();
    REQUIRE(spans.size() == 1);
    CHECK(spans[0].at("status").at("code") == 2);
}

TEST_CASE("no trace metrics are served without a collector", "[traces]") {
    World world;
    CHECK(world.api().get("/metrics").body.find("ecron_trace_spans") == std::string::npos);
}

}  // namespace ecron::e2e
