#include "management/plan_table.hpp"

#include <fmt/format.h>

namespace ecron::management {
namespace {

/// Returns nullopt if the job is not planned.
std::optional<model::Plan> plan_of(const store::StoredPlan& stored) {
    if (stored.has_plan) {
        auto plan = model::read_plan(stored.plan);
        if (!plan) return std::nullopt;
        return std::move(*plan);
    }
    auto context = model::read_context(stored.context);
    if (!context || !model::unplannable(stored.type, context->mode).empty()) return std::nullopt;
    return std::move(context->plan);
}

std::int64_t time_or_zero(const std::optional<Instant>& time) { return time ? to_unix_millis(*time) : 0; }

/// What determines the occurrences of a job, except its id and its creation.
std::string schedule_text(const store::StoredPlan& plan, const model::Plan& policies) {
    return fmt::format("{}\n{}\n{}\n{} {} {} {} {} {} {}", plan.tenant, plan.cron_time, policies.timezone,
                       static_cast<int>(plan.type), static_cast<int>(policies.dialect),
                       static_cast<int>(policies.dst.gap), static_cast<int>(policies.dst.overlap),
                       policies.repeats, time_or_zero(policies.begin_at), time_or_zero(policies.end_at));
}

auto parse(const store::StoredPlan& plan, const model::Plan& policies, const JobId& job, Instant created_at,
           const model::Rules& rules) {
    return model::schedule_of(plan.cron_time, plan.type, policies, job, created_at, rules,
                              cron::Strictness::takeover);
}

/// `H` without an id is a warning, and the periods of `@every` begin at the creation.
bool depends_on_job(const store::StoredPlan& plan, const model::Plan& policies, const model::Rules& rules) {
    const auto one = parse(plan, policies, JobId{}, Instant{}, rules);
    const auto other = parse(plan, policies, JobId{"a"}, Instant{Seconds{1}}, rules);
    return !one || !other || one->warnings != other->warnings || !(one->schedule == other->schedule);
}

}  // namespace

const JobId& PlanTable::Group::job(std::size_t i) const { return jobs[i]->id; }

void PlanTable::put(const store::StoredPlan& plan) {
    newest_ = std::max(newest_, plan.revision);
    remove(plan.key);
    if (plan.cron_time.empty()) return;
    const std::optional<model::Plan> policies = plan_of(plan);
    if (!policies) return;
    const auto group = group_of(plan, *policies);
    if (group == groups_.end()) return;
    std::vector<Entry*>& members = group->second.jobs;
    members.push_back(&jobs_.insert_or_assign(
        plan.key, {JobId{std::string{plan.id}}, plan.revision, group->first, members.size()}));
}

void PlanTable::put(const model::Job& job) {
    newest_ = std::max(newest_, job.revision);
    if (!job.enabled) return remove(job.key);
    put({.key = job.key,
         .id = job.id.value(),
         .cron_time = job.cron_time,
         .type = job.type,
         .context = job.context,
         .tenant = job.tenant.value(),
         .created_at = job.created_at,
         .revision = job.revision,
         .has_plan = false});
}

void PlanTable::remove(JobKey job) {
    const std::optional<Entry> removed = jobs_.take(job);
    if (!removed) return;
    const auto group = groups_.find(removed->group);
    std::vector<Entry*>& members = group->second.jobs;
    if (members.size() != removed->place + 1) {
        members.back()->place = removed->place;
        members[removed->place] = members.back();
    }
    members.pop_back();
    if (members.empty()) {
        by_schedule_.erase(group->second.schedule);
        groups_.erase(group);
    }
}

bool PlanTable::each(Cursor& cursor, const std::optional<TenantId>& tenant, const Visit& visit) const {
    const bool is_before = tenant && cursor.first != tenant->value();
    auto at = groups_.upper_bound(is_before ? Cursor{tenant->value(), 0} : cursor);
    auto last = groups_.end();
    bool goes_on = true;
    for (; goes_on && at != groups_.end() && (!tenant || at->first.first == tenant->value()); ++at) {
        goes_on = visit(at->second);
        last = at;
    }
    if (last != groups_.end()) cursor = last->first;
    return !goes_on;
}

/// Returns the end if the schedule cannot be read.
PlanTable::Groups::iterator PlanTable::group_of(const store::StoredPlan& plan, const model::Plan& policies) {
    const std::string schedule = schedule_text(plan, policies);
    if (const auto* const found = by_schedule_.find(schedule)) return *found;
    if (depends_on_job(plan, policies, rules_))
        return add_group(plan, policies, fmt::format("{}\n{}", schedule, plan.id));
    return add_group(plan, policies, schedule);
}

PlanTable::Groups::iterator PlanTable::add_group(const store::StoredPlan& plan, const model::Plan& policies,
                                                 const std::string& schedule) {
    const JobId job{std::string{plan.id}};
    const auto parsed = parse(plan, policies, job, plan.created_at, rules_);
    if (!parsed) return groups_.end();
    Group group{.occurrences = model::Occurrences{parsed->schedule, {policies.begin_at, policies.end_at}},
                .runs_once = model::runs_once(plan.type, policies),
                .schedule = schedule};
    const auto added =
        groups_.emplace(Cursor{std::string{plan.tenant}, ++last_group_}, std::move(group)).first;
    by_schedule_.insert_or_assign(schedule, added);
    return added;
}

}  // namespace ecron::management
