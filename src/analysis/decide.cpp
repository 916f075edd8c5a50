#include <algorithm>

#include "ecron/base/log.hpp"
#include "shard_scheduler.hpp"

/// The planning loop: supplies the planner with the time and carries out its decisions.
namespace ecron::analysis {
namespace {

constexpr std::chrono::seconds kLongestWait{1};  // upper limit of a wait, to notice steps of the wall clock
constexpr std::chrono::milliseconds kClockDoubt{50};
constexpr std::chrono::milliseconds kLookForRoom{50};
constexpr Millis kWatermarkAge{10'000};  // maximum age of the watermark while there is nothing to claim

}  // namespace

asio::awaitable<void> ShardScheduler::plan() {
    while (!releasing_ && !denied_ && context_.store.leads(shard_)) {
        context_.clock_check.look(context_.clock.now(), context_.clock.steady());
        const bool believed = context_.clock_check.is_believed();
        if (believed) step();
        co_await wake_.wait(believed ? until_next() : kClockDoubt);
    }
}

Millis ShardScheduler::lag() const {
    return planning_ ? std::max(Millis{0}, context_.clock.now() - planner_.decided_but_held()) : Millis{0};
}

Millis ShardScheduler::held_for() const {
    const Instant now = context_.clock.now();
    return planning_ ? std::max(Millis{0}, now - planner_.held_since().value_or(now)) : Millis{0};
}

std::chrono::microseconds ShardScheduler::until_next() const {
    const std::optional<Instant> next = planner_.next_wake();
    if (context_.window() == 0) return kLookForRoom;
    const std::chrono::microseconds longest = planner_.waits_for_room() ? kLookForRoom : kLongestWait;
    if (!next) return longest;
    return std::clamp<std::chrono::microseconds>(context_.clock.until(*next), std::chrono::microseconds{0},
                                                 longest);
}

void ShardScheduler::step() {
    const Room room{std::min(context_.window(), context_.options.claim_batch),
                    [this](Group tenant) { return context_.window_of(tenant); }};
    const ChangeNumber known = context_.changes;
    const std::size_t before = missed_.size();
    decisions_.clear();
    planner_.advance(context_.clock.now(), room, decisions_);

    for (const Decision& decision : decisions_)
        std::visit([this](const auto& one) { carry_out(one); }, decision);
    if (planner_.caught_up()) planned_ = known;

    attach_summaries(before);

    if ((!decided_.empty() || owes_watermark()) && !claiming_) {
        claiming_ = true;
        context_.gate.spawn("claim", claim_decided());
    }
    if (!to_start_.empty() && !starting_) {
        starting_ = true;
        context_.gate.spawn("start", start_queued());
    }
    if (!to_withdraw_.empty()) context_.gate.spawn("withdraw", withdraw(std::exchange(to_withdraw_, {})));
}

/// Returns true if the watermark must be committed without claims: because occurrences were missed or skipped
/// in a pause, which the next term must not decide again, or because the watermark is old.
bool ShardScheduler::owes_watermark() const {
    const Millis behind = planner_.watermark() - term_->watermark;
    return behind > Millis{0} && (passes_runs_ || !missed_.empty() || behind > kWatermarkAge);
}

void ShardScheduler::carry_out(const Claim& claim) {
    // Claims of a tenant that had no capacity arrive after later ones, and the watermark must not pass them.
    const auto place = std::ranges::upper_bound(decided_, claim.claim_by, {}, &Claim::claim_by);
    decided_.insert(place, claim);
    context_.runs.add(claim.tenant, RunCount::Kind::present);
}

void ShardScheduler::carry_out(const Start& start) {
    if (const Run* const run = runs_.find(start.run); run != nullptr) to_start_.push(run->tenant, start.run);
}

void ShardScheduler::carry_out(const Refuse& refuse) {
    context_.gate.spawn("refuse", finish_without_attempt(refuse.run, std::string{refuse.reason}));
}

void ShardScheduler::carry_out(const Withdraw& one) {
    to_withdraw_.push_back(one.run);
    if (const Run* const run = runs_.find(one.run)) withdrawing_.insert(run->row.id);
}

void ShardScheduler::carry_out(const Stop& stop) {
    Run* const run = find(stop.run);
    if (run == nullptr) return;
    if (run->stop_reason.empty()) run->stop_reason = stop.reason;
    switch (run->stage) {
        case Stage::running:
            context_.pool.cancel(run->row.id);
            break;
        case Stage::retrying:
        case Stage::accepted:
        case Stage::waiting:
            end_unstarted(*run);
            break;
        case Stage::offered:
        case Stage::remote:
            context_.gate.spawn("request cancel",
                                ask_cancel(run->row, kInternalCancelPrefix + run->stop_reason));
            break;
        case Stage::unclaimed:
        case Stage::starting:
        case Stage::ending:
            break;  // the coroutine that writes the row checks stop_reason next
    }
}

void ShardScheduler::carry_out(const Expire& expire) {
    const Run* const run = runs_.find(expire.run);
    if (run == nullptr || run->stage != Stage::accepted) return;
    execution::AttemptResult result;
    result.reason = "the target took the run on, and its callback did not come in time";
    result.begin_at = run->began;
    result.end_at = context_.clock.now();
    context_.gate.spawn("expire", finish_attempt(expire.run, std::move(result)));
}

void ShardScheduler::carry_out(const Missed& missed) {
    context_.statistics.missed += static_cast<std::uint64_t>(missed.count);
    missed_.push_back({missed.job, missed.from, missed.to, missed.count, "misfire"});
}

/// Attaches summaries of missed occurrences. They are separate records, committed no later than the watermark
/// passes their first occurrence; the row of the newest run, if it runs, includes them. The first `before`
/// have been processed.
void ShardScheduler::attach_summaries(std::size_t before) {
    for (std::size_t i = before; i < missed_.size(); ++i) {
        const auto stands_for = [&](const Decision& decision) {
            const Claim* const claim = std::get_if<Claim>(&decision);
            return claim != nullptr && claim->job == missed_[i].job;
        };
        const auto found = std::ranges::find_if(decisions_, stands_for);
        if (found != decisions_.end()) summaries_[std::get<Claim>(*found).run] = missed_[i];
    }
}

asio::awaitable<void> ShardScheduler::withdraw(std::vector<RunId> ids) {
    std::vector<ExecuteId> executions;
    for (const RunId id : ids)
        if (const Run* run = runs_.find(id); run != nullptr) executions.push_back(run->row.id);
    if (executions.empty()) co_return;
    const std::uint64_t term = term_count_;
    for (std::size_t tries = 0; term == term_count_; ++tries) {
        const Result<void> done = co_await context_.store.withdraw(shard_, term_->epoch, executions);
        if (done) break;
        if (done.error().code == Errc::denied || term != term_count_) {
            log::error("failed to withdraw executions count={} error={}", executions.size(),
                       done.error().what);
            break;
        }
        const bool again = co_await context_.back_off(tries);
        if (!again) break;
    }
    if (term != term_count_) co_return;
    context_.statistics.withdrawn += executions.size();
    for (const ExecuteId& id : executions) withdrawing_.erase(id);
    for (const RunId id : ids) end_run(id);
}

}  // namespace ecron::analysis
