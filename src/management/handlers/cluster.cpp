#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "ecron/base/json_writer.hpp"
#include "management/handlers/handlers.hpp"
#include "management/http/responses.hpp"

namespace ecron::management {
namespace {

constexpr Millis kClockWarning{100};
constexpr Millis kClockRefusal{1'000};

double in_seconds(Millis span) { return std::chrono::duration<double>(span).count(); }

/// Returns what is wrong with a node's clock; empty if nothing is.
std::string trouble_of(Millis clock_ahead) {
    const Millis off = std::chrono::abs(clock_ahead);
    if (off < kClockWarning) return {};
    return fmt::format("its clock is {} {} the database's{}", format_duration(off),
                       clock_ahead > Millis{0} ? "ahead of" : "behind",
                       off > kClockRefusal ? "; it does not lead" : "");
}

void append(JsonWriter& json, const store::NodeState& node) {
    json.begin_object().member("node", node.node.value());
    json.member("lease_until", format_rfc3339_millis(node.lease_until)).key("alive").boolean(node.alive);
    json.key("clock_ahead_seconds").number(in_seconds(node.clock_ahead));
    if (const std::string trouble = trouble_of(node.clock_ahead); !trouble.empty())
        json.member("trouble", trouble);
    json.end_object();
}

void append(JsonWriter& json, const store::ShardState& shard, Instant now) {
    json.begin_object().key("shard").number(std::int64_t{shard.shard.value()});
    json.member("node", shard.node.value()).key("epoch").number(shard.epoch.value());
    json.member("watermark", shard.watermark ? format_rfc3339_millis(*shard.watermark) : std::string{});
    const Millis lag = shard.watermark ? std::max(Millis{0}, now - *shard.watermark) : Millis{0};
    json.key("lag_seconds").number(in_seconds(lag));
    if (shard.watermark && *shard.watermark > now + store::kWatermarkTolerance)
        json.member("trouble",
                    fmt::format("its watermark is {} ahead of the database's clock; it does not plan",
                                format_duration(*shard.watermark - now)));
    json.end_object();
}

void append(JsonWriter& json, const Messages& messages) {
    json.key("message_queue").begin_object().member("kind", messages.kind);
    json.key("connected").boolean(messages.connected).key("links").begin_array();
    for (const Messages::Link& link : messages.links) {
        json.begin_object().member("address", link.address).member("option", link.option);
        json.key("connected").boolean(link.connected).member("since", format_rfc3339_millis(link.since));
        if (!link.problem.empty()) json.member("trouble", link.problem);
        json.end_object();
    }
    json.end_array().end_object();
}

/// `took`: the time of a look-up.
void append(JsonWriter& json, const store::Health& health, Millis took) {
    json.key("database").begin_object();
    json.member("driver", health.driver == store::Driver::mysql ? "mysql" : "sqlite");
    json.member("version", health.version).key("reachable").boolean(health.available);
    json.member("latency_ms", std::int64_t{took.count()});
    if (!health.problem.empty()) json.member("trouble", health.problem);
    json.end_object();
}

void append(JsonWriter& json, const Webhooks& webhooks) {
    json.key("outbox").begin_object().member("waiting", static_cast<std::int64_t>(webhooks.waiting));
    json.key("oldest_seconds").number(webhooks.oldest_seconds).end_object();
}

}  // namespace

AsyncResponse show_cluster(ApiRequest request) {
    const SteadyInstant begun = request.api.clock.steady();
    const auto cluster = co_await request.api.store.election->cluster();
    const auto took = std::chrono::ceil<Millis>(request.api.clock.steady() - begun);
    if (!cluster) co_return request.error(cluster.error());
    std::string body;
    JsonWriter json{body};
    json.begin_object().key("self").begin_object().member("node", request.api.options.node.value());
    json.key("leading").begin_array();
    for (const store::ShardState& shard : cluster->shards)
        if (request.api.store.election->leads(shard.shard)) json.number(std::int64_t{shard.shard.value()});
    json.end_array().end_object().key("nodes").begin_array();
    for (const store::NodeState& node : cluster->nodes) append(json, node);
    json.end_array().key("shards").begin_array();
    for (const store::ShardState& shard : cluster->shards) append(json, shard, cluster->now);
    json.end_array();
    append(json, request.api.store.health(), took);
    if (request.api.options.webhooks) append(json, request.api.options.webhooks());
    if (request.api.options.messages) append(json, request.api.options.messages());
    json.end_object();
    co_return json_response(200, std::move(body));
}

AsyncResponse show_configuration(ApiRequest request) {
    const Configuration& configuration = request.api.options.configuration;
    const bool in_english = request.requested_language() == model::Language::en_us;
    std::string body;
    JsonWriter{body}
        .begin_object()
        .member("node", request.api.options.node.value())
        .member_raw("options", in_english ? configuration.english : configuration.chinese)
        .end_object();
    co_return json_response(200, std::move(body));
}

}  // namespace ecron::management
