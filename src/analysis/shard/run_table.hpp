#pragma once
#include <algorithm>
#include <cassert>
#include <optional>
#include <set>
#include <unordered_map>
#include <vector>

#include "analysis/scheduler/interner.hpp"
#include "analysis/shard/stage.hpp"
#include "ecron/analysis/planner.hpp"
#include "ecron/base/segmented_map.hpp"
#include "ecron/execution/pool.hpp"
#include "ecron/execution/runner.hpp"
#include "ecron/model/execution.hpp"

namespace ecron::analysis {

/// A run of this process.
struct Run {
    RunId id{};
    Stage stage{Stage::unclaimed};  // changed by RunTable::move
    execution::TaskPtr task{};
    model::Execution row{};          // as stored, or as it will be once the write in progress is committed
    bool needs_begin{false};         // its claim does not start it: a compare-and-set comes first
    std::optional<Instant> spent{};  // set for the run of a one-shot: start of the schedule's validity
    bool begin_recorded{false};      // the store says `executing`
    bool given_up{false};            // permanently failed: not retried
    bool refused{false};             // the planner has decided that it does not start, and forgotten it
    std::optional<SteadyInstant> offered_at{};  // of the row's current attempt
    bool lease_lost{false};                     // stopped because this node could not renew its lease
    Instant claimed{};                          // by this process
    Instant began{};
    std::string_view failure{};  // reason_of() the outcome that is being written
    std::string stop_reason{};   // why it is being stopped; empty if it is not
    std::string asked_by{};      // the caller that requested the stop, if any
    std::string early_result{};  // a callback that arrived before the response
    Group tenant{};              // set by RunTable::add
};

/// Returns true if the row's current attempt was started earlier and may still be running even if its node is
/// dead: its start is recorded. Kubernetes Jobs only.
[[nodiscard]] inline bool is_resumed(const model::Execution& row, const execution::TaskPtr& task) {
    return task != nullptr && execution::outlives_node(task->context) && entered_attempts(row) >= row.attempt;
}

/// Returns true if the execution is an occurrence of its job rather than a request.
[[nodiscard]] inline bool is_planned(const model::Execution& row) {
    return row.trigger == model::Trigger::schedule && row.scheduled_at.has_value();
}

/// Records the executor of the row's current attempt, once.
inline void mark_begun(model::Execution& row, std::string executor, Instant began) {
    if (entered_attempts(row) >= row.attempt) return;
    row.end_at.reset();  // the attempt before it had one
    add_executor(row, {std::move(executor), began});
    if (row.execute_times == 1) row.begin_at = began;
}

/// Counts the runs in all tables of a process and the decided claims that are not in a table yet.
class RunCount {
public:
    /// Parked runs only wait: for their next attempt, their target's callback, another node.
    enum class Kind : std::uint8_t { parked, present };
    void add(Group tenant, Kind kind) {
        if (kind == Kind::parked)
            ++parked_;
        else
            ++present_, ++of_tenant_[tenant];
    }
    void remove(Group tenant, Kind kind) {
        if (kind == Kind::parked) {
            --parked_;
            return;
        }
        --present_;
        const auto count = of_tenant_.find(tenant);
        assert(count != of_tenant_.end() && count->second > 0);
        if (--count->second == 0) of_tenant_.erase(count);
    }
    [[nodiscard]] std::size_t all() const { return parked_ + present_; }
    [[nodiscard]] std::size_t parked() const { return parked_; }
    [[nodiscard]] std::size_t present() const { return present_; }
    [[nodiscard]] std::size_t present(Group tenant) const {
        const auto count = of_tenant_.find(tenant);
        return count == of_tenant_.end() ? 0 : count->second;
    }

private:
    std::size_t parked_{0};
    std::size_t present_{0};
    std::unordered_map<Group, std::size_t> of_tenant_;
};

/// The runs of a shard, indexed by their three identifiers. References are valid until the run is removed. A
/// tenant can have 100,000 of them, of one job even: nothing here takes a time in proportion to that, apart
/// from ids() and each_unstarted().
class RunTable {
public:
    RunTable(RunCount& count, Interner& interner) : count_(count), interner_(interner) {}
    ~RunTable() {
        runs_.each([this](RunId, const Run& run) { count_.remove(run.tenant, kind_of(run.stage)); });
    }
    RunTable(const RunTable&) = delete;
    RunTable& operator=(const RunTable&) = delete;

    Run& add(Run run) {
        run.tenant = interner_.intern(run.row.tenant.value());
        count(run);
        by_execution_.insert_or_assign(run.row.id, run.id);
        by_job_.emplace(run.row.job_key, run.id);
        const RunId id = run.id;
        return runs_.insert_or_assign(id, std::move(run));
    }

    [[nodiscard]] Run* find(RunId id) { return runs_.find(id); }

    [[nodiscard]] Run* find(const ExecuteId& id) {
        const RunId* const found = by_execution_.find(id);
        return found == nullptr ? nullptr : find(*found);
    }

    [[nodiscard]] std::vector<RunId> of_job(JobKey job) const {
        std::vector<RunId> ids;
        for (auto at = by_job_.lower_bound({job, RunId{}}); at != by_job_.end() && at->first == job; ++at)
            ids.push_back(at->second);
        return ids;
    }

    void move(Run& run, Stage stage) {
        assert(is_possible(run.stage, stage));
        uncount(run);
        run.stage = stage;
        count(run);
    }

    void erase(RunId id) { take(id); }

    /// Removes a run from the table.
    std::optional<Run> take(RunId id) {
        std::optional<Run> run = runs_.take(id);
        if (!run) return run;
        uncount(*run);
        by_execution_.erase(run->row.id);
        by_job_.erase({run->row.job_key, id});
        return run;
    }

    /// Calls `look` with each run that has a row and has not started.
    template <class Look> void each_unstarted(Look look) const {
        runs_.each([&](RunId, const Run& run) {
            if (run.stage == Stage::waiting || run.stage == Stage::starting || run.stage == Stage::offered)
                look(run);
        });
    }

    [[nodiscard]] std::vector<RunId> ids() const {
        std::vector<RunId> all;
        all.reserve(runs_.size());
        runs_.each([&](RunId id, const Run&) { all.push_back(id); });
        return all;
    }

    /// The runs that other nodes have or may have: offered or remote.
    [[nodiscard]] const std::set<RunId>& elsewhere() const { return elsewhere_; }

    [[nodiscard]] std::size_t size() const { return runs_.size(); }

private:
    static RunCount::Kind kind_of(Stage stage) {
        const bool waits = stage == Stage::retrying || stage == Stage::accepted || stage == Stage::remote;
        return waits ? RunCount::Kind::parked : RunCount::Kind::present;
    }
    static bool is_elsewhere(Stage stage) { return stage == Stage::offered || stage == Stage::remote; }
    void count(const Run& run) {
        count_.add(run.tenant, kind_of(run.stage));
        if (is_elsewhere(run.stage)) elsewhere_.insert(run.id);
    }
    void uncount(const Run& run) {
        count_.remove(run.tenant, kind_of(run.stage));
        if (is_elsewhere(run.stage)) elsewhere_.erase(run.id);
    }

    RunCount& count_;
    Interner& interner_;
    SegmentedMap<RunId, Run> runs_;
    SegmentedMap<ExecuteId, RunId> by_execution_;
    std::set<std::pair<JobKey, RunId>> by_job_;
    std::set<RunId> elsewhere_;
};

}  // namespace ecron::analysis
