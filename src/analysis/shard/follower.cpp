#include "analysis/shard/follower.hpp"

#include <algorithm>
#include <limits>

namespace ecron::analysis {

void Follower::begin_load(const store::ShardState& state) {
    position_ = state;
    if (!position_.watermark) position_.watermark = context_.clock.now();
    pending_.clear();
    pending_resumes_.clear();
    shard_.planner.clear(context_.clock.now(), *position_.watermark);
}

void Follower::put(const std::vector<LoadedJob>& jobs) {
    for (const LoadedJob& loaded : jobs) shard_.planner.upsert(loaded.job, loaded.from, loaded.claimed);
}

asio::awaitable<void> Follower::end_load() {
    advancing_ = true;
    co_await skip_until(*position_.watermark);
    advancing_ = false;
    loaded_ = true;
}

void Follower::changed(const PlanChange& change) {
    if (shard_.term.is_active()) {
        apply(change, shard_.planner);
        applied_ = std::max(applied_, change.number);
        shard_.wake.notify();
    } else {
        // Reloading a shard delivers changes made during the load first, then earlier ones.
        const auto place = std::ranges::lower_bound(pending_, change.number, {}, &PlanChange::number);
        if (place == pending_.end() || place->number != change.number) pending_.insert(place, change);
    }
}

void Follower::pause(std::optional<Group> tenant, std::optional<Instant> since) {
    shard_.planner.pause(tenant, since);
    claims_.passes_runs();
    shard_.wake.notify();
}

void Follower::resume(const Resume& resume) {
    shard_.planner.resume(resume.tenant, resume.at, resume.since);
    claims_.passes_runs();
    shard_.wake.notify();
    if (shard_.term.is_active()) {
        replay_from(resume);
        applied_ = std::max(applied_, resume.number);
    } else {
        const auto place = std::ranges::lower_bound(pending_resumes_, resume.number, {}, &Resume::number);
        if (place == pending_resumes_.end() || place->number != resume.number)
            pending_resumes_.insert(place, resume);
    }
}

/// Occurrences were skipped as paused until the end of the pause became known.
void Follower::replay_from(const Resume& resume) {
    for (const JobKey job : shard_.planner.replay_from(resume.tenant, resume.at)) missed_.doubt(job);
}

asio::awaitable<void> Follower::follow(store::ShardState state) {
    if (has_passed(*state.watermark)) {  // it was set back
        unload();
        co_return;
    }
    position_ = std::move(state);
    advancing_ = true;
    apply_until(position_.planned);
    while (!pending_resumes_.empty() && pending_resumes_.front().number <= position_.planned)
        pending_resumes_.pop_front();
    co_await skip_until(*position_.watermark);
    advancing_ = false;
}

void Follower::apply_until(ChangeNumber planned) {
    while (!pending_.empty() && pending_.front().number <= planned) {
        apply(pending_.front(), shard_.planner);
        pending_.pop_front();
    }
}

asio::awaitable<void> Follower::lead_from(store::Term term) {
    position_.watermark = term.watermark;
    apply_until(term.planned);
    co_await skip_until(term.watermark);
    missed_.begin_term(shard_.planner.progress().watermark + Millis{1});
    replay_since(term);
    for (const store::Missed& missed : term.missed) shard_.planner.skip_until(missed.job, missed.to);
    claims_.planned(term.planned);
    applied_ = term.planned;
}

void Follower::drop(bool committed) {
    position_.watermark = std::max(*position_.watermark, shard_.term->watermark);
    if (!committed) unload();
}

asio::awaitable<void> Follower::skip_until(Instant watermark) {
    while (!shard_.planner.advance_to(context_.clock.now(), watermark)) co_await yield(context_.io);
}

/// Replays the changes that the last leader had not planned or not recorded as planned, in their order: a
/// pause may have ended before a job changed, whose old schedule had occurrences in between.
void Follower::replay_since(const store::Term& term) {
    missed_.doubt_none();
    load_replaced(term);
    auto resumes = std::exchange(pending_resumes_, {});
    const auto replay_resumes = [&](ChangeNumber before) {
        for (; !resumes.empty() && resumes.front().number < before; resumes.pop_front())
            if (resumes.front().number > term.planned) replay_from(resumes.front());
    };
    for (const PlanChange& change : std::exchange(pending_, {})) {
        replay_resumes(change.number);
        missed_.doubt(change.key);
        apply(change, shard_.planner);
    }
    replay_resumes(ChangeNumber{std::numeric_limits<std::int64_t>::max()});
}

/// Adds the jobs that had already changed when they should have been loaded, as they were before.
void Follower::load_replaced(const store::Term& term) {
    std::unordered_set<JobKey> seen;
    for (const PlanChange& change : pending_) {
        const bool first = seen.insert(change.key).second;
        if (!first || !change.before || !change.before->job || shard_.planner.find(change.key)) continue;
        const PlannedJob& job = *change.before->job;
        const Millis jitter = job.policy.jitter;
        shard_.planner.upsert(job, std::max(change.before->from, term.watermark - jitter),
                              jitter > Millis{0} ? std::optional{term.watermark} : std::nullopt);
    }
}

}  // namespace ecron::analysis
