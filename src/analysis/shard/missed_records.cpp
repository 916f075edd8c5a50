#include "analysis/shard/missed_records.hpp"

#include <algorithm>

#include "ecron/base/log.hpp"
#include "ecron/base/uuid.hpp"

namespace ecron::analysis {
namespace {

constexpr std::size_t kIdsAtOnce = 500;

}  // namespace

void MissedRecords::add(const Missed& missed) {
    context_.statistics.missed += static_cast<std::uint64_t>(missed.count);
    records_.push_back({{missed.job, missed.from, missed.to, missed.count, "misfire"}, missed.occurrences});
}

void MissedRecords::attach(const std::vector<Decision>& decisions, std::size_t first) {
    for (std::size_t i = first; i < records_.size(); ++i) {
        const auto stands_for = [&](const Decision& decision) {
            const Claim* const claim = std::get_if<Claim>(&decision);
            return claim != nullptr && claim->job == records_[i].missed.job;
        };
        const auto found = std::ranges::find_if(decisions, stands_for);
        if (found != decisions.end()) summaries_.insert_or_assign(std::get<Claim>(*found).run, records_[i]);
    }
}

std::vector<MissedSummary> MissedRecords::take_until(Instant watermark) {
    std::vector<MissedSummary> taken;
    std::erase_if(records_, [&](MissedSummary& one) {
        if (one.missed.from > watermark) return false;
        taken.push_back(std::move(one));
        return true;
    });
    return taken;
}

std::string MissedRecords::take_summary(RunId run) {
    const auto entry = summaries_.extract(run);
    return entry.empty() ? std::string{} : summary_text(entry.mapped().missed);
}

void MissedRecords::drop() {
    records_.clear();
    summaries_.clear();
}

asio::awaitable<bool> MissedRecords::check_summaries(std::vector<RunId> runs) {
    const Term term = shard_.term.token();
    for (const RunId run : runs) {
        const auto summary = summaries_.find(run);
        if (summary == summaries_.end()) continue;
        std::vector<MissedSummary> one = co_await without_known({summary->second});
        if (term.ended()) co_return false;
        if (one.empty())
            summaries_.erase(run);
        else
            summaries_.insert_or_assign(run, std::move(one.front()));
    }
    co_return !term.ended();
}

bool MissedRecords::is_doubtful(const MissedSummary& one) const {
    return one.missed.from == first_undecided_ || one.occurrences.is_jittered() ||
           doubtful_.contains(one.missed.job);
}

asio::awaitable<std::vector<MissedSummary>> MissedRecords::without_known(
    std::vector<MissedSummary> summaries) {
    std::vector<JobKey> doubtful;
    for (const MissedSummary& one : summaries)
        if (is_doubtful(one)) doubtful.push_back(one.missed.job);
    if (doubtful.empty()) co_return summaries;
    std::ranges::sort(doubtful);
    const auto fetched = co_await context_.fetch_tasks(doubtful);
    const auto task_of = [&fetched](JobKey job) {
        const bool found = fetched && fetched->contains(job);
        return found ? fetched->at(job) : nullptr;
    };

    std::vector<ExecuteId> firsts;
    for (const auto& [missed, occurrences] : summaries)
        if (const auto task = task_of(missed.job); missed.from == first_undecided_ && task != nullptr)
            firsts.emplace_back(
                keyed_uuid(context_.store.queries->id_key(), task->job_id.value(), missed.from));
    const std::unordered_set<JobKey> first_claimed = co_await claimed_of(std::move(firsts));

    std::vector<MissedSummary> left;
    for (MissedSummary& one : summaries) {
        const JobKey job = one.missed.job;
        const auto task = task_of(job);
        if (task != nullptr && std::ranges::binary_search(doubtful, job)) {
            std::vector<Instant> claimed;
            const bool simple = !one.occurrences.is_jittered() && !doubtful_.contains(job);
            if (!simple)
                claimed = co_await known_of(one, task->job_id);
            else if (first_claimed.contains(job))
                claimed.push_back(one.missed.from);
            leave_out(one, claimed);
        }
        if (one.missed.count > 0) left.push_back(std::move(one));
    }
    co_return left;
}

/// Returns the jobs of those executions that exist.
asio::awaitable<std::unordered_set<JobKey>> MissedRecords::claimed_of(std::vector<ExecuteId> ids) {
    std::unordered_set<JobKey> jobs;
    for (std::size_t at = 0; at < ids.size(); at += kIdsAtOnce) {
        const auto begin = ids.begin() + static_cast<std::ptrdiff_t>(at);
        const auto count = static_cast<std::ptrdiff_t>(std::min(kIdsAtOnce, ids.size() - at));
        const std::vector<ExecuteId> page{begin, begin + count};
        const auto rows =
            co_await context_.until_available([&] { return context_.store.queries->find_executions(page); });
        if (!rows) continue;
        for (const model::Execution& row : *rows) jobs.insert(row.job_key);
    }
    co_return jobs;
}

/// Returns the occurrences that have rows or that the last term recorded as missed, sorted and without
/// duplicates: a summary can span occurrences that ran and those of another summary.
asio::awaitable<std::vector<Instant>> MissedRecords::known_of(MissedSummary summary, JobId job) {
    const store::Missed& missed = summary.missed;
    std::vector<Instant> known;
    const auto rows = co_await context_.until_available(
        [&] { return context_.store.queries->runs_of(job, missed.from, missed.to); });
    if (!rows) log::error("failed to read executions: job_id={} error={}", job, rows.error().what);
    if (rows)
        for (const model::Execution& row : *rows)
            if (row.trigger == model::Trigger::schedule && row.scheduled_at)
                known.push_back(*row.scheduled_at);
    const auto recorded = co_await context_.until_available(
        [&] { return context_.store.changes->missed_of(missed.job, missed.from, missed.to); });
    if (!recorded)
        log::error("failed to read summaries: job_key={} error={}", missed.job, recorded.error().what);
    if (recorded)
        for (const store::Missed& one : *recorded) append_instants(one, summary, known);
    std::ranges::sort(known);
    const auto twice = std::ranges::unique(known);
    known.erase(twice.begin(), twice.end());
    co_return known;
}

}  // namespace ecron::analysis
