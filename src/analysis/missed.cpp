#include "missed.hpp"

#include <algorithm>

#include "ecron/base/json_writer.hpp"
#include "ecron/base/log.hpp"
#include "ecron/base/uuid.hpp"
#include "shard_scheduler.hpp"

namespace ecron::analysis {
namespace {

constexpr std::size_t kIdsAtOnce = 500;

}  // namespace

std::string summary_text(const store::Missed& missed) {
    std::string text;
    JsonWriter json{text};
    json.begin_object().member("from", format_rfc3339_millis(missed.from));
    json.member("to", format_rfc3339_millis(missed.to)).member("count", missed.count).end_object();
    return text;
}

void leave_out(store::Missed& missed, std::span<const Instant> claimed,
               const model::Occurrences& occurrences) {
    for (const Instant instant : claimed) {
        if (instant < missed.from || instant > missed.to || missed.count == 0) continue;
        --missed.count;
        if (instant == missed.from) missed.from = occurrences.next(instant).value_or(missed.to);
    }
    for (auto last = claimed.rbegin(); last != claimed.rend() && *last == missed.to; ++last)
        missed.to = occurrences.previous(*last).value_or(missed.from);
    if (missed.to < missed.from) missed.count = 0;
}

void append_instants(const store::Missed& told, const store::Missed& within,
                     const model::Occurrences& occurrences, std::vector<Instant>& out) {
    const Instant last = std::min(told.to, within.to);
    std::optional<Instant> one = occurrences.next(std::max(told.from, within.from) - Millis{1});
    for (; one && *one <= last; one = occurrences.next(*one)) out.push_back(*one);
}

/// The last term may have claimed runs beyond its final watermark (of its next instant, and of changed jobs),
/// and it may have recorded missed occurrences that are planned again. These are not missed.
asio::awaitable<std::vector<store::Missed>> ShardScheduler::without_known(std::vector<store::Missed> missed) {
    std::vector<JobKey> doubtful;
    for (const store::Missed& one : missed) {
        const std::optional<PlannedJob> job = planner_.find(one.job);
        const bool jittered = job && job->policy.jitter > Millis{0};
        if (one.from == first_undecided_ || jittered || replayed_.contains(one.job))
            doubtful.push_back(one.job);
    }
    if (doubtful.empty()) co_return missed;
    std::ranges::sort(doubtful);
    const auto fetched = co_await context_.fetch_tasks(doubtful);
    const auto task_of = [&fetched](JobKey job) {
        const bool found = fetched && fetched->contains(job);
        return found ? fetched->at(job) : nullptr;
    };

    std::vector<ExecuteId> firsts;
    for (const store::Missed& one : missed)
        if (const auto task = task_of(one.job); one.from == first_undecided_ && task != nullptr)
            firsts.emplace_back(keyed_uuid(context_.store.id_key(), task->job_id.value(), one.from));
    std::unordered_set<JobKey> claimed_first;
    for (std::size_t at = 0; at < firsts.size(); at += kIdsAtOnce) {
        const auto begin = firsts.begin() + static_cast<std::ptrdiff_t>(at);
        const auto count = static_cast<std::ptrdiff_t>(std::min(kIdsAtOnce, firsts.size() - at));
        const std::vector<ExecuteId> page{begin, begin + count};
        const auto rows =
            co_await context_.until_available([&] { return context_.store.find_executions(page); });
        if (!rows) continue;
        for (const model::Execution& row : *rows) claimed_first.insert(row.job_key);
    }

    std::vector<store::Missed> left;
    for (store::Missed& one : missed) {
        const auto task = task_of(one.job);
        const std::optional<PlannedJob> job = planner_.find(one.job);
        if (task != nullptr && job && std::ranges::binary_search(doubtful, one.job)) {
            std::vector<Instant> claimed;
            const bool simple = job->policy.jitter == Millis{0} && !replayed_.contains(one.job);
            if (!simple)
                claimed = co_await known_of(one, task->job_id, job->occurrences());
            else if (claimed_first.contains(one.job))
                claimed.push_back(one.from);
            leave_out(one, claimed, job->occurrences());
        }
        if (one.count > 0) left.push_back(std::move(one));
    }
    co_return left;
}

/// Returns the occurrences that have rows or that the last term recorded as missed, sorted and without
/// duplicates: a summary can span occurrences that ran and those of another summary.
asio::awaitable<std::vector<Instant>> ShardScheduler::known_of(store::Missed missed, JobId job,
                                                               model::Occurrences occurrences) {
    std::vector<Instant> known;
    const auto rows = co_await context_.until_available(
        [&] { return context_.store.runs_of(job, missed.from, missed.to); });
    if (!rows) log::error("failed to read executions job={} error={}", job, rows.error().what);
    if (rows)
        for (const model::Execution& row : *rows)
            if (row.trigger == model::Trigger::schedule && row.nominal) known.push_back(*row.nominal);
    const auto told = co_await context_.until_available(
        [&] { return context_.store.missed_of(missed.job, missed.from, missed.to); });
    if (!told) log::error("failed to read summaries job={} error={}", missed.job, told.error().what);
    if (told)
        for (const store::Missed& one : *told) append_instants(one, missed, occurrences, known);
    std::ranges::sort(known);
    const auto twice = std::ranges::unique(known);
    known.erase(twice.begin(), twice.end());
    co_return known;
}

}  // namespace ecron::analysis
