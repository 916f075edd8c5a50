#include <fmt/format.h>

#include "ecron/base/json_writer.hpp"
#include "ecron/model/json.hpp"
#include "model/words.hpp"

namespace ecron::model {
namespace {

void write_names(JsonWriter& json, std::string_view name, const std::optional<NameValues>& values) {
    json.key(name);
    if (!values) {
        json.null();
        return;
    }
    json.begin_object();
    for (const auto& [key, value] : *values) json.member(key, value);
    json.end_object();
}

void write_raw(JsonWriter& json, std::string_view name, const std::optional<std::string>& text) {
    json.member_raw(name, text ? std::string_view{*text} : "null");
}

void write_time(JsonWriter& json, std::string_view name, const std::optional<Instant>& instant) {
    json.member(name, instant ? format_rfc3339(*instant) : std::string{});
}

void write_duration(JsonWriter& json, std::string_view name, const std::optional<Millis>& value) {
    if (value) json.member(name, format_duration(*value));
}

template <class E, std::size_t N>
void write_word(JsonWriter& json, std::string_view name, const std::optional<E>& value,
                const std::array<Word<E>, N>& words) {
    if (value) json.member(name, word_of(*value, words));
}

void write_notify(JsonWriter& json, const Context& context) {
    json.key("notify").begin_object().member("webhook", context.webhook);
    if (!context.notify_on.empty()) {
        json.key("on").begin_array();
        for (const std::string& state : context.notify_on) json.text(state);
        json.end_array();
    }
    json.end_object();
}

void write_plan_members(JsonWriter& json, const Plan& plan) {
    if (!plan.timezone.empty()) json.member("timezone", plan.timezone);
    if (plan.dialect != cron::Dialect{}) json.member("dialect", word_of(plan.dialect, kDialects));
    if (plan.dst != cron::DstPolicy{})
        json.key("dst")
            .begin_object()
            .member("gap", word_of(plan.dst.gap, kGaps))
            .member("overlap", word_of(plan.dst.overlap, kDstOverlaps))
            .end_object();
    write_word(json, "misfire", plan.misfire, kMisfires);
    write_duration(json, "misfire_grace", plan.misfire_grace);
    write_duration(json, "start_deadline", plan.start_deadline);
    write_word(json, "overlap", plan.overlap, kOverlaps);
    if (plan.jitter != Millis{0}) write_duration(json, "jitter", plan.jitter);
}

void write_retry(JsonWriter& json, const Retry& retry) {
    json.key("retry").begin_object().member("max_attempts", std::int64_t{retry.max_attempts});
    write_duration(json, "initial", retry.initial);
    json.key("multiplier").number(retry.multiplier);
    write_duration(json, "max", retry.max);
    write_duration(json, "after_max", retry.after_max);
    if (!retry.on.empty()) {
        json.key("on").begin_array();
        for (const CodeRange& range : retry.on) {
            if (range.first == range.last)
                json.number(std::int64_t{range.first});
            else
                json.text(fmt::format("{}-{}", range.first, range.last));
        }
        json.end_array();
    }
    json.end_object();
}

}  // namespace

std::string write_context(const Context& context) {
    std::string out;
    out.reserve(512);
    JsonWriter json{out};
    json.begin_object().member("mode", to_text(context.mode)).member("exec", context.exec);
    json.key("info").begin_object().member("method", context.method);
    write_names(json, "params", context.params);
    write_names(json, "headers", context.headers);
    write_raw(json, "body", context.body);
    write_raw(json, "kubernetes", context.kubernetes);
    if (context.environment) write_names(json, "environment", context.environment);
    if (!context.working_directory.empty()) json.member("working_directory", context.working_directory);
    json.end_object();
    write_notify(json, context);
    write_time(json, "begin_at", context.plan.begin_at);
    write_time(json, "end_at", context.plan.end_at);
    json.member("execute_id", context.execute_id);

    write_plan_members(json, context.plan);
    write_duration(json, "timeout", context.timeout);
    if (context.retry) write_retry(json, *context.retry);
    write_word(json, "completion", context.completion, kCompletions);
    write_duration(json, "callback_timeout", context.callback_timeout);
    write_word(json, "on_node_loss", context.on_node_loss, kNodeLosses);
    if (context.priority != 0) json.member("priority", std::int64_t{context.priority});
    if (!context.plan.concurrency_key.empty()) json.member("concurrency_key", context.plan.concurrency_key);
    if (context.plan.max_concurrency != 1)
        json.member("max_concurrency", std::int64_t{context.plan.max_concurrency});
    if (context.labels) json.member_raw("labels", *context.labels);
    write_duration(json, "retention", context.retention);
    if (context.plan.repeats) json.key("repeats").boolean(true);
    json.end_object();
    return out;
}

std::string canonical_context(std::string_view stored) {
    Context context = read_context(stored).value_or(Context{});
    if (context.method == "HEAD" || context.method == "PATCH") context.method = "POST";
    return write_context(context);
}

}  // namespace ecron::model
