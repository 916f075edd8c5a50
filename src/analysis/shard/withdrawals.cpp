#include "analysis/shard/withdrawals.hpp"

#include "ecron/base/log.hpp"

namespace ecron::analysis {

void Withdrawals::add(RunId id) {
    added_.push_back(id);
    if (const Run* const run = shard_.runs.find(id)) pending_.insert(run->row.id);
}

void Withdrawals::run() {
    if (!added_.empty()) context_.gate.spawn("withdraw", write(std::exchange(added_, {})));
}

void Withdrawals::drop() {
    added_.clear();
    pending_.clear();
}

asio::awaitable<void> Withdrawals::write(std::vector<RunId> ids) {
    std::vector<ExecuteId> executions;
    for (const RunId id : ids)
        if (const Run* run = shard_.runs.find(id); run != nullptr) executions.push_back(run->row.id);
    if (executions.empty()) co_return;
    const Term term = shard_.term.token();
    for (std::size_t tries = 0; !term.ended(); ++tries) {
        const Result<void> done =
            co_await context_.store.executions->withdraw(shard_.id, shard_.term->epoch, executions);
        if (done) break;
        if (done.error().code == Errc::denied || term.ended()) {
            log::error("failed to withdraw executions: count={} error={}", executions.size(),
                       done.error().what);
            break;
        }
        const bool again = co_await context_.back_off(tries);
        if (!again) break;
    }
    if (term.ended()) co_return;
    context_.statistics.withdrawn += executions.size();
    for (const ExecuteId& id : executions) pending_.erase(id);
    for (const RunId id : ids) outcomes_.end_run(id);
}

}  // namespace ecron::analysis
