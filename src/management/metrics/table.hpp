#pragma once
#include <algorithm>
#include <array>

#include "ecron/management/metrics.hpp"

namespace ecron::management {

// clang-format off
inline constexpr std::array kMetrics = [] {
    using enum MetricKind;
    return std::array{
    Metric{"ecron_runs_total", counter, "event", "Runs by event."},
    Metric{"ecron_outcomes_total", counter, "tenant,state,reason", "Outcomes of attempts and executions, and missed occurrences, by tenant and reason; reason is empty for a success."},
    Metric{"ecron_attempt_duration_seconds", histogram, "tenant,outcome", "Duration of attempts, in seconds."},
    Metric{"ecron_attempt_lateness_seconds", histogram, "tenant", "Delay between the due time and the start of attempts by tenant, in seconds."},
    Metric{"ecron_lateness_seconds", histogram, "", "Delay between due time and start of runs, in seconds."},
    Metric{"ecron_lag_seconds", gauge, "", "Planning delay in seconds, without tenants at their limit."},
    Metric{"ecron_held_seconds", gauge, "", "Delay in seconds of the oldest run that waits for capacity of its tenant."},
    Metric{"ecron_watermark_ahead_seconds", gauge, "", "How far a watermark is ahead of the database's clock, in seconds; its shard does not plan."},
    Metric{"ecron_planned_jobs", gauge, "", "Enabled jobs loaded in the planner."},
    Metric{"ecron_jobs_failing", gauge, "", "Jobs whose execution that ended last was abandoned, up to 15 s old; reported by the node that leads the first shard."},
    Metric{"ecron_jobs_overdue", gauge, "", "Jobs of the shards that this process leads with an execution that has not started a minute after its due time."},
    Metric{"ecron_job_last_success_timestamp_seconds", gauge, "tenant,job", "End of the last successful execution on this node, in seconds since 1970, for up to metrics_jobs jobs."},
    Metric{"ecron_open_runs", gauge, "", "Runs that are claimed, waiting or executing."},
    Metric{"ecron_planner_bytes", gauge, "", "Memory of the planner in bytes."},
    Metric{"ecron_leader", gauge, "", "1 if this process leads at least one shard."},
    Metric{"ecron_shards", gauge, "", "Number of shards of the database; 0: not known yet."},
    Metric{"ecron_shards_led", gauge, "", "Number of shards that this process leads."},
    Metric{"ecron_shards_unled", gauge, "", "Number of shards that no process held at this process's last round of the election."},
    Metric{"ecron_clock_ahead_seconds", gauge, "", "Clock of this node minus clock of the database, in seconds."},
    Metric{"ecron_clock_refused", gauge, "", "1 if this node does not lead because its clock offset is too large."},

    Metric{"ecron_attempts", gauge, "state", "Attempts in the pool."},
    Metric{"ecron_pool_capacity", gauge, "kind", "Maximum concurrent attempts of each kind on this node."},
    Metric{"ecron_pool_attempts", gauge, "kind,state", "Attempts in the pool, by kind."},
    Metric{"ecron_executions_removed_total", counter, "", "Executions deleted by retention."},

    Metric{"ecron_store_transactions_total", counter, "", "Committed transactions."},
    Metric{"ecron_store_rows_written_total", counter, "", "Rows written."},
    Metric{"ecron_store_rows_read_total", counter, "", "Rows read."},
    Metric{"ecron_store_retries_total", counter, "", "Retried transactions."},
    Metric{"ecron_store_reconnects_total", counter, "", "Reopened database sessions."},
    Metric{"ecron_store_failures_total", counter, "", "Failed calls."},
    Metric{"ecron_store_commit_seconds_total", counter, "", "Total time spent in transactions, in seconds."},
    Metric{"ecron_store_available", gauge, "", "1 if the database is reachable."},
    Metric{"ecron_store_writes_refused", gauge, "reason", "1 if the database is reachable but refuses writes, by reason."},
    Metric{"ecron_store_waiting", gauge, "kind", "Waiting calls."},

    Metric{"ecron_webhooks_total", counter, "event", "Webhook requests by result; dead: given up."},
    Metric{"ecron_webhooks_under_way", gauge, "", "Webhooks being sent."},
    Metric{"ecron_webhooks_waiting", gauge, "", "Undelivered webhooks, counted up to 100000."},
    Metric{"ecron_webhooks_oldest_seconds", gauge, "", "Age of the oldest undelivered webhook, in seconds."},

    Metric{"ecron_trace_spans_exported_total", counter, "", "Spans that the collector of otlp_endpoint accepted."},
    Metric{"ecron_trace_spans_dropped_total", counter, "", "Spans that were not exported: too many waited, the collector rejected them, or the process ended."},

    Metric{"ecron_mq_connected", gauge, "", "1 if messages can be published."},
    Metric{"ecron_mq_links", gauge, "state", "Connections to the message queue."},
    Metric{"ecron_mq_messages_total", counter, "topic,event", "Messages by topic and event."},
    Metric{"ecron_mq_in_flight", gauge, "topic", "Messages being handled, by topic."},
    Metric{"ecron_mq_lag", gauge, "topic", "Messages waiting at the broker, by topic, if the broker reports it."},
    Metric{"ecron_mq_dropped_total", counter, "", "Messages given up before they were published."},

    Metric{"ecron_http_requests_total", counter, "route,method,status", "HTTP responses by route and status."},
    Metric{"ecron_http_request_seconds", histogram, "", "Time from the complete request to its response, in seconds."},
    Metric{"ecron_http_connections", gauge, "", "Client connections."},
    Metric{"ecron_tokens_total", counter, "event", "Tokens of requests by result; unknown: the issuer was unreachable."},
    Metric{"ecron_token_issuer_requests_total", counter, "", "Requests to the token issuer."},
    Metric{"ecron_tokens_cached", gauge, "", "Tokens in the cache."},

    Metric{"ecron_certificate_expiry_timestamp_seconds", gauge, "option", "Expiry of the certificates of an option, in seconds since 1970: of a chain that ecron presents the earliest, of authorities the latest."},
    Metric{"ecron_loop_stall_seconds", gauge, "", "Longest time of the last minute for which handlers occupied the event loop, in seconds."},
    Metric{"ecron_loop_delay_seconds", gauge, "", "Longest delay of a timer of the event loop in the last minute, in seconds: handlers, and waiting for a processor."},
    Metric{"ecron_build_info", gauge, "version", "Always 1; the version is a label."},
    Metric{"process_resident_memory_bytes", gauge, "", "Resident memory in bytes."},
    Metric{"process_virtual_memory_bytes", gauge, "", "Virtual memory in bytes."},
    Metric{"process_cpu_seconds_total", counter, "", "User and system CPU time in seconds."},
    Metric{"process_start_time_seconds", gauge, "", "Start of the process, in seconds since 1970."},
    Metric{"process_open_fds", gauge, "", "Open file descriptors."},
    Metric{"process_max_fds", gauge, "", "Maximum number of open file descriptors."},
    };
}();
// clang-format on

/// A name that the table contains: any other does not compile.
class MetricName {
public:
    consteval MetricName(const char* name)  // implicit, so that a literal names a metric
        : metric_(&*std::ranges::find(kMetrics, std::string_view{name}, &Metric::name)) {
        if (metric_->name != name) throw "the table has no such metric";
    }
    [[nodiscard]] const Metric& metric() const { return *metric_; }

private:
    const Metric* metric_;
};

}  // namespace ecron::management
