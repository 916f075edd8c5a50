#pragma once
#include <cstdint>
#include <list>
#include <unordered_map>

#include "ecron/execution/pool.hpp"

namespace ecron::analysis {

/// Caches the tasks of recently run jobs, so that a run need not read its job again. Evicts the least
/// recently used.
class TaskCache {
public:
    explicit TaskCache(std::size_t limit_bytes) : limit_(limit_bytes) {}

    [[nodiscard]] execution::TaskPtr find(JobKey key) {
        const auto found = index_.find(key);
        if (found == index_.end()) return nullptr;
        order_.splice(order_.begin(), order_, found->second);
        return found->second->task;
    }

    void put(JobKey key, execution::TaskPtr task) {
        drop(key);
        const std::size_t bytes = task->memory() + kEntryOverhead;
        order_.push_front(Entry{key, std::move(task), bytes});
        index_[key] = order_.begin();
        used_ += bytes;
        while (used_ > limit_ && order_.size() > 1) drop(order_.back().key);
    }

    /// Changes with each task that is taken out, since its job may have changed.
    [[nodiscard]] std::uint64_t generation() const { return generation_; }

    void erase(JobKey key) {
        ++generation_;
        drop(key);
    }

    void clear() {
        ++generation_;
        order_.clear();
        index_.clear();
        used_ = 0;
    }

private:
    struct Entry {
        JobKey key;
        execution::TaskPtr task;
        std::size_t bytes;
    };
    void drop(JobKey key) {
        const auto found = index_.find(key);
        if (found == index_.end()) return;
        used_ -= found->second->bytes;
        order_.erase(found->second);
        index_.erase(found);
    }

    static constexpr std::size_t kEntryOverhead = 160;  // list node, hash node, shared_ptr control block

    std::size_t limit_;
    std::size_t used_{0};
    std::uint64_t generation_{0};
    std::list<Entry> order_;
    std::unordered_map<JobKey, std::list<Entry>::iterator> index_;
};

}  // namespace ecron::analysis
