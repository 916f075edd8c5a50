#include <type_traits>

#include "app/scheduler_runs.hpp"
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
                    .loop = {.delay = std::chrono::milliseconds{30}, .work = std::chrono::milliseconds{12}}};
    };
    service.options.webhooks = [] {
        return Webhooks{
            .delivered = 1, .failed = 2, .dead = 3, .under_way = 4, .waiting = 5, .oldest_seconds = 6.5};
    };
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
             R"(ecron_build_info{version="0.0.0-test"} 1)",
         }) {
        CAPTURE(line);
        CHECK(has_line(reply, line));
    }
    CHECK(reply.text().contains("\nprocess_resident_memory_bytes "));
    CHECK(reply.text().contains("\nprocess_cpu_seconds_total "));
}
