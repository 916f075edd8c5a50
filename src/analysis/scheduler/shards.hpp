#pragma once
#include <algorithm>
#include <memory>
#include <vector>

#include "analysis/shard/shard_scheduler.hpp"
#include "ecron/model/shard.hpp"

namespace ecron::analysis {

/// The shards of the database, each with its scheduler; none until the first campaign round has read their
/// number.
class Shards {
public:
    explicit Shards(SchedulerContext& context) : context_(context) {}

    void create(std::size_t count) {
        context_.shards = count;
        for (std::uint32_t number = 0; number < count; ++number)
            all_.push_back(std::make_unique<ShardScheduler>(context_, Shard{number}));
    }
    [[nodiscard]] auto begin() const { return all_.begin(); }
    [[nodiscard]] auto end() const { return all_.end(); }
    [[nodiscard]] auto rbegin() const { return all_.rbegin(); }
    [[nodiscard]] auto rend() const { return all_.rend(); }
    [[nodiscard]] std::size_t size() const { return all_.size(); }
    [[nodiscard]] const std::unique_ptr<ShardScheduler>& operator[](std::size_t number) const {
        return all_[number];
    }
    [[nodiscard]] ShardScheduler& of(const JobId& job) const {
        return *all_[model::shard_of(job, all_.size()).value()];
    }

    /// Returns true if this node leads at least one shard; in single-node mode, all of them.
    [[nodiscard]] bool are_led() const {
        const auto led = std::ranges::count_if(all_, [](const auto& shard) { return shard->leads(); });
        if (context_.options.nodes == store::Nodes::many) return led > 0;
        return !all_.empty() && static_cast<std::size_t>(led) == all_.size();
    }
    [[nodiscard]] std::size_t jobs() const {
        std::size_t count = 0;
        for (const auto& shard : all_) count += shard->jobs();
        return count;
    }

private:
    SchedulerContext& context_;
    std::vector<std::unique_ptr<ShardScheduler>> all_;
};

}  // namespace ecron::analysis
