#include "ecron/notify/announce.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "ecron/base/json_writer.hpp"
#include "ecron/base/uuid.hpp"
#include "ecron/http/message.hpp"
#include "ecron/http/origin.hpp"
#include "ecron/model/execute_id.hpp"
#include "ecron/model/json.hpp"

namespace ecron::notify {
namespace {

using model::Event;
using model::ExecutionState;

constexpr std::size_t kMaxOutput = 4'096;
constexpr std::size_t kReceiverLength = 255;  // limit of the store's column; host names are shorter

/// Receivers are separate for each tenant: its turns, limits and pauses do not depend on other tenants.
std::string receiver_of(const TenantId& tenant, const std::string& webhook) {
    return (tenant.value() + ' ' + http::origin_of(webhook)).substr(0, kReceiverLength);
}

std::string message_id(const std::string& subject) {
    return "msg_" + keyed_uuid("ecron webhook", subject, Instant{});
}

bool names(const model::Context& job, std::string_view type) {
    return !job.webhook.empty() && std::ranges::find(job.notify_on, type) != job.notify_on.end();
}

store::Announcement message(const model::Context& job, const TenantId& tenant, const std::string& subject,
                            std::string payload) {
    return {.channel = store::Channel::webhook,
            .message_id = message_id(subject),
            .receiver = receiver_of(tenant, job.webhook),
            .url = job.webhook,
            .payload = std::move(payload)};
}

void write_attempt(JsonWriter& json, const model::Attempt* record) {
    json.key("last_attempt");
    if (record == nullptr) {
        json.null();
        return;
    }
    model::Attempt truncated = *record;
    truncated.output.resize(std::min(truncated.output.size(), kMaxOutput));
    std::string text;
    model::append_json(text, truncated);
    json.raw(text);
}

/// Returns when the first attempt began that is known.
std::optional<Instant> first_begin(const model::Execution& execution) {
    if (execution.executors.empty()) return std::nullopt;
    return execution.executors.front().executed_at;
}

bool is_late(const model::Context& job, const model::Execution& execution) {
    const std::optional<Instant> began = first_begin(execution);
    return began && execution.scheduled_at && job.max_lateness &&
           *began - *execution.scheduled_at > job.plan.jitter + *job.max_lateness;
}

bool is_running_long(const model::Context& job, const model::Execution& execution, Instant now) {
    const std::optional<Instant> began = first_begin(execution);
    return began && job.max_duration && execution.end_at.value_or(now) - *began > *job.max_duration;
}

bool is_skipped(const store::Outcome& outcome) {
    const model::Execution& after = outcome.after;
    return after.state == ExecutionState::interrupt && after.execute_times == 0 &&
           (after.reason == "overlap" || after.reason == "deadline");
}

}  // namespace

bool subscribes_to(const model::Context& job, ExecutionState state) {
    if (job.notify_on.empty()) return !job.webhook.empty() && model::is_end(state);
    return names(job, model::to_text(state));
}

bool subscribes_to(const model::Context& job, Event event) { return names(job, model::to_text(event)); }

std::vector<Event> due_events(const model::Context& job, const model::Execution& execution, Instant now) {
    std::vector<Event> events;
    const auto add = [&](Event event, bool is_due) {
        const bool announced = std::ranges::find(execution.announced, event) != execution.announced.end();
        if (is_due && !announced && subscribes_to(job, event)) events.push_back(event);
    };
    add(Event::late, is_late(job, execution));
    add(Event::running_long, is_running_long(job, execution, now));
    return events;
}

std::string Announcer::body_of(const model::Context& job, const model::Execution& execution,
                               const model::Attempt* record, std::string_view type) const {
    std::string body;
    model::append_json(body, execution);
    body.back() = ',';  // to append members
    std::string more;
    JsonWriter json{more};
    json.begin_object();
    write_attempt(json, record);
    json.member("type", type).member_raw("labels", job.labels.value_or("{}"));
    if (!executions_url_.empty())
        json.member("url", executions_url_ + http::percent_encode(model::chosen_id(execution.id)));
    json.end_object();
    return body.append(more, 1);
}

std::vector<store::Announcement> Announcer::announcements(const model::Context& job,
                                                          const model::Execution& after, int attempt,
                                                          const model::Attempt* record) const {
    if (!subscribes_to(job, after.state)) return {};
    const std::string_view state = model::to_text(after.state);
    return {message(job, after.tenant, fmt::format("{} {} {}", after.id.value(), attempt, state),
                    body_of(job, after, record, state))};
}

std::vector<store::Announcement> Announcer::announcements(const model::Context& job,
                                                          const model::Execution& after,
                                                          const std::vector<Event>& events,
                                                          const model::Attempt* record) const {
    std::vector<store::Announcement> messages;
    for (const Event event : events) {
        const std::string_view type = model::to_text(event);
        messages.push_back(message(job, after.tenant, fmt::format("{} {}", after.id.value(), type),
                                   body_of(job, after, record, type)));
        if (event == Event::late || event == Event::running_long) messages.back().once = event;
        if (event == Event::recovered) messages.back().condition = store::Announcement::Condition::recovered;
    }
    return messages;
}

void Announcer::announce(const model::Context& job, store::Outcome& outcome,
                         const std::vector<Event>& events) const {
    const model::Execution& after = outcome.after;
    const model::Attempt* const record = outcome.record ? &*outcome.record : nullptr;
    outcome.announcements = announcements(job, after, events, record);
    const auto append = [&](std::vector<store::Announcement> more) {
        std::ranges::move(more, std::back_inserter(outcome.announcements));
    };
    if (after.state != ExecutionState::executing) append(announcements(job, after, outcome.attempt, record));
    if (is_skipped(outcome) && subscribes_to(job, Event::skipped))
        append(announcements(job, after, {Event::skipped}, record));
    if (after.state == ExecutionState::success && subscribes_to(job, Event::recovered))
        append(announcements(job, after, {Event::recovered}, record));
}

store::Announcement Announcer::missed(const model::Context& job, const model::Execution& first,
                                      const store::Missed& missed) const {
    const std::string from = format_rfc3339_millis(missed.from);
    const std::string to = format_rfc3339_millis(missed.to);
    const std::string_view type = model::to_text(Event::missed);
    std::string body;
    JsonWriter json{body};
    json.begin_object().member("type", type).member("job_id", first.job_id.value());
    json.member("job_type", model::to_text(first.job_type)).member("job_name", first.job_name);
    json.member("tenant_id", first.tenant.value()).key("missed").begin_object();
    json.member("from", from).member("to", to).member("count", missed.count).end_object();
    json.member("reason", missed.reason).member_raw("labels", job.labels.value_or("{}")).end_object();
    return message(job, first.tenant, fmt::format("{} {} {}", first.id.value(), type, to), std::move(body));
}

}  // namespace ecron::notify
