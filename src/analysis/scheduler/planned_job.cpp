#include "analysis/scheduler/planned_job.hpp"

#include <fmt/format.h>

#include "ecron/base/stable_hash.hpp"

namespace ecron::analysis {
namespace {

/// Imported rows of type `timed` fire at every match, as in the previous service.
model::Plan taken_over(model::Plan plan) {
    plan.repeats = true;
    return plan;
}

std::expected<PlannedJob, std::string> build(const store::StoredPlan& job, model::Mode mode,
                                             const model::Plan& plan, const SchedulerOptions& defaults,
                                             Interner& interner) {
    if (const std::string_view reason = model::unplannable(job.type, mode); !reason.empty())
        return std::unexpected(std::string{reason});
    if (job.cron_time.empty()) return std::unexpected<std::string>{"it has no schedule"};
    const JobId id{std::string{job.id}};
    auto parsed = model::schedule_of(job.cron_time, job.type, plan, id, job.created_at, defaults.rules,
                                     cron::Strictness::takeover);
    if (!parsed) return std::unexpected(std::move(parsed.error().reason));
    return PlannedJob{.key = job.key,
                      .schedule = parsed->schedule,
                      .policy = policy_of(plan, job.type, job.tenant, defaults.policy, interner),
                      .tenant = interner.intern(std::string{job.tenant}),
                      .jitter_seed = stable_hash(job.id),
                      .since = job.effective_from};
}

}  // namespace

std::string scoped_key(std::string_view tenant, std::string_view key) {
    return key.empty() ? std::string{} : fmt::format("{}:{}:{}", tenant.size(), tenant, key);
}

JobPolicy policy_of(const model::Plan& plan, model::JobType type, std::string_view tenant,
                    const JobPolicy& defaults, Interner& interner) {
    JobPolicy policy = defaults;
    policy.misfire = plan.misfire.value_or(defaults.misfire);
    policy.overlap = plan.overlap.value_or(defaults.overlap);
    policy.misfire_grace = plan.misfire_grace.value_or(defaults.misfire_grace);
    if (plan.start_deadline) policy.start_deadline = plan.start_deadline;
    policy.jitter = plan.jitter;
    policy.begin_at = plan.begin_at;
    policy.end_at = plan.end_at;
    policy.concurrency = interner.intern(scoped_key(tenant, plan.concurrency_key));
    policy.max_concurrency = static_cast<std::uint32_t>(plan.max_concurrency);
    policy.once = model::runs_once(type, plan);
    return policy;
}

std::expected<PlannedJob, std::string> planned_job(const store::StoredPlan& job,
                                                   const SchedulerOptions& defaults, Interner& interner) {
    if (!job.has_plan) {
        const auto context = model::read_context(job.context);
        return build(job, context ? context->mode : model::Mode::http,
                     taken_over(context ? context->plan : model::Plan{}), defaults, interner);
    }
    if (job.plan.empty()) {
        static const model::Plan no_plan{};
        return build(job, model::Mode::http, no_plan, defaults, interner);
    }
    const auto plan = model::read_plan(job.plan);
    if (!plan) return std::unexpected(plan.error().what);
    return build(job, model::Mode::http, *plan, defaults, interner);
}

std::expected<PlannedJob, std::string> planned_job(const model::Job& job, const model::Context& context,
                                                   const SchedulerOptions& defaults, Interner& interner) {
    const store::StoredPlan stored{.key = job.key,
                                   .id = job.id.value(),
                                   .cron_time = job.cron_time,
                                   .type = job.type,
                                   .tenant = job.tenant.value(),
                                   .created_at = job.created_at,
                                   .effective_from = job.effective_from};
    return build(stored, context.mode, context.plan, defaults, interner);
}

}  // namespace ecron::analysis
