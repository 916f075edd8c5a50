#pragma once
#include <cstddef>
#include <list>
#include <optional>
#include <string>
#include <unordered_map>

#include "ecron/model/job.hpp"

/// Cache of stored jobs for a process that owns the store (SQLite). Bounded by bytes; evicts the least
/// recently used jobs. Threads: the io_context's only. A read that began before a change must not restore the
/// old row: a reader calls generation() first and passes it to fill(), which ignores the row if anything has
/// changed since.
namespace ecron::store {

class RowCache {
public:
    explicit RowCache(std::size_t bytes) : limit_(bytes) {}
    [[nodiscard]] const model::Job* find(const JobId& id);
    [[nodiscard]] const model::Job* find(JobKey key);
    [[nodiscard]] std::uint64_t generation() const { return generation_; }
    void fill(const model::Job& job, std::uint64_t generation);
    /// A job was changed: replaces the cached row, if there is one.
    void changed(const model::Job& job);
    void removed(const JobId& id);
    void removed(JobKey key);
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
