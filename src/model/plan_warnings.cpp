#include "model/plan_warnings.hpp"

#include <fmt/format.h>

#include "ecron/model/occurrences.hpp"

namespace ecron::model {
namespace {

std::string text_of(const Plan& plan) {
    if (plan.begin_at && plan.end_at)
        return fmt::format("between begin_at {} and end_at {}", format_rfc3339(*plan.begin_at),
                           format_rfc3339(*plan.end_at));
    if (plan.begin_at) return fmt::format("after begin_at {}", format_rfc3339(*plan.begin_at));
    return fmt::format("until end_at {}", format_rfc3339(*plan.end_at));
}

void warn_of_window(const cron::Schedule& schedule, JobType type, const Plan& plan, Instant now,
                    std::vector<std::string>& warnings) {
    if (!plan.begin_at && !plan.end_at) return;
    if (!first_occurrences(schedule, type, plan, now, 1).empty()) return;
    warnings.push_back(
        now >= Window{plan.begin_at, plan.end_at}.past_end()
            ? fmt::format("end_at {} is in the past, so the job never runs", format_rfc3339(*plan.end_at))
            : fmt::format("the schedule has no occurrence {}, so the job never runs", text_of(plan)));
}

void warn_of_jitter(const cron::Schedule& schedule, JobType type, const Plan& plan, Instant now,
                    std::vector<std::string>& warnings) {
    constexpr std::size_t kCompared = 32;
    if (plan.jitter <= Millis{0}) return;
    const std::vector<Instant> occurrences = first_occurrences(schedule, type, plan, now, kCompared);
    Millis shortest = Millis::max();
    for (std::size_t i = 1; i < occurrences.size(); ++i)
        shortest = std::min(shortest, occurrences[i] - occurrences[i - 1]);
    if (plan.jitter <= shortest) return;
    warnings.push_back(
        fmt::format("the jitter {} is longer than the interval {} between occurrences, so executions may "
                    "overlap or start in another order",
                    format_duration(plan.jitter), format_duration(shortest)));
}

}  // namespace

void warn_of_plan(const cron::Schedule& schedule, JobType type, const Plan& plan, Instant now,
                  std::vector<std::string>& warnings) {
    warn_of_window(schedule, type, plan, now, warnings);
    warn_of_jitter(schedule, type, plan, now, warnings);
}

}  // namespace ecron::model
