#pragma once
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <unordered_map>

#include "analysis/planner/run_list.hpp"

namespace ecron::analysis {

/// The concurrency groups: how many runs of each have started, and which wait for it, first come first
/// served. Group 0 has no limit and is not counted.
class ConcurrencyGroups {
public:
    explicit ConcurrencyGroups(RunList& runs) : runs_(runs) {}
    void clear() { groups_.clear(); }

    /// Returns true if a run that does not wait yet may start.
    [[nodiscard]] bool admits(Group number, std::uint32_t max_concurrency) const {
        const State group = state_of(number);
        return group.first == kNone && group.started < max_concurrency;
    }
    /// Returns true if a run that waits may start.
    [[nodiscard]] bool is_next(Group number, std::uint32_t max_concurrency, std::uint32_t run) const {
        const State group = state_of(number);
        return group.first == run && group.started < max_concurrency;
    }
    /// Returns the run that has waited longest, or kNone.
    [[nodiscard]] std::uint32_t first_waiting(Group number) const { return state_of(number).first; }

    void start(Group number) {
        if (number != 0) ++groups_[number].started;
    }
    void end(Group number) {
        if (number == 0) return;
        assert(groups_.contains(number) && groups_[number].started > 0);
        --groups_[number].started;
        drop_if_unused(number);
    }
    void join(Group number, std::uint32_t run) {
        State& group = groups_[number];
        runs_[run].group_previous = group.last;
        (group.last == kNone ? group.first : runs_[group.last].group_next) = run;
        group.last = run;
    }
    void leave(Group number, std::uint32_t run_number) {
        RunList::Run& run = runs_[run_number];
        State& group = groups_[number];
        (run.group_previous == kNone ? group.first : runs_[run.group_previous].group_next) = run.group_next;
        (run.group_next == kNone ? group.last : runs_[run.group_next].group_previous) = run.group_previous;
        run.group_next = run.group_previous = kNone;
        drop_if_unused(number);
    }

    [[nodiscard]] std::size_t memory() const {
        constexpr std::size_t kMapNode = 4 * sizeof(void*);  // its links and its share of the buckets
        return groups_.size() * (sizeof(State) + kMapNode);
    }

private:
    struct State {
        std::uint32_t started{0};
        std::uint32_t first{kNone}, last{kNone};  // that wait
    };

    [[nodiscard]] State state_of(Group number) const {
        const auto group = groups_.find(number);
        return group == groups_.end() ? State{} : group->second;
    }
    void drop_if_unused(Group number) {
        const auto group = groups_.find(number);
        if (group->second.started == 0 && group->second.first == kNone) groups_.erase(group);
    }

    RunList& runs_;
    std::unordered_map<Group, State> groups_;
};

}  // namespace ecron::analysis
