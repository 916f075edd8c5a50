#include "ecron/analysis/planner.hpp"

#include <algorithm>

#include "analysis/planner/planner_impl.hpp"

namespace ecron::analysis {

Planner::Planner(Instant now, PlannerOptions options) : impl_(std::make_unique<Impl>(now, options)) {}
Planner::~Planner() = default;
Planner::Planner(Planner&&) noexcept = default;
Planner& Planner::operator=(Planner&&) noexcept = default;

void Planner::reserve(std::size_t jobs) { impl_->reserve(jobs); }
void Planner::clear(Instant now, Instant decided) { impl_->clear(now, decided); }
void Planner::upsert(const PlannedJob& job, Instant from, std::optional<Instant> claimed) {
    impl_->upsert(job, from, claimed);
}
void Planner::update_policy(const PlannedJob& job) { impl_->update_policy(job); }
void Planner::remove(JobKey job) { impl_->remove(job); }
bool Planner::knows(JobKey job) const { return impl_->find(job).has_value(); }
std::optional<PlannedJob> Planner::find(JobKey job) const { return impl_->find(job); }
void Planner::pause(std::optional<Group> tenant, std::optional<Instant> since) {
    impl_->pause(tenant, since.value_or(impl_->now()));
}
void Planner::resume(std::optional<Group> tenant, std::optional<Instant> at, std::optional<Instant> since) {
    impl_->resume(tenant, at.value_or(impl_->now()), since);
}
bool Planner::is_paused(Group tenant, Instant due) const { return impl_->is_paused(tenant, due); }
std::vector<JobKey> Planner::replay_from(std::optional<Group> tenant, Instant at) {
    return impl_->replay_from(tenant, at);
}
void Planner::keep_remaining_until(JobKey job, Instant until) { impl_->keep_remaining_until(job, until); }
void Planner::skip_until(JobKey job, Instant until) { impl_->skip_until(job, until); }
bool Planner::advance_to(Instant now, Instant watermark) { return impl_->advance_to(now, watermark); }

void Planner::claimed(RunId run, bool mine) { impl_->claimed(run, mine); }
RunId Planner::run_now(JobKey job, JobPolicy policy) { return impl_->run_now(job, policy); }
RunId Planner::adopt(JobKey job, std::optional<Instant> nominal, Instant due, Adopted state, JobPolicy policy,
                     Group tenant) {
    return impl_->adopt(job, nominal, due, state, policy, tenant);
}
void Planner::retry_at(RunId run, Instant due) { impl_->retry_at(run, due); }
void Planner::accepted(RunId run, Instant deadline) { impl_->accepted(run, deadline); }
void Planner::ended(RunId run) { impl_->ended(run); }
void Planner::stop(RunId run, std::string_view reason) { impl_->stop(run, reason); }

void Planner::advance(Instant now, const Room& room, std::vector<Decision>& out) {
    impl_->advance(now, room, out);
}
Instant Planner::watermark() const { return impl_->watermark(); }
Instant Planner::decided_but_held() const { return impl_->decided_but_held(); }
std::optional<Instant> Planner::held_since() const { return impl_->held_since(); }
bool Planner::caught_up() const { return impl_->caught_up(); }
std::optional<Instant> Planner::next_wake() const { return impl_->next_wake(); }
bool Planner::waits_for_room() const { return impl_->waits_for_room(); }

std::optional<Instant> Planner::next_nominal(JobKey job) const { return impl_->next_nominal(job); }
std::size_t Planner::jobs() const { return impl_->jobs(); }
std::size_t Planner::runs() const { return impl_->runs(); }
std::size_t Planner::memory() const { return impl_->memory(); }

// --- delegation to the parts

Planner::Impl::Impl(Instant now, PlannerOptions options)
    : now_(now),
      options_(options),
      claims_(jobs_, now),
      attended_(now),
      starts_(runs_, now) {}

void Planner::Impl::advance(Instant now, const Room& room, std::vector<Decision>& out) {
    now_ = now;
    out.insert(out.end(), pending_.begin(), pending_.end());
    pending_.clear();
    run_timers(out);
    note_gap(room.total);
    plan(room, out);
}

void Planner::Impl::clear(Instant now, Instant decided) {
    for (std::uint32_t number = 0; runs_.reached(number); ++number) ++runs_[number].generation;
    runs_.clear();
    activities_.clear();
    jobs_.clear();
    index_ = {};
    policies_ = {};
    known_ = 0;
    now_ = now;
    attended_ = decided;
    claims_.clear(decided);
    starts_.clear(now);
    crowded_.clear();
    gaps_.clear();
    pauses_.clear();
    groups_.clear();
    pending_.clear();
}

std::optional<Instant> Planner::Impl::next_wake() const {
    if (!pending_.empty()) return now_;
    std::optional<Instant> first;
    const auto consider = [&first](Instant instant) { first = std::min(first.value_or(instant), instant); };
    if (const auto hint = claims_.next_hint()) consider(claimed_from(*hint));
    if (const auto hint = starts_.next_hint()) consider(*hint);
    if (first) first = std::max(*first, now_);
    return first;
}

std::size_t Planner::Impl::memory() const {
    constexpr std::size_t kMapNode =
        4 * sizeof(void*);  // of an unordered_map: its links and its share of the buckets
    std::size_t crowded = 0;
    for (const auto& [tenant, queue] : crowded_) crowded += kMapNode + queue.memory();
    return crowded + sizeof *this + jobs_.memory() + index_.memory() + policies_.memory() + claims_.memory() +
           runs_.memory() + activities_.memory() + starts_.memory() + pauses_.memory() +
           groups_.size() * (sizeof(Concurrency) + kMapNode) + pending_.capacity() * sizeof(Decision);
}

}  // namespace ecron::analysis
