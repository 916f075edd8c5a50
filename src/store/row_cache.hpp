#pragma once
#include <cstddef>
#include <list>
#include <optional>
#include <string>
#include <unordered_map>

#include "ecron/model/job.hpp"

/// Stored jobs at hand, where one process owns the store (SQLite). Bounded by bytes, the least recently used
/// go first. Threads: the io_context's only. A read that began before a change must not bring the old row
/// back: whoever reads remembers generation() first and hands it to fill(), which ignores it once anything
/// has changed.
namespace ecron::store {

class RowCache {
public:
    explicit RowCache(std::size_t bytes) : limit_(bytes) {}
    [[nodiscard]] const model::Job* find(const JobId& id);
    [[nodiscard]] const model::Job* find(JobKey key);
    [[nodiscard]] std::uint64_t generation() const { return generation_; }
    void fill(const model::Job& job, std::uint64_t generation);
    /// A job was changed: the cached row, if there is one, becomes this.
    void changed(const model::Job& job);
    void removed(const JobId& id);
    [[nodiscard]] std::size_t bytes() const { return bytes_; }

private:
    using Rows = std::list<model::Job>;
    void insert(const model::Job& job);
    void erase(Rows::iterator row);

    std::size_t limit_;
    std::size_t bytes_{0};
    std::uint64_t generation_{0};
    Rows rows_;  // most recently used first
    std::unordered_map<JobId, Rows::iterator> by_id_;
    std::unordered_map<JobKey, Rows::iterator> by_key_;
};

}  // namespace ecron::store
