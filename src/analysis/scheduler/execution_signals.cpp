#include "analysis/scheduler/execution_signals.hpp"

#include <algorithm>
#include <array>

#include "ecron/base/log.hpp"
#include "ecron/model/json.hpp"

namespace ecron::analysis {
namespace {

using model::ExecutionState;

double seconds(auto duration) { return std::max(0.0, std::chrono::duration<double>(duration).count()); }

/// Of an execution that ended without an outcome of its own; its reason may continue with details.
std::string_view interrupt_reason(std::string_view reason) {
    constexpr std::array<std::string_view, 8> kKnown{"overlap", "deadline", "replaced",  "cancelled",
                                                     "deleted", "paused",   "node_lost", "job_gone"};
    const auto known =
        std::ranges::find_if(kKnown, [&](std::string_view one) { return reason.starts_with(one); });
    return known == kKnown.end() ? "other" : *known;
}

std::string_view http_reason(int code) {
    if (code >= 500) return "status_5xx";
    if (code >= 400) return "status_4xx";
    return code > 0 ? "status_other" : "no_response";
}

/// An operator caused these.
bool is_expected(std::string_view reason) {
    return reason == "cancelled" || reason == "deleted" || reason == "replaced" || reason == "paused";
}

}  // namespace

std::string_view reason_of(const model::Execution& after, const execution::Task* task,
                           const execution::AttemptResult* attempt) {
    if (after.state == ExecutionState::success) return "";
    if (after.state == ExecutionState::interrupt) return interrupt_reason(after.reason);
    if (after.state == ExecutionState::pending) return "node_lost";
    if (attempt == nullptr || task == nullptr) return "other";
    if (attempt->timed_out) return "timeout";
    if (task->context.mode != model::Mode::exe) return http_reason(attempt->code);
    return attempt->code > 0 ? "exit_code" : "not_completed";
}

TenantStatistics& ExecutionSignals::of(const TenantId& tenant) {
    const auto found = tenants_.find(tenant.value());
    if (found != tenants_.end()) return found->second;
    if (tenants_.size() >= limits_.tenants) return others_;
    return tenants_.emplace(tenant.value(), TenantStatistics{.tenant = tenant.value()}).first->second;
}

void ExecutionSignals::attempt_began(const TenantId& tenant, Millis late) {
    of(tenant).lateness.record(kTenantLatenessBounds, seconds(late));
}

void ExecutionSignals::attempt_ended(const TenantId& tenant, const execution::AttemptResult& result) {
    of(tenant).durations[model::to_text(result.outcome)].record(kDurationBounds,
                                                                seconds(result.end_at - result.begin_at));
}

void ExecutionSignals::stored(const store::Outcome& outcome, std::string_view reason) {
    const model::Execution& after = outcome.after;
    if (after.state == ExecutionState::executing) return;  // accepted by its target
    ++of(after.tenant).outcomes[{model::to_text(after.state), reason}];
    if (after.state == ExecutionState::success)
        remember_success(after);
    else
        log(outcome);
}

void ExecutionSignals::remember_success(const model::Execution& after) {
    if (limits_.jobs == 0 || after.job_key == JobKey{}) return;
    if (const auto known = success_of_.find(after.job_key); known != success_of_.end()) {
        successes_.erase(known->second);
        success_of_.erase(known);
    }
    if (successes_.size() >= limits_.jobs) {
        success_of_.erase(successes_.back().first);
        successes_.pop_back();
    }
    successes_.emplace_front(
        after.job_key, JobSuccess{after.tenant.value(), after.job_name, after.end_at.value_or(clock_.now())});
    success_of_.emplace(after.job_key, successes_.begin());
}

void ExecutionSignals::missed(const execution::Task& task, const store::Missed& missed) {
    of(task.tenant).outcomes[{"missed", missed.reason == "misfire" ? "misfire" : "other"}] +=
        static_cast<std::uint64_t>(missed.count);
    if (is_log_due("missed", task.job_id))
        log::warn("occurrences missed job_id={} job_name=\"{}\" tenant={} from={} to={} count={} reason={}",
                  task.job_id, task.job_name, task.tenant, format_rfc3339_millis(missed.from),
                  format_rfc3339_millis(missed.to), missed.count, missed.reason);
}

bool ExecutionSignals::is_log_due(std::string_view event, const JobId& job) {
    log_suppressed();
    return lines_.takes(fmt::format("{} {}", event, job), clock_.steady());
}

void ExecutionSignals::log(const store::Outcome& outcome) {
    const model::Execution& after = outcome.after;
    const std::string_view state = model::to_text(after.state);
    if (after.state == ExecutionState::pending || !is_log_due(state, after.job_id)) return;
    const std::string_view reason =
        after.state == ExecutionState::interrupt ? interrupt_reason(after.reason) : std::string_view{};
    const bool skipped = reason == "overlap" || reason == "deadline";
    const std::string_view phrase = after.state == ExecutionState::failure   ? "attempt failed"
                                    : after.state == ExecutionState::abandon ? "execution abandoned"
                                    : skipped                                ? "execution skipped"
                                                                             : "execution interrupted";
    const log::Level level = is_expected(reason) ? log::Level::info : log::Level::warn;
    if (!log::enabled(level)) return;
    const int code = outcome.record ? outcome.record->code : 0;
    if (code == 0)  // no response, no exit: a command that was not found, for example
        log::write(level, "{} execute_id={} job_id={} job_name=\"{}\" tenant={} attempt={} reason=\"{}\"",
                   fmt::make_format_args(phrase, after.id, after.job_id, after.job_name, after.tenant,
                                         outcome.attempt, after.reason));
    else
        log::write(level,
                   "{} execute_id={} job_id={} job_name=\"{}\" tenant={} attempt={} code={} reason=\"{}\"",
                   fmt::make_format_args(phrase, after.id, after.job_id, after.job_name, after.tenant,
                                         outcome.attempt, code, after.reason));
}

void ExecutionSignals::log_suppressed() {
    for (const auto& [source, lines] : lines_.ended(clock_.steady())) {
        const std::size_t space = source.find(' ');
        log::warn("suppressed lines about executions event={} job_id={} count={}", source.substr(0, space),
                  source.substr(std::min(source.size(), space + 1)), lines);
    }
}

std::vector<TenantStatistics> ExecutionSignals::tenants() const {
    std::vector<TenantStatistics> all;
    for (const auto& [name, statistics] : tenants_) all.push_back(statistics);
    std::ranges::sort(all, {}, &TenantStatistics::tenant);
    all.push_back(others_);
    return all;
}

std::vector<JobSuccess> ExecutionSignals::last_successes() const {
    std::vector<JobSuccess> all;
    for (const auto& [key, success] : successes_) all.push_back(success);
    return all;
}

}  // namespace ecron::analysis
