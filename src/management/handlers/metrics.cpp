#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <span>

#include "management/handlers/handlers.hpp"
#include "management/http/responses.hpp"
#include "management/routes.hpp"

namespace ecron::management {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Labels = std::vector<ClientMetric::Label>;

/// Metric families in the order of output. Labels have a bounded number of values; ids are never labels.
class Exposition {
public:
    void counter(std::string name, std::string help, double value) {
        family(std::move(name), std::move(help), MetricType::Counter);
        add({}, value);
    }
    void gauge(std::string name, std::string help, double value, Labels labels = {}) {
        family(std::move(name), std::move(help), MetricType::Gauge);
        add(std::move(labels), value);
    }
    void family(std::string name, std::string help, MetricType type) {
        families_.push_back({std::move(name), std::move(help), type, {}});
    }
    /// Adds another value to the family that was begun last.
    void add(Labels labels, double value) {
        ClientMetric metric;
        metric.label = std::move(labels);
        metric.counter.value = metric.gauge.value = value;
        families_.back().metric.push_back(std::move(metric));
    }
    /// `counts`: the number of values per bucket (not cumulative); the last one counts larger values.
    void histogram(std::string name, std::string help, std::span<const double> bounds,
                   std::span<const std::uint64_t> counts, double sum) {
        family(std::move(name), std::move(help), MetricType::Histogram);
        ClientMetric metric;
        std::uint64_t cumulative = 0;
        for (std::size_t i = 0; i < counts.size(); ++i) {
            cumulative += counts[i];
            const double bound = i < bounds.size() ? bounds[i] : std::numeric_limits<double>::infinity();
            metric.histogram.bucket.push_back({cumulative, bound});
        }
        metric.histogram.sample_count = cumulative;
        metric.histogram.sample_sum = sum;
        families_.back().metric.push_back(std::move(metric));
    }
    [[nodiscard]] std::string text() const { return prometheus::TextSerializer{}.Serialize(families_); }

private:
    std::vector<MetricFamily> families_;
};

double number(auto value) { return static_cast<double>(value); }

void add_http(Exposition& out, const HttpMetrics& http) {
    out.family("ecron_http_requests_total", "HTTP responses by route and status.", MetricType::Counter);
    for (std::size_t i = 0; i < http.by_route().size(); ++i) {
        const bool routed = i < routes().size();
        const std::string route{routed ? routes()[i].pattern : "none"};
        const std::string method{routed ? text_of(routes()[i].method) : "any"};
        for (const HttpMetrics::Count& count : http.by_route()[i])
            out.add({{"route", route}, {"method", method}, {"status", std::to_string(count.status)}},
                    number(count.responses));
    }
    out.histogram("ecron_http_request_seconds", "Time from the complete request to its response, in seconds.",
                  HttpMetrics::kBounds, http.buckets(), http.seconds());
}

void add_runs(Exposition& out, const Runs& runs) {
    const RunStatistics statistics = runs.statistics();
    out.family("ecron_runs_total", "Runs by event.", MetricType::Counter);
    const auto event = [&](const char* name, std::uint64_t count) {
        out.add({{"event", name}}, number(count));
    };
    event("claimed", statistics.claimed);
    event("started", statistics.started);
    event("succeeded", statistics.succeeded);
    event("failed", statistics.failed);
    event("abandoned", statistics.abandoned);
    event("interrupted", statistics.interrupted);
    event("missed", statistics.missed);
    event("withdrawn", statistics.withdrawn);
    out.histogram("ecron_lateness_seconds", "Delay between due time and start of runs, in seconds.",
                  statistics.lateness_bounds, statistics.lateness_buckets, statistics.lateness_sum);
    out.gauge("ecron_lag_seconds", "Planning delay in seconds, without tenants at their limit.",
              statistics.lag_seconds);
    out.gauge("ecron_held_seconds",
              "Delay in seconds of the oldest run that waits for capacity of its tenant.",
              statistics.held_seconds);
    out.gauge("ecron_watermark_ahead_seconds",
              "How far a watermark is ahead of the database's clock, in seconds; its shard does not plan.",
              statistics.watermark_ahead_seconds);
    out.gauge("ecron_planned_jobs", "Enabled jobs loaded in the planner.", number(statistics.jobs));
    out.gauge("ecron_open_runs", "Runs that are claimed, waiting or executing.", number(statistics.runs));
    out.gauge("ecron_planner_bytes", "Memory of the planner in bytes.", number(statistics.planner_bytes));
    const NodeStanding standing = runs.standing();
    out.gauge("ecron_leader", "1 if this process leads at least one shard.", runs.leads() ? 1 : 0);
    out.gauge("ecron_shards_led", "Number of shards that this process leads.",
              number(standing.leading.size()));
    out.gauge("ecron_clock_ahead_seconds", "Clock of this node minus clock of the database, in seconds.",
              std::chrono::duration<double>(standing.clock_ahead).count());
    out.gauge("ecron_clock_refused", "1 if this node does not lead because its clock offset is too large.",
              standing.refuses_to_lead ? 1 : 0);
}

void add_store(Exposition& out, const store::Store& store) {
    const store::Statistics statistics = store.statistics();
    out.counter("ecron_store_transactions_total", "Committed transactions.", number(statistics.transactions));
    out.counter("ecron_store_rows_written_total", "Rows written.", number(statistics.rows_written));
    out.counter("ecron_store_rows_read_total", "Rows read.", number(statistics.rows_read));
    out.counter("ecron_store_retries_total", "Retried transactions.", number(statistics.retries));
    out.counter("ecron_store_reconnects_total", "Reopened database sessions.", number(statistics.reconnects));
    out.counter("ecron_store_failures_total", "Failed calls.", number(statistics.failures));
    out.counter("ecron_store_commit_seconds_total", "Total time spent in transactions, in seconds.",
                statistics.commit_seconds);
    const store::Health health = store.health();
    out.gauge("ecron_store_available", "1 if the database is reachable.", health.available ? 1 : 0);
    using store::WriteRefusal;
    out.family("ecron_store_writes_refused", "1 if the database is reachable but refuses writes, by reason.",
               MetricType::Gauge);
    out.add({{"reason", "disk_full"}}, health.writes_refused == WriteRefusal::disk_full ? 1 : 0);
    out.add({{"reason", "read_only"}}, health.writes_refused == WriteRefusal::read_only ? 1 : 0);
    out.gauge("ecron_store_waiting", "Waiting calls.", number(health.writes_waiting), {{"kind", "write"}});
    out.add({{"kind", "read"}}, number(health.reads_waiting));
}

void add_load(Exposition& out, const Options& options) {
    if (!options.load) return;
    const Load load = options.load();
    out.counter("ecron_executions_removed_total", "Executions deleted by retention.",
                number(load.executions_removed));
    out.gauge("ecron_attempts", "Attempts in the pool.", number(load.running_attempts),
              {{"state", "running"}});
    out.add({{"state", "waiting"}}, number(load.waiting_attempts));
    out.gauge("ecron_http_connections", "Client connections.", number(load.connections));
    out.gauge("ecron_loop_stall_seconds",
              "Longest time of the last minute for which handlers occupied the event loop, in seconds.",
              std::chrono::duration<double>(load.loop.work).count());
    out.gauge(
        "ecron_loop_delay_seconds",
        "Longest delay of a timer of the event loop in the last minute, in seconds: handlers, and waiting "
        "for a processor.",
        std::chrono::duration<double>(load.loop.delay).count());
}

void add_tokens(Exposition& out, const Options& options) {
    if (options.authenticator == nullptr) return;
    const auth::Statistics tokens = options.authenticator->statistics();
    out.family("ecron_tokens_total", "Tokens of requests by result; unknown: the issuer was unreachable.",
               MetricType::Counter);
    out.add({{"event", "accepted"}}, number(tokens.accepted));
    out.add({{"event", "refused"}}, number(tokens.refused));
    out.add({{"event", "unknown"}}, number(tokens.unknown));
    out.counter("ecron_token_issuer_requests_total", "Requests to the token issuer.", number(tokens.asked));
    out.gauge("ecron_tokens_cached", "Tokens in the cache.", number(tokens.cached));
}

void add_webhooks(Exposition& out, const Options& options) {
    if (!options.webhooks) return;
    const Webhooks webhooks = options.webhooks();
    out.family("ecron_webhooks_total", "Webhook requests by result; dead: given up.", MetricType::Counter);
    out.add({{"event", "delivered"}}, number(webhooks.delivered));
    out.add({{"event", "failed"}}, number(webhooks.failed));
    out.add({{"event", "dead"}}, number(webhooks.dead));
    out.gauge("ecron_webhooks_under_way", "Webhooks being sent.", number(webhooks.under_way));
    out.gauge("ecron_webhooks_waiting", "Undelivered webhooks, counted up to 100000.",
              number(webhooks.waiting));
    out.gauge("ecron_webhooks_oldest_seconds", "Age of the oldest undelivered webhook, in seconds.",
              webhooks.oldest_seconds);
}

void add_messages(Exposition& out, const Options& options) {
    if (!options.messages) return;
    const Messages messages = options.messages();
    out.gauge("ecron_mq_connected", "1 if messages can be published.", messages.connected ? 1 : 0);
    out.family("ecron_mq_links", "Connections to the message queue.", MetricType::Gauge);
    const auto up =
        std::ranges::count_if(messages.links, [](const Messages::Link& link) { return link.connected; });
    out.add({{"state", "connected"}}, number(up));
    out.add({{"state", "in_trouble"}}, number(std::ssize(messages.links) - up));
    out.family("ecron_mq_messages_total", "Messages by topic and event.", MetricType::Counter);
    for (const Messages::Topic& topic : messages.topics) {
        const auto event = [&](const char* name, std::uint64_t count) {
            out.add({{"topic", topic.topic}, {"event", name}}, number(count));
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
    out.family("ecron_mq_in_flight", "Messages being handled, by topic.", MetricType::Gauge);
    for (const Messages::Topic& topic : messages.topics)
        if (!topic.channel.empty()) out.add({{"topic", topic.topic}}, number(topic.in_flight));
    out.family("ecron_mq_lag", "Messages waiting at the broker, by topic, if the broker reports it.",
               MetricType::Gauge);
    for (const Messages::Topic& topic : messages.topics)
        if (topic.lag) out.add({{"topic", topic.topic}}, number(*topic.lag));
    out.counter("ecron_mq_dropped_total", "Messages given up before they were published.",
                number(messages.dropped));
}

void add_certificates(Exposition& out, const Options& options) {
    const std::vector<CertificateEnd> certificates =
        options.certificates ? options.certificates() : std::vector<CertificateEnd>{};
    if (certificates.empty()) return;
    out.family(
        "ecron_certificate_expiry_timestamp_seconds",
        "Expiry of the certificates of an option, in seconds since 1970: of a chain that ecron presents the "
        "earliest, of authorities the latest.",
        MetricType::Gauge);
    for (const CertificateEnd& certificate : certificates)
        out.add({{"option", certificate.option}}, number(to_unix_seconds(certificate.end)));
}

double resident_bytes() {
    std::ifstream statm{"/proc/self/statm"};
    double total = 0;
    double resident = 0;
    statm >> total >> resident;
    return resident * number(sysconf(_SC_PAGESIZE));
}

double cpu_seconds() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& time) { return number(time.tv_sec) + number(time.tv_usec) / 1e6; };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

void add_process(Exposition& out, const Options& options) {
    out.gauge("process_resident_memory_bytes", "Resident memory in bytes.", resident_bytes());
    out.counter("process_cpu_seconds_total", "User and system CPU time in seconds.", cpu_seconds());
    out.gauge("ecron_build_info", "Always 1; the version is a label.", 1, {{"version", options.version}});
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
    add_messages(out, request.api.options);
    add_certificates(out, request.api.options);
    add_process(out, request.api.options);
    http::Response response;
    response.body = out.text();
    response.content_type = "text/plain; version=0.0.4; charset=utf-8";
    co_return response;
}

}  // namespace ecron::management
