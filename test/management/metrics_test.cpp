#include <algorithm>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <type_traits>

#include "app/scheduler_runs.hpp"
#include "ecron/management/metrics.hpp"
#include "management/service.hpp"

using namespace ecron;
using namespace ecron::management;
using namespace ecron::management::test;

static_assert(!std::is_abstract_v<SchedulerRuns>);

namespace {

bool has_line(const Reply& reply, std::string_view line) {
    return ("\n" + reply.text()).contains("\n" + std::string{line} + "\n");
}

}  // namespace

TEST_CASE("requests are counted by route and status, never by id", "[management]") {
    Service service;
    const std::string id = service.given_job("a");
    service.get("/job?job_id=" + id);
    service.get("/job?job_id=nobody");
    service.put("/job/" + id + "/enable", "{}");
    service.get("/nowhere");
    (void)service.api().error(413, "too large");
    const Reply reply = service.get("/metrics");
    CHECK(reply.response.content_type == "text/plain; version=0.0.4; charset=utf-8");
    CHECK(has_line(reply, R"(ecron_http_requests_total{route="/job",method="GET",status="200"} 1)"));
    CHECK(has_line(reply, R"(ecron_http_requests_total{route="/job",method="GET",status="404"} 1)"));
    CHECK(has_line(reply,
                   R"(ecron_http_requests_total{route="/job/:job_id/enable",method="PUT",status="200"} 1)"));
    CHECK(has_line(reply, R"(ecron_http_requests_total{route="none",method="any",status="404"} 1)"));
    CHECK(has_line(reply, R"(ecron_http_requests_total{route="none",method="any",status="413"} 1)"));
    CHECK_FALSE(reply.text().contains(id));
}

TEST_CASE("metrics cover runs, store and process", "[management]") {
    Service service;
    service.options.load = [] {
        return Load{.executions_removed = 9,
                    .running_attempts = 4,
                    .waiting_attempts = 5,
                    .connections = 6,
                    .lanes = {{"http", 10, 3, 4}},
                    .loop = {.delay = std::chrono::milliseconds{30}, .work = std::chrono::milliseconds{12}}};
    };
    service.options.webhooks = [] {
        return Webhooks{
            .delivered = 1, .failed = 2, .dead = 3, .under_way = 4, .waiting = 5, .oldest_seconds = 6.5};
    };
    service.options.trace_spans = [] { return TraceSpans{.exported = 7, .dropped = 2}; };
    service.options.certificates = [] {
        return std::vector<CertificateEnd>{{"cert_file", from_unix_seconds(1'800'000'000)},
                                           {"db_ca_file", from_unix_seconds(1'900'000'000)}};
    };
    service.store.state.writes_waiting = 8;
    service.store.state.writes_refused = store::WriteRefusal::disk_full;
    const Reply reply = service.get("/metrics");
    for (const char* line : {
             R"(ecron_runs_total{event="claimed"} 5)",
             R"(ecron_lateness_seconds_bucket{le="0.001"} 1)",
             R"(ecron_lateness_seconds_bucket{le="0.01"} 3)",
             R"(ecron_lateness_seconds_bucket{le="+Inf"} 4)",
             "ecron_lateness_seconds_count 4",
             "ecron_lateness_seconds_sum 1.5",
             "ecron_planned_jobs 3",
             "ecron_open_runs 2",
             "ecron_leader 1",
             "ecron_shards_led 1",
             "ecron_shards 16",
             "ecron_shards_unled 2",
             "ecron_jobs_failing 6",
             "ecron_jobs_overdue 4",
             R"(ecron_outcomes_total{tenant="me",state="abandon",reason="timeout"} 2)",
             R"(ecron_attempt_lateness_seconds_bucket{tenant="me",le="0.1"} 3)",
             R"(ecron_attempt_lateness_seconds_count{tenant="me"} 4)",
             R"(ecron_attempt_duration_seconds_bucket{tenant="me",outcome="success",le="5"} 1)",
             R"(ecron_attempt_duration_seconds_sum{tenant="me",outcome="success"} 8.5)",
             R"(ecron_job_last_success_timestamp_seconds{tenant="me",job="backup"} 1700000000)",
             R"(ecron_pool_capacity{kind="http"} 10)",
             R"(ecron_pool_attempts{kind="http",state="running"} 3)",
             "ecron_clock_ahead_seconds 0.02",
             "ecron_clock_refused 0",
             "ecron_store_transactions_total 7",
             "ecron_store_commit_seconds_total 0.25",
             "ecron_store_available 1",
             R"(ecron_store_writes_refused{reason="disk_full"} 1)",
             R"(ecron_store_writes_refused{reason="read_only"} 0)",
             R"(ecron_store_waiting{kind="write"} 8)",
             R"(ecron_attempts{state="running"} 4)",
             R"(ecron_attempts{state="waiting"} 5)",
             R"(ecron_certificate_expiry_timestamp_seconds{option="cert_file"} 1800000000)",
             R"(ecron_certificate_expiry_timestamp_seconds{option="db_ca_file"} 1900000000)",
             "ecron_http_connections 6",
             "ecron_loop_stall_seconds 0.012",
             "ecron_loop_delay_seconds 0.03",
             "ecron_executions_removed_total 9",
             R"(ecron_webhooks_total{event="delivered"} 1)",
             R"(ecron_webhooks_total{event="failed"} 2)",
             R"(ecron_webhooks_total{event="dead"} 3)",
             "ecron_webhooks_under_way 4",
             "ecron_webhooks_waiting 5",
             "ecron_webhooks_oldest_seconds 6.5",
             "ecron_trace_spans_exported_total 7",
             "ecron_trace_spans_dropped_total 2",
             R"(ecron_build_info{version="0.0.0-test"} 1)",
         }) {
        CAPTURE(line);
        CHECK(has_line(reply, line));
    }
    CHECK(reply.text().contains("\nprocess_resident_memory_bytes "));
    for (const char* name : {"process_cpu_seconds_total", "process_virtual_memory_bytes",
                             "process_start_time_seconds", "process_open_fds", "process_max_fds"})
        CHECK(reply.text().contains(std::string{"\n"} + name + " "));
}

namespace {

std::string file_text(const std::string& path) {
    std::ifstream file{path};
    return {std::istreambuf_iterator<char>{file}, {}};
}

/// Returns the names of the metrics in a text, without the suffixes of a histogram.
std::set<std::string> metrics_in(const std::string& text) {
    static const std::regex name{R"(\b(ecron|process)_[a-z_]+(?=[{)\] ,"]|$))"};
    static const std::regex suffix{"_(bucket|sum|count)$"};
    std::set<std::string> names;
    for (std::sregex_iterator match{text.begin(), text.end(), name}, end; match != end; ++match)
        names.insert(std::regex_replace(match->str(), suffix, ""));
    return names;
}

bool is_declared(const std::string& name) {
    return std::ranges::find(metric_table(), std::string_view{name}, &Metric::name) != metric_table().end();
}

}  // namespace

TEST_CASE("docs/metrics.md matches the table of metrics", "[management]") {
    CHECK(file_text("docs/metrics.md") == metric_reference());  // ecron document metrics >docs/metrics.md
}

TEST_CASE("metrics have unique names with the suffix of their type and unit", "[management]") {
    std::set<std::string_view> names;
    for (const Metric& metric : metric_table()) {
        CAPTURE(metric.name);
        CHECK(names.insert(metric.name).second);
        CHECK((metric.kind == MetricKind::counter) == metric.name.ends_with("_total"));
        CHECK(metric.help.ends_with('.'));
    }
}

TEST_CASE("every metric in the alerts, the dashboard and the documentation exists", "[management]") {
    const std::string alerts = file_text("deploy/helm/ecron/files/alerts.yaml");
    const std::string dashboard = file_text("deploy/helm/ecron/files/dashboard.json");
    CHECK(metrics_in(alerts).size() > 15);
    CHECK(metrics_in(dashboard).size() > 25);
    for (const std::string& text : {alerts, dashboard})
        for (const std::string& name : metrics_in(text)) {
            CAPTURE(name);
            CHECK(is_declared(name));
        }
}

TEST_CASE("every alert has a test where it fires and one where it does not", "[management]") {
    const std::string alerts = file_text("deploy/helm/ecron/files/alerts.yaml");
    const std::string tests = file_text("deploy/monitoring/alerts_test.yaml");
    const std::regex alert{"- alert: ([A-Za-z]+)"};
    for (std::sregex_iterator match{alerts.begin(), alerts.end(), alert}, end; match != end; ++match) {
        CAPTURE(match->str(1));
        CHECK(tests.contains("name: " + match->str(1) + " fires\n"));
        CHECK(tests.contains("name: " + match->str(1) + " does not fire\n"));
    }
}

TEST_CASE("every response names its request by the client's id or a new one", "[management]") {
    Service service;
    CHECK(service.ask(Method::get, "/metrics", "", {{"X-Request-Id", "abc-1.2_Z"}}).field("X-Request-Id") ==
          "abc-1.2_Z");
    const std::string first = service.get("/nowhere").field("X-Request-Id");
    CHECK(first.size() == 36);
    CHECK(service.get("/nowhere").field("X-Request-Id") != first);
    for (const std::string& bad : {std::string{"a b"}, std::string(129, 'x'), std::string{"a\"b"}})
        CHECK(
            service.ask(Method::get, "/metrics", "", {{"X-Request-Id", bad}}).field("X-Request-Id").size() ==
            36);
}

TEST_CASE("an execution on request joins the trace of the request", "[management]") {
    Service service;
    const std::string body = R"({"job_id":")" + service.given_job("a") + R"("})";
    const std::string trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    service.ask(Method::post, "/jobexecution", body, {{"traceparent", trace}});
    CHECK(service.runs.traceparent == trace);
    service.ask(Method::post, "/jobexecution", body, {{"traceparent", "00-nonsense"}});
    CHECK(service.runs.traceparent.empty());
}
