#include "store/jobs/row_cache.hpp"

namespace ecron::store {

namespace {

/// Texts, two index entries and the list node.
std::size_t size_of(const model::Job& job) {
    constexpr std::size_t kOverhead = sizeof(model::Job) + 160;
    return kOverhead + 2 * job.id.value().size() + job.name.size() + job.cron_time.size() +
           job.context.size() + job.tenant.value().size() + job.remarks.size();
}

}  // namespace

const model::Job* RowCache::find(const JobId& id) {
    const auto found = by_id_.find(id);
    if (found == by_id_.end()) return nullptr;
    rows_.splice(rows_.begin(), rows_, found->second);
    return &*found->second;
}

const model::Job* RowCache::find(JobKey key) {
    const auto found = by_key_.find(key);
    if (found == by_key_.end()) return nullptr;
    rows_.splice(rows_.begin(), rows_, found->second);
    return &*found->second;
}

void RowCache::fill(const model::Job& job, std::uint64_t generation) {
    if (generation == generation_ && !by_id_.contains(job.id)) insert(job);
}

void RowCache::changed(const model::Job& job) {
    ++generation_;
    const auto found = by_id_.find(job.id);
    if (found == by_id_.end()) return;
    erase(found->second);
    insert(job);
}

void RowCache::removed(const JobId& id) {
    ++generation_;
    const auto found = by_id_.find(id);
    if (found != by_id_.end()) erase(found->second);
}

void RowCache::removed(JobKey key) {
    ++generation_;
    const auto found = by_key_.find(key);
    if (found != by_key_.end()) erase(found->second);
}

void RowCache::insert(const model::Job& job) {
    const std::size_t size = size_of(job);
    if (size > limit_) return;
    while (bytes_ + size > limit_) erase(std::prev(rows_.end()));
    rows_.push_front(job);
    by_id_.emplace(job.id, rows_.begin());
    by_key_.emplace(job.key, rows_.begin());
    bytes_ += size;
}

void RowCache::erase(Rows::iterator row) {
    bytes_ -= size_of(*row);
    by_id_.erase(row->id);
    by_key_.erase(row->key);
    rows_.erase(row);
}

}  // namespace ecron::store
