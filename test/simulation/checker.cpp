#include "simulation/checker.hpp"

#include <algorithm>
#include <set>

#include "ecron/base/stable_hash.hpp"
#include "ecron/model/json.hpp"

namespace ecron::sim {
namespace {

using namespace std::chrono_literals;
using State = model::ExecutionState;

constexpr Millis kEndless{90'000};  // an execution without progress for this long is stuck

std::string at(Instant instant) { return format_rfc3339_millis(instant); }

bool may_become(State from, State to, int attempts) {
    switch (from) {
        case State::pending:  // a claim that is also the start shows as executing only with its outcome
        case State::executing:
            return true;
        case State::failure:
            return to == State::executing || to == State::interrupt ||
                   (to == State::pending && attempts <= 1) || to == State::failure;
        default:
            return false;
    }
}

}  // namespace

Checker::Checker(const History& history, Instant end, const Clients::Promises& promises)
    : history_(history),
      end_(end),
      promises_(promises) {}

std::vector<std::string> Checker::violations() {
    for (const RowLife& row : history_.rows) {
        if (row.deleted == 0) rows_[row.id.value()] = &row;
        if (row.trigger == model::Trigger::schedule && row.scheduled_at)
            planned_[{row.job, *row.scheduled_at}].push_back(&row);
    }
    for (const Call& call : history_.calls) calls_[call.id.value()].push_back(&call);
    read_jobs();
    check_terms();
    check_progress();
    check_arrows();
    check_calls();
    check_takeovers();
    check_ends();
    check_outcomes();
    check_promises();
    check_told();
    check_summaries();
    check_spent();
    for (const auto& [job, instants] : jobs_) check_planned(job, instants);
    return violations_;
}

// --- terms, states, calls

void Checker::check_terms() {
    std::map<Shard, FencedCommit> last;
    std::map<Shard, Instant> from;  // where planning began
    for (const FencedCommit& commit : history_.fenced) {
        const auto found = last.find(commit.shard);
        const bool rewound = found != last.end() && commit.watermark < found->second.watermark &&
                             commit.what == Fenced::rewind;
        if (found == last.end() || rewound) from[commit.shard] = commit.watermark;
        if (found != last.end()) {
            const FencedCommit& before = found->second;
            if (commit.what == Fenced::begin && commit.epoch <= before.epoch)
                blame("terms: epoch {} of shard {} follows {}", commit.epoch, commit.shard, before.epoch);
            if (commit.what != Fenced::begin && !rewound && commit.epoch != before.epoch)
                blame("terms: shard {} was written by epoch {} in the term of {} at {}", commit.shard,
                      commit.epoch, before.epoch, at(commit.at));
            if (commit.watermark < before.watermark && !rewound)
                blame("watermark: shard {} decreased from {} to {}", commit.shard, at(before.watermark),
                      at(commit.watermark));
        }
        last[commit.shard] = commit;
        if (commit.what == Fenced::claim) claims_[commit.shard].push_back(commit);
        if (rewound) claims_[commit.shard].clear();
    }
    for (const auto& [shard, begin] : from) planned_from_ = std::max(planned_from_, begin);
}

void Checker::check_arrows() {
    for (const Transition& change : history_.transitions) {
        const RowLife& row = history_.rows[change.row];
        const int attempts = change.attempt_after - change.attempt_before;
        if (!may_become(change.from, change.to, attempts) || attempts < 0 || attempts > 1)
            blame("states: {} changed from {} (attempt {}) to {} (attempt {}) at {}", row.id,
                  model::to_text(change.from), change.attempt_before, model::to_text(change.to),
                  change.attempt_after, at(change.at));
        const bool ran =
            change.to == State::success || change.to == State::failure || change.to == State::abandon;
        const auto calls = calls_.find(row.id.value());
        const bool called =
            calls != calls_.end() && std::ranges::any_of(calls->second, [&](const Call* call) {
                return call->attempt == change.attempt_before && call->at <= change.at;
            });
        if (ran && !called && change.from != State::failure)
            blame("states: {} is {} at {}, but attempt {} was never started", row.id,
                  model::to_text(change.to), at(change.at), change.attempt_before);
    }
}

void Checker::check_calls() {
    for (const auto& [id, calls] : calls_) {
        std::set<int> attempts;
        for (const Call* const call : calls)
            if (!attempts.insert(call->attempt).second)
                blame("doubled: attempt {} of {} was started again, by {} at {}", call->attempt, id,
                      call->node, at(call->at));
        const auto row = rows_.find(id);
        if (row == rows_.end()) {
            blame("calls: {} was started by {} at {} but has no row", id, calls.front()->node,
                  at(calls.front()->at));
            continue;
        }
        if (*attempts.rbegin() > row->second->attempt)
            blame("calls: {} was started as attempt {}, its row is at {}", id, *attempts.rbegin(),
                  row->second->attempt);
        const bool early = row->second->due && calls.front()->at < *row->second->due - kClockSlack;
        if (row->second->trigger == model::Trigger::schedule && calls.front()->attempt == 1 && early)
            blame("early: {} was started at {}, due at {}", id, at(calls.front()->at), at(*row->second->due));
    }
}

/// An attempt does not start once another node has declared it lost.
void Checker::check_takeovers() {
    for (const Transition& change : history_.transitions) {
        if (change.attempt_after == change.attempt_before) continue;
        const auto calls = calls_.find(history_.rows[change.row].id.value());
        if (calls == calls_.end()) continue;
        for (const Call* const call : calls->second)
            if (call->attempt == change.attempt_before && call->at > change.at)
                blame("taken over: attempt {} of {} was started by {} at {}, after its end at {}",
                      call->attempt, call->id, call->node, at(call->at), at(change.at));
    }
}

void Checker::check_ends() {
    static const std::set<std::string> kReasons{"overlap",  "deadline",  "deleted",  "cancelled", "a client",
                                                "replaced", "node_lost", "job_gone", "limit",     "paused"};
    for (const auto& [id, row] : rows_) {
        if (!model::is_end(row->state)) {
            if (row->changed_at < end_ - kEndless && row->due.value_or(row->changed_at) < end_ - kEndless)
                blame("stuck: {} has been {} (attempt {}) since {}", id, model::to_text(row->state),
                      row->attempt, at(row->changed_at));
            continue;
        }
        if (calls_.contains(id)) continue;
        // A rejected payload adds a sentence to the reason.
        const std::string reason = row->reason.substr(0, row->reason.find("; payload not stored"));
        if (row->state != State::interrupt || !kReasons.contains(reason))
            blame("ends: {} ended as {} at {} without a start, because of '{}'", id,
                  model::to_text(row->state), at(row->changed_at), row->reason);
        const auto job = jobs_.find(row->job);
        if (job == jobs_.end() || row->trigger != model::Trigger::schedule) continue;
        if (row->reason == "overlap" && !job->second.may_refuse)
            blame("ends: {} was skipped for overlap, which its job allows", id);
        if (row->reason == "deadline" && !job->second.has_deadline)
            blame("ends: {} was skipped for a deadline that its job never had", id);
    }
}

/// An attempt whose node learned its result is never left active, whatever happened to the node.
void Checker::check_outcomes() {
    for (const Call& call : history_.calls) {
        if (!call.ended || *call.ended > end_ - kEndless) continue;
        const auto found = rows_.find(call.id.value());
        if (found == rows_.end()) continue;
        const RowLife& row = *found->second;
        const bool settled = model::is_end(row.state) || row.state == State::failure || row.accepted ||
                             row.attempt > call.attempt;
        if (!settled)
            blame("outcomes: attempt {} of {} ended at {} on {}, its row is {} since {}", call.attempt,
                  call.id, at(*call.ended), call.node, model::to_text(row.state), at(row.changed_at));
    }
}

void Checker::check_promises() {
    for (const ExecuteId& id : promises_.runs)
        if (!rows_.contains(id.value())) blame("promises: run {} was accepted but does not exist", id);
    for (const ExecuteId& id : promises_.cancelled) {
        const auto row = rows_.find(id.value());
        if (row != rows_.end() && row->second->state != State::interrupt)
            blame("promises: {} was cancelled but is {}", id, model::to_text(row->second->state));
    }
}

void Checker::check_told() {
    std::set<JobKey> subscribed;
    for (const JobVersion& version : history_.jobs)
        if (version.job && version.job->context.contains("running_long")) subscribed.insert(version.key);
    if (subscribed.empty()) return;
    std::set<std::string_view> messages;
    std::set<std::pair<std::string_view, std::string_view>> types;
    std::size_t missed = 0;
    for (const Told& told : history_.told) {
        if (!messages.insert(told.message_id).second) blame("told: {} of {} twice", told.type, told.id);
        const bool is_event = told.type == "late" || told.type == "running_long" || told.type == "skipped";
        if (!types.insert({told.id.value(), told.type}).second && is_event)
            blame("told: {} of {} twice", told.type, told.id);
        missed += told.type == "missed" ? 1 : 0;
    }
    const auto is_told = [&](const RowLife& row, std::string_view type) {
        return types.contains({row.id.value(), type});
    };
    for (const RowLife& row : history_.rows) {
        if (row.deleted != 0 || !subscribed.contains(row.job) || row.reason == "job_gone") continue;
        if (model::is_end(row.state) && !is_told(row, model::to_text(row.state)))
            blame("told: the end of {} as {} was not announced", row.id, model::to_text(row.state));
        if ((row.reason == "overlap" || row.reason == "deadline") && row.attempt <= 1 &&
            row.state == State::interrupt && !is_told(row, "skipped"))
            blame("told: {} was skipped unannounced", row.id);
    }
    const auto of_subscribed = std::ranges::count_if(
        history_.missed, [&](const MissedNote& note) { return subscribed.contains(note.missed.job); });
    if (of_subscribed > 0 && missed == 0) blame("told: no missed record was announced");
}

std::uint64_t fingerprint(const History& history) {
    std::uint64_t hash = 0;
    const auto add = [&hash](std::string_view text, std::int64_t number) {
        hash = hash * 0x100'0000'01b3U + stable_hash(text) + static_cast<std::uint64_t>(number);
    };
    for (const RowLife& row : history.rows) add(row.id.value(), to_unix_millis(row.inserted_at));
    for (const Transition& change : history.transitions)
        add(model::to_text(change.to), to_unix_millis(change.at));
    for (const Call& call : history.calls) add(call.node.value(), to_unix_millis(call.at));
    for (const FencedCommit& commit : history.fenced) add("", to_unix_millis(commit.watermark));
    return hash;
}

}  // namespace ecron::sim
