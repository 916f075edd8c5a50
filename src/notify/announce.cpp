#include "ecron/notify/announce.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "ecron/base/uuid.hpp"
#include "ecron/http/origin.hpp"
#include "ecron/model/json.hpp"

namespace ecron::notify {
namespace {

constexpr std::size_t kMaxOutput = 4'096;
constexpr std::size_t kReceiverLength = 255;  // limit of the store's column; host names are shorter

std::string body_of(const model::Execution& execution, const model::Attempt* record) {
    std::string body;
    model::append_json(body, execution);
    body.back() = ',';  // to append a member
    body += R"("last_attempt":)";
    if (record == nullptr) return body += "null}";
    model::Attempt truncated = *record;
    truncated.output.resize(std::min(truncated.output.size(), kMaxOutput));
    model::append_json(body, truncated);
    return body += '}';
}

/// Receivers are separate for each tenant: its turns, limits and pauses do not depend on other tenants.
std::string receiver_of(const TenantId& tenant, const std::string& webhook) {
    return (tenant.value() + ' ' + http::origin_of(webhook)).substr(0, kReceiverLength);
}

std::string message_id(const ExecuteId& id, int attempt, model::ExecutionState state) {
    const std::string subject = fmt::format("{} {} {}", id.value(), attempt, model::to_text(state));
    return "msg_" + keyed_uuid("ecron webhook", subject, Instant{});
}

}  // namespace

bool subscribes_to(const model::Context& job, model::ExecutionState state) {
    if (job.webhook.empty()) return false;
    if (job.notify_on.empty()) return model::is_end(state);
    return std::ranges::find(job.notify_on, model::to_text(state)) != job.notify_on.end();
}

std::vector<store::Announcement> announcements(const model::Context& job, const model::Execution& after,
                                               int attempt, const model::Attempt* record) {
    if (!subscribes_to(job, after.state)) return {};
    return {{.channel = store::Channel::webhook,
             .message_id = message_id(after.id, attempt, after.state),
             .receiver = receiver_of(after.tenant, job.webhook),
             .url = job.webhook,
             .payload = body_of(after, record)}};
}

void announce(const model::Context& job, store::Outcome& outcome) {
    if (outcome.after.state == model::ExecutionState::executing) return;
    outcome.announcements =
        announcements(job, outcome.after, outcome.attempt, outcome.record ? &*outcome.record : nullptr);
}

}  // namespace ecron::notify
