#include "simulation/database.hpp"

#include <algorithm>

#include "ecron/model/execution.hpp"

/// Claims and outcomes.
namespace ecron::sim {
namespace {

std::optional<Instant> whole_seconds(const std::optional<Instant>& instant) {
    return instant ? std::optional<Instant>{std::chrono::floor<Seconds>(*instant)} : std::nullopt;
}

}  // namespace

Database::Answer<void> Database::fence(Shard shard, Epoch epoch, Fenced what) {
    ShardRow& row = shards_[shard.value()];
    if (row.epoch != epoch && !mutations_.no_fence) return fail(Errc::denied, "another term has begun");
    ++history_.commits;
    history_.fenced.push_back({what, history_.commits, now(), shard, epoch, *row.watermark, row.planned});
    return {};
}

void Database::insert_row(model::Execution execution) {
    execution.key = ++last_key_;
    execution.begin_at = whole_seconds(execution.begin_at);
    execution.end_at = whole_seconds(execution.end_at);
    const auto life = static_cast<std::uint32_t>(history_.rows.size());
    history_.rows.push_back({.id = execution.id,
                             .job = execution.job_key,
                             .trigger = execution.trigger,
                             .scheduled_at = execution.scheduled_at,
                             .due = execution.due,
                             .revision = execution.revision,
                             .missed = execution.missed,
                             .inserted = history_.commits,
                             .inserted_at = now(),
                             .state = execution.state,
                             .attempt = execution.attempt,
                             .changed_at = now()});
    unended_.emplace(execution.key, execution.id);
    if (execution.scheduled_at) planned_[execution.job_id].emplace(*execution.scheduled_at, execution.id);
    ExecuteId id = execution.id;
    rows_.insert_or_assign(std::move(id), Row{std::move(execution), life});
}

Database::Answer<store::Claimed> Database::claim(const store::Claim& claim) {
    ShardRow& shard = shards_[claim.shard.value()];
    const bool moves = !shard.watermark || claim.watermark > *shard.watermark;
    if (moves && claim.watermark > now() + claim_ahead_ + Seconds{1} && !mutations_.no_fence) {
        if (shard.epoch != claim.epoch) return fail(Errc::denied, "another term has begun");
        return fail(Errc::unavailable, "this node's clock is ahead of the database's");
    }
    if (auto fenced = fence(claim.shard, claim.epoch, Fenced::claim); !fenced)
        return std::unexpected(fenced.error());
    shard.watermark = std::max(*shard.watermark, claim.watermark);
    shard.planned = claim.planned;
    history_.fenced.back().watermark = *shard.watermark;
    history_.fenced.back().planned = shard.planned;

    store::Claimed claimed;
    for (const model::Execution& execution : claim.executions) {
        const bool spends = std::ranges::find(claim.completed, execution.job_key,
                                              &store::CompletedOneShot::job) != claim.completed.end();
        if (spends && mutations_.spends_for_nothing) {
            claimed.mine.push_back(false);
            continue;
        }
        const auto found = rows_.find(execution.id);
        if (found == rows_.end() || mutations_.no_unique_key) {
            insert_row(execution);
            claimed.mine.push_back(true);
            continue;
        }
        const model::Execution& there = found->second.execution;
        const bool same_run =
            there.job_id == execution.job_id && there.scheduled_at == execution.scheduled_at;
        claimed.mine.push_back(same_run && there.epoch == execution.epoch && there.state == execution.state &&
                               there.attempt == execution.attempt);
    }
    for (const store::CompletedOneShot& completed : claim.completed) disable_completed(completed);
    for (const store::MissedAnnouncement& one : claim.announcements) {
        const auto known = missed_places_.find({one.missed.job, one.missed.from});
        if (known == missed_places_.end() || history_.missed[known->second].missed.to < one.missed.to)
            tell(one.execution, {one.announcement}, {});
    }
    for (const store::Missed& missed : claim.missed) note_missed(missed);
    return claimed;
}

/// Of two summaries with the same first occurrence, the longer one covers both.
void Database::note_missed(const store::Missed& missed) {
    const auto [place, is_new] =
        missed_places_.try_emplace({missed.job, missed.from}, history_.missed.size());
    const MissedNote note{missed, history_.commits, now()};
    if (is_new)
        history_.missed.push_back(note);
    else if (MissedNote& there = history_.missed[place->second]; missed.to > there.missed.to)
        there = note;
}

Database::Answer<std::optional<Instant>> Database::rewind(Shard shard, Epoch epoch, Instant to) {
    if (auto fenced = fence(shard, epoch, Fenced::rewind); !fenced) return std::unexpected(fenced.error());
    ShardRow& row = shards_[shard.value()];
    if (*row.watermark <= now() + store::kWatermarkTolerance || *row.watermark <= to) return std::nullopt;
    row.watermark = to;
    row.epoch = Epoch{row.epoch.value() + 1};
    history_.fenced.back().watermark = to;
    history_.fenced.back().epoch = row.epoch;
    return to;
}

Database::Answer<void> Database::withdraw(Shard shard, Epoch epoch, const std::vector<ExecuteId>& ids) {
    if (auto fenced = fence(shard, epoch, Fenced::withdraw); !fenced) return fenced;
    for (const ExecuteId& id : ids) {
        const auto found = rows_.find(id);
        if (found == rows_.end()) continue;
        const model::Execution& row = found->second.execution;
        if (row.state != model::ExecutionState::pending || row.trigger != model::Trigger::schedule ||
            row.execute_times != 0)
            continue;
        history_.rows[found->second.life].deleted = history_.commits;
        unended_.erase(row.key);
        std::erase_if(planned_[row.job_id], [&](const auto& one) { return one.second == id; });
        rows_.erase(found);
    }
    return {};
}

void Database::tell(std::string kind, const model::Execution& execution, const std::string& by) {
    changes_.push_back({.number = ChangeNumber{static_cast<std::int64_t>(changes_.size()) + 1},
                        .kind = std::move(kind),
                        .job_id = execution.job_id,
                        .job_key = execution.job_key,
                        .tenant = execution.tenant,
                        .at = now(),
                        .execution = execution.id,
                        .by = by});
}

Database::Answer<model::Execution> Database::insert(model::Execution execution, store::NotifyLeader told) {
    if (rows_.contains(execution.id))
        return fail(Errc::conflict, "an execution with that id exists", {"execute_id"});
    ++history_.commits;
    insert_row(execution);
    if (told == store::NotifyLeader::yes) tell("run", execution, {});
    return execution;
}

void Database::ask_cancel(const model::Execution& execution, const std::string& by) {
    tell("cancel", execution, by);
}

Database::Answer<void> Database::record_result(const ExecuteId& id, const std::string& result,
                                               store::NotifyLeader told) {
    const auto found = rows_.find(id);
    if (found == rows_.end()) return fail(Errc::not_found, "this execution does not exist", {"execute_id"});
    found->second.execution.result = result;
    if (told == store::NotifyLeader::yes) tell("callback", found->second.execution, {});
    return {};
}

bool Database::compare_and_set(const ExecuteId& id, int attempt, bool from_executing,
                               const model::Execution& after, int next_attempt,
                               const std::optional<store::Outcome::Owner>& owner) {
    const auto found = rows_.find(id);
    if (found == rows_.end()) return false;
    model::Execution& row = found->second.execution;
    const bool from = row.state == model::ExecutionState::pending ||
                      row.state == model::ExecutionState::failure ||
                      (from_executing && row.state == model::ExecutionState::executing);
    if (!from || row.attempt != attempt || row.trigger == model::Trigger::history) return false;
    if (owner && (row.node != owner->node || row.epoch != owner->epoch)) return false;
    ++history_.commits;
    RowLife& life = history_.rows[found->second.life];
    const int attempt_after = next_attempt == 0 ? attempt : next_attempt;
    history_.transitions.push_back({.row = found->second.life,
                                    .from = row.state,
                                    .to = after.state,
                                    .attempt_before = attempt,
                                    .attempt_after = attempt_after,
                                    .node = after.node,
                                    .at = now()});
    row.state = life.state = after.state;
    row.attempt = life.attempt = attempt_after;
    row.accepted = life.accepted = after.accepted;
    row.reason = life.reason = after.reason;
    life.changed_at = now();
    row.begin_at = whole_seconds(after.begin_at);
    row.end_at = whole_seconds(after.end_at);
    row.executors = after.executors;
    row.execute_times = after.execute_times;
    row.missed = after.missed;
    row.due = after.due;
    row.losses = after.losses;
    row.announced = after.announced;
    row.node = after.node;
    row.epoch = after.epoch;
    if (!after.result.empty()) row.result = after.result;
    if (model::is_end(row.state)) unended_.erase(row.key);
    return true;
}

store::Begun Database::begin_attempt(const ExecuteId& id, int attempt, const model::Execution& after,
                                     const std::optional<store::Slot>& slot,
                                     const std::vector<store::Announcement>& announcements) {
    if (slot && !slots_.contains(id) && slots_taken_[slot->key] >= slot->limit) return store::Begun::no_slot;
    const Noted noted = noted_of(id);
    if (!compare_and_set(id, attempt, false, after, 0, {})) return store::Begun::no;
    tell(id, announcements, noted);
    if (slot && slots_.emplace(id, slot->key).second) ++slots_taken_[slot->key];
    return store::Begun::yes;
}

bool Database::finish(const store::Outcome& outcome) {
    const bool from_executing = !outcome.owner || outcome.owner->may_have_begun;
    const Noted noted = noted_of(outcome.id);
    const auto found = rows_.find(outcome.id);
    if (found != rows_.end() && found->second.execution.accepted && outcome.after.accepted) return false;
    if (!compare_and_set(outcome.id, outcome.attempt, from_executing, outcome.after, outcome.next_attempt,
                         outcome.owner))
        return false;
    if (const auto slot = slots_.extract(outcome.id)) --slots_taken_[slot.mapped()];
    if (outcome.after.state == model::ExecutionState::pending) keep_notes(outcome.id, noted);
    tell(outcome.id, outcome.announcements, noted);
    return true;
}

bool Database::announce(const store::Outcome& outcome) {
    const auto found = rows_.find(outcome.id);
    const bool repeated = found != rows_.end() && found->second.execution.attempt == outcome.attempt &&
                          found->second.execution.announced == outcome.after.announced;
    if (repeated) return true;
    const Noted noted = noted_of(outcome.id);
    if (!compare_and_set(outcome.id, outcome.attempt, true, outcome.after, 0, {})) return false;
    tell(outcome.id, outcome.announcements, noted);
    return true;
}

Database::Noted Database::noted_of(const ExecuteId& id) const {
    const auto found = rows_.find(id);
    return found == rows_.end() ? Noted{} : found->second.execution.announced;
}

void Database::keep_notes(const ExecuteId& id, const Noted& noted) {
    Noted& notes = rows_.at(id).execution.announced;
    for (const model::Event event : noted)
        if (std::ranges::find(notes, event) == notes.end()) notes.push_back(event);
}

void Database::tell(const ExecuteId& id, const std::vector<store::Announcement>& announcements,
                    const Noted& noted) {
    constexpr std::string_view kMember = R"("type":")";
    for (const store::Announcement& one : announcements) {
        if (one.condition != store::Announcement::Condition::none) continue;
        if (one.once) keep_notes(id, noted);
        if (one.once && std::ranges::find(noted, *one.once) != noted.end()) continue;
        const std::size_t begin = one.payload.find(kMember) + kMember.size();
        history_.told.push_back(
            {id, one.message_id, one.payload.substr(begin, one.payload.find('"', begin) - begin)});
    }
}

const model::Execution* Database::find(const ExecuteId& id) const {
    const auto found = rows_.find(id);
    return found == rows_.end() ? nullptr : &found->second.execution;
}

std::vector<model::Execution> Database::unended(std::size_t limit, std::int64_t after_key) const {
    std::vector<model::Execution> found;
    for (auto row = unended_.upper_bound(after_key); row != unended_.end() && found.size() < limit; ++row)
        found.push_back(rows_.at(row->second).execution);
    return found;
}

std::vector<model::Execution> Database::overdue(Instant due_before, std::size_t limit,
                                                std::int64_t after_key) const {
    std::vector<model::Execution> found;
    for (auto one = unended_.upper_bound(after_key); one != unended_.end() && found.size() < limit; ++one) {
        const model::Execution& row = rows_.at(one->second).execution;
        if (row.due && *row.due < due_before) found.push_back(row);
    }
    return found;
}

std::vector<model::Execution> Database::runs_of(const JobId& job, Instant from, Instant to) const {
    std::vector<model::Execution> found;
    const auto runs = planned_.find(job);
    if (runs == planned_.end()) return found;
    for (auto one = runs->second.lower_bound(from); one != runs->second.end() && one->first <= to; ++one)
        found.push_back(rows_.at(one->second).execution);
    return found;
}

}  // namespace ecron::sim
