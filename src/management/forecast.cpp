#include "management/forecast.hpp"

#include <algorithm>

#include "ecron/model/occurrences.hpp"

namespace ecron::management {
namespace {

constexpr std::size_t kMaxExamined = 2'000'000;      // occurrences
constexpr std::size_t kMaxExaminedPerJob = 100'000;  // one job does not use up the limit

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

}  // namespace

Forecast::Forecast(const Range& range, const Limits& limits, std::optional<TenantId> tenant,
                   const model::Rules& rules)
    : range_(range),
      limits_(limits),
      tenant_(std::move(tenant)),
      rules_(rules) {
    const auto length = range.to - range.from;
    buckets_.resize(static_cast<std::size_t>((length + range.step - Millis{1}) / range.step));
}

void Forecast::add(const store::StoredPlan& plan) {
    if (tenant_ && plan.tenant != tenant_->value()) return;
    if (examined_ >= kMaxExamined) {
        is_complete_ = false;
        return;
    }
    const std::optional<model::Plan> policies = plan_of(plan);
    if (!policies || plan.cron_time.empty()) return;
    const JobId job{std::string{plan.id}};
    const auto parsed = model::schedule_of(plan.cron_time, plan.type, *policies, job, plan.created_at, rules_,
                                           cron::Strictness::takeover);
    if (!parsed) return;
    const model::Occurrences occurrences = model::occurrences_of(parsed->schedule, *policies, job);
    const bool once = model::runs_once(plan.type, *policies);
    std::optional<std::size_t> bucket;
    std::int64_t in_bucket = 0;
    std::size_t examined = 0;
    for (auto at = occurrences.next(range_.from - Millis{1}); at && *at < range_.to;
         at = occurrences.next(*at)) {
        if (examined == 0) offer_next(*at, job);
        if (++examined > kMaxExaminedPerJob || ++examined_ > kMaxExamined) {
            is_complete_ = false;
            break;
        }
        const auto here = static_cast<std::size_t>((*at - range_.from) / range_.step);
        if (bucket && here != *bucket) count(*bucket, job, std::exchange(in_bucket, 0));
        bucket = here;
        ++in_bucket;
        if (once) break;
    }
    if (bucket) count(*bucket, job, in_bucket);
}

void Forecast::count(std::size_t bucket, const JobId& job, std::int64_t occurrences) {
    Bucket& counted = buckets_[bucket];
    counted.count += occurrences;
    total_ += occurrences;
    std::vector<JobCount>& jobs = counted.jobs;
    if (jobs.size() == limits_.jobs_per_bucket) {
        if (jobs.empty() || jobs.back().count >= occurrences) return;
        jobs.pop_back();
    }
    const auto place =
        std::ranges::find_if(jobs, [&](const JobCount& one) { return one.count < occurrences; });
    jobs.insert(place, {job, occurrences});
}

void Forecast::offer_next(Instant at, const JobId& job) {
    if (limits_.next == 0 || (next_.size() == limits_.next && next_.back().at <= at)) return;
    if (next_.size() == limits_.next) next_.pop_back();
    const auto place = std::ranges::find_if(next_, [&](const Next& one) { return one.at > at; });
    next_.insert(place, {at, job});
}

}  // namespace ecron::management
