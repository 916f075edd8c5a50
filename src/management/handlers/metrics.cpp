#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <cassert>
#include <initializer_list>
#include <limits>
#include <span>

#include "management/handlers/handlers.hpp"
#include "management/http/responses.hpp"
#include "management/metrics/process.hpp"
#include "management/metrics/table.hpp"
#include "management/routes.hpp"

namespace ecron::management {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

MetricType type_of(MetricKind kind) {
    switch (kind) {
        case MetricKind::counter:
            return MetricType::Counter;
        case MetricKind::gauge:
            return MetricType::Gauge;
        case MetricKind::histogram:
            break;
    }
    return MetricType::Histogram;
}

/// Metric families in the order of output.
class Exposition {
public:
    /// Begins the family of a metric; the values are added in the order of its labels.
    void begin(MetricName name) {
        const Metric& metric = name.metric();
        families_.push_back({std::string{metric.name}, std::string{metric.help}, type_of(metric.kind), {}});
        labels_ = metric.labels;
    }
    /// A metric with one value and no labels.
    void value(MetricName name, double value) {
        begin(name);
        add({}, value);
    }
    void add(std::initializer_list<std::string_view> labels, double value) {
        ClientMetric& metric = append(labels);
        metric.counter.value = metric.gauge.value = value;
    }
    /// `counts`: the number of values per bucket (not cumulative); the last one counts larger values.
    void add(std::initializer_list<std::string_view> labels, std::span<const double> bounds,
             std::span<const std::uint64_t> counts, double sum) {
        ClientMetric& metric = append(labels);
        std::uint64_t cumulative = 0;
        for (std::size_t i = 0; i < counts.size(); ++i) {
            cumulative += counts[i];
            const double bound = i < bounds.size() ? bounds[i] : std::numeric_limits<double>::infinity();
            metric.histogram.bucket.push_back({cumulative, bound});
        }
        metric.histogram.sample_count = cumulative;
        metric.histogram.sample_sum = sum;
    }
    [[nodiscard]] std::string text() const { return prometheus::TextSerializer{}.Serialize(families_); }

private:
    ClientMetric& append(std::initializer_list<std::string_view> values) {
        ClientMetric& metric = families_.back().metric.emplace_back();
        std::string_view names = labels_;
        for (const std::string_view value : values) {
            const std::size_t comma = std::min(names.find(','), names.size());
            metric.label.push_back({std::string{names.substr(0, comma)}, std::string{value}});
            names.remove_prefix(std::min(comma + 1, names.size()));
        }
        assert(names.empty());
        return metric;
    }

    std::vector<MetricFamily> families_;
    std::string_view labels_;  // of the family that was begun last
};

double number(auto value) { return static_cast<double>(value); }

void add_http(Exposition& out, const HttpMetrics& http) {
    out.begin("ecron_http_requests_total");
    for (std::size_t i = 0; i < http.by_route().size(); ++i) {
        const bool routed = i < routes().size();
        const std::string route{routed ? routes()[i].pattern : "none"};
        const std::string method{routed ? text_of(routes()[i].method) : "any"};
        for (const HttpMetrics::Count& count : http.by_route()[i])
            out.add({route, method, std::to_string(count.status)}, number(count.responses));
    }
    out.begin("ecron_http_request_seconds");
    out.add({}, HttpMetrics::kBounds, http.buckets(), http.seconds());
}

void add_tenants(Exposition& out, const RunStatistics& statistics) {
    out.begin("ecron_outcomes_total");
    for (const TenantRuns& one : statistics.tenants)
        for (const TenantRuns::Outcome& outcome : one.outcomes)
            out.add({one.tenant, outcome.state, outcome.reason}, number(outcome.count));
    out.begin("ecron_attempt_lateness_seconds");
    for (const TenantRuns& one : statistics.tenants)
        out.add({one.tenant}, statistics.tenant_lateness_bounds, one.lateness.counts, one.lateness.sum);
    out.begin("ecron_attempt_duration_seconds");
    for (const TenantRuns& one : statistics.tenants)
        for (const auto& [outcome, durations] : one.durations)
            out.add({one.tenant, outcome}, statistics.duration_bounds, durations.counts, durations.sum);
    if (statistics.last_successes.empty()) return;
    out.begin("ecron_job_last_success_timestamp_seconds");
    for (const JobSuccess& success : statistics.last_successes)
        out.add({success.tenant, success.job}, number(to_unix_seconds(success.at)));
}

void add_runs(Exposition& out, const Runs& runs) {
    const RunStatistics statistics = runs.statistics();
    out.begin("ecron_runs_total");
    const auto event = [&](const char* name, std::uint64_t count) { out.add({name}, number(count)); };
    event("claimed", statistics.claimed);
    event("started", statistics.started);
    event("succeeded", statistics.succeeded);
    event("failed", statistics.failed);
    event("abandoned", statistics.abandoned);
    event("interrupted", statistics.interrupted);
    event("missed", statistics.missed);
    event("withdrawn", statistics.withdrawn);
    out.begin("ecron_lateness_seconds");
    out.add({}, statistics.lateness_bounds, statistics.lateness_buckets, statistics.lateness_sum);
    out.value("ecron_lag_seconds", statistics.lag_seconds);
    out.value("ecron_held_seconds", statistics.held_seconds);
    out.value("ecron_watermark_ahead_seconds", statistics.watermark_ahead_seconds);
    out.value("ecron_planned_jobs", number(statistics.jobs));
    if (statistics.failing_jobs) out.value("ecron_jobs_failing", number(*statistics.failing_jobs));
    out.value("ecron_jobs_overdue", number(statistics.overdue_jobs));
    add_tenants(out, statistics);
    out.value("ecron_open_runs", number(statistics.runs));
    out.value("ecron_planner_bytes", number(statistics.planner_bytes));
    const NodeStanding standing = runs.standing();
    out.value("ecron_leader", runs.leads() ? 1 : 0);
    out.value("ecron_shards", number(standing.shards));
    out.value("ecron_shards_led", number(standing.leading.size()));
    out.value("ecron_shards_unled", number(standing.unled_shards));
    out.value("ecron_clock_ahead_seconds", std::chrono::duration<double>(standing.clock_ahead).count());
    out.value("ecron_clock_refused", standing.refuses_to_lead ? 1 : 0);
}

void add_store(Exposition& out, const store::Store& store) {
    const store::Statistics statistics = store.statistics();
    out.value("ecron_store_transactions_total", number(statistics.transactions));
    out.value("ecron_store_rows_written_total", number(statistics.rows_written));
    out.value("ecron_store_rows_read_total", number(statistics.rows_read));
    out.value("ecron_store_retries_total", number(statistics.retries));
    out.value("ecron_store_reconnects_total", number(statistics.reconnects));
    out.value("ecron_store_failures_total", number(statistics.failures));
    out.value("ecron_store_commit_seconds_total", statistics.commit_seconds);
    const store::Health health = store.health();
    out.value("ecron_store_available", health.available ? 1 : 0);
    using store::WriteRefusal;
    out.begin("ecron_store_writes_refused");
    out.add({"disk_full"}, health.writes_refused == WriteRefusal::disk_full ? 1 : 0);
    out.add({"read_only"}, health.writes_refused == WriteRefusal::read_only ? 1 : 0);
    out.begin("ecron_store_waiting");
    out.add({"write"}, number(health.writes_waiting));
    out.add({"read"}, number(health.reads_waiting));
}

void add_pool(Exposition& out, const std::vector<PoolLane>& lanes) {
    out.begin("ecron_pool_capacity");
    for (const PoolLane& lane : lanes) out.add({lane.kind}, number(lane.capacity));
    out.begin("ecron_pool_attempts");
    for (const PoolLane& lane : lanes) {
        out.add({lane.kind, "running"}, number(lane.running));
        out.add({lane.kind, "waiting"}, number(lane.waiting));
    }
}

void add_load(Exposition& out, const Options& options) {
    if (!options.load) return;
    const Load load = options.load();
    out.value("ecron_executions_removed_total", number(load.executions_removed));
    out.begin("ecron_attempts");
    out.add({"running"}, number(load.running_attempts));
    out.add({"waiting"}, number(load.waiting_attempts));
    add_pool(out, load.lanes);
    out.value("ecron_http_connections", number(load.connections));
    out.value("ecron_loop_stall_seconds", std::chrono::duration<double>(load.loop.work).count());
    out.value("ecron_loop_delay_seconds", std::chrono::duration<double>(load.loop.delay).count());
}

void add_tokens(Exposition& out, const Options& options) {
    if (options.authenticator == nullptr) return;
    const auth::Statistics tokens = options.authenticator->statistics();
    out.begin("ecron_tokens_total");
    out.add({"accepted"}, number(tokens.accepted));
    out.add({"refused"}, number(tokens.refused));
    out.add({"unknown"}, number(tokens.unknown));
    out.value("ecron_token_issuer_requests_total", number(tokens.asked));
    out.value("ecron_tokens_cached", number(tokens.cached));
}

void add_webhooks(Exposition& out, const Options& options) {
    if (!options.webhooks) return;
    const Webhooks webhooks = options.webhooks();
    out.begin("ecron_webhooks_total");
    out.add({"delivered"}, number(webhooks.delivered));
    out.add({"failed"}, number(webhooks.failed));
    out.add({"dead"}, number(webhooks.dead));
    out.value("ecron_webhooks_under_way", number(webhooks.under_way));
    out.value("ecron_webhooks_waiting", number(webhooks.waiting));
    out.value("ecron_webhooks_oldest_seconds", webhooks.oldest_seconds);
}

void add_trace_spans(Exposition& out, const Options& options) {
    if (!options.trace_spans) return;
    const TraceSpans spans = options.trace_spans();
    out.value("ecron_trace_spans_exported_total", number(spans.exported));
    out.value("ecron_trace_spans_dropped_total", number(spans.dropped));
}

void add_messages(Exposition& out, const Options& options) {
    if (!options.messages) return;
    const Messages messages = options.messages();
    out.value("ecron_mq_connected", messages.connected ? 1 : 0);
    out.begin("ecron_mq_links");
    const auto up =
        std::ranges::count_if(messages.links, [](const Messages::Link& link) { return link.connected; });
    out.add({"connected"}, number(up));
    out.add({"in_trouble"}, number(std::ssize(messages.links) - up));
    out.begin("ecron_mq_messages_total");
    for (const Messages::Topic& topic : messages.topics) {
        const auto event = [&](const char* name, std::uint64_t count) {
            out.add({topic.topic, name}, number(count));
        };
        if (topic.channel.empty()) {
            event("published", topic.published);
            event("not_published", topic.failed);
        } else {
            event("received", topic.received);
            event("done", topic.done);
            event("requeued", topic.requeued);
            event("dead", topic.dead);
        }
    }
    out.begin("ecron_mq_in_flight");
    for (const Messages::Topic& topic : messages.topics)
        if (!topic.channel.empty()) out.add({topic.topic}, number(topic.in_flight));
    out.begin("ecron_mq_lag");
    for (const Messages::Topic& topic : messages.topics)
        if (topic.lag) out.add({topic.topic}, number(*topic.lag));
    out.value("ecron_mq_dropped_total", number(messages.dropped));
}

void add_certificates(Exposition& out, const Options& options) {
    const std::vector<CertificateEnd> certificates =
        options.certificates ? options.certificates() : std::vector<CertificateEnd>{};
    if (certificates.empty()) return;
    out.begin("ecron_certificate_expiry_timestamp_seconds");
    for (const CertificateEnd& certificate : certificates)
        out.add({certificate.option}, number(to_unix_seconds(certificate.end)));
}

void add_process(Exposition& out, const Options& options) {
    const ProcessUsage usage = process_usage();
    out.value("process_resident_memory_bytes", usage.resident_bytes);
    out.value("process_virtual_memory_bytes", usage.virtual_bytes);
    out.value("process_cpu_seconds_total", usage.cpu_seconds);
    out.value("process_start_time_seconds", usage.start_seconds);
    out.value("process_open_fds", usage.open_descriptors);
    out.value("process_max_fds", usage.max_descriptors);
    out.begin("ecron_build_info");
    out.add({options.version}, 1);
}

}  // namespace

AsyncResponse metrics(ApiRequest request) {
    Exposition out;
    add_http(out, request.api.http_metrics);
    add_runs(out, request.api.runs);
    add_store(out, request.api.store);
    add_load(out, request.api.options);
    add_tokens(out, request.api.options);
    add_webhooks(out, request.api.options);
    add_trace_spans(out, request.api.options);
    add_messages(out, request.api.options);
    add_certificates(out, request.api.options);
    add_process(out, request.api.options);
    http::Response response;
    response.body = out.text();
    response.content_type = "text/plain; version=0.0.4; charset=utf-8";
    co_return response;
}

}  // namespace ecron::management
