#include <algorithm>

#include "ecron/base/log.hpp"
#include "shard_scheduler.hpp"

/// Follower mode: the shard's jobs are loaded once, changes come from the change log, and the planner is kept
/// at the stored watermark. A takeover therefore needs only what came after the watermark.
namespace ecron::analysis {
namespace {

constexpr int kStepsAhead = 10;  // a claim is made at least nine tenths of claim_ahead before its due time

PlannerOptions planner_options(Millis claim_ahead) {
    return {.claim_ahead = claim_ahead, .claim_step = std::max(claim_ahead / kStepsAhead, Millis{1})};
}

}  // namespace

ShardScheduler::ShardScheduler(SchedulerContext& context, Shard shard)
    : context_(context),
      shard_(shard),
      wake_(context.io),
      planner_(context.clock.now(), planner_options(context.options.claim_ahead)),
      runs_(context.runs, context.interner),
      orphans_(context.runs, context.interner) {}

void ShardScheduler::begin_load(const store::ShardState& state) {
    position_ = state;
    if (!position_.watermark) position_.watermark = context_.clock.now();
    pending_.clear();
    pending_resumes_.clear();
    planner_.clear(context_.clock.now(), *position_.watermark);
}

void ShardScheduler::put(const std::vector<LoadedJob>& jobs) {
    for (const LoadedJob& loaded : jobs) planner_.upsert(loaded.job, loaded.from, loaded.claimed);
}

asio::awaitable<void> ShardScheduler::end_load() {
    following_ = true;
    co_await skip_until(*position_.watermark);
    following_ = false;
    loaded_ = true;
}

/// The leader plans a change immediately. A follower keeps it until the leader has recorded that it planned
/// the change, because the leader may have used the previous definition up to its watermark.
void ShardScheduler::changed(const PlanChange& change) {
    if (term_) {
        apply(change, planner_);
        applied_ = std::max(applied_, change.number);
        wake_.notify();
    } else {
        // Reloading a shard delivers changes made during the load first, then earlier ones.
        const auto place = std::ranges::lower_bound(pending_, change.number, {}, &PlanChange::number);
        if (place == pending_.end() || place->number != change.number) pending_.insert(place, change);
    }
}

void ShardScheduler::pause(std::optional<Group> tenant, std::optional<Instant> since) {
    planner_.pause(tenant, since);
    passes_runs_ = true;
    wake_.notify();
}

void ShardScheduler::resume(const Resume& resume) {
    planner_.resume(resume.tenant, resume.at, resume.since);
    passes_runs_ = true;
    wake_.notify();
    if (term_) {
        replay_from(resume);
        applied_ = std::max(applied_, resume.number);
    } else {
        pending_resumes_.push_back(resume);
    }
}

/// Occurrences were skipped as paused until the end of the pause became known.
void ShardScheduler::replay_from(const Resume& resume) {
    const std::vector<JobKey> rewound = planner_.replay_from(resume.tenant, resume.at);
    replayed_.insert(rewound.begin(), rewound.end());
}

/// Processes the shard's row, which is read every second while another node or no node leads.
asio::awaitable<void> ShardScheduler::observe(store::ShardState state) {
    if (in_term_ || following_) co_return;
    if (term_ && state.epoch > term_->epoch) {
        log::info("another node leads shard={} node={} epoch={}", shard_, state.node, state.epoch);
        drop_term_state(context_.gate);
    }
    if (term_ || !loaded_ || !state.watermark) co_return;
    position_ = std::move(state);
    following_ = true;
    const ChangeNumber planned = position_.planned;
    while (!pending_.empty() && pending_.front().number <= planned) {
        apply(pending_.front(), planner_);
        pending_.pop_front();
    }
    while (!pending_cancels_.empty() && pending_cancels_.front().number <= planned)
        pending_cancels_.pop_front();
    while (!pending_resumes_.empty() && pending_resumes_.front().number <= planned)
        pending_resumes_.pop_front();
    co_await skip_until(*position_.watermark);
    following_ = false;
}

asio::awaitable<void> ShardScheduler::skip_until(Instant watermark) {
    while (!planner_.advance_to(context_.clock.now(), watermark)) co_await yield(context_.io);
}

/// Replays the changes that the last leader had not planned or not recorded as planned.
void ShardScheduler::replay_since(const store::Term& term) {
    replayed_.clear();
    for (const PlanChange& change : pending_) {
        const bool first = replayed_.insert(change.key).second;
        // The job had already changed when it should have been loaded.
        if (first && change.before && change.before->job && !planner_.find(change.key)) {
            const PlannedJob& job = *change.before->job;
            const Millis jitter = job.policy.jitter;
            planner_.upsert(job, std::max(change.before->from, term.watermark - jitter),
                            jitter > Millis{0} ? std::optional{term.watermark} : std::nullopt);
        }
        apply(change, planner_);
    }
    pending_.clear();
    for (const Resume& resume : std::exchange(pending_resumes_, {}))
        if (resume.number > term.planned) replay_from(resume);
}

}  // namespace ecron::analysis
