#pragma once
#include "analysis/shard/recovery.hpp"
#include "analysis/shard/starts.hpp"

namespace ecron::analysis {

/// Attempts offered to all nodes: the first node that receives an offer starts the attempt by compare-and-set
/// and writes its outcome. The leader polls the rows and starts what no node has started in time.
class Offers {
public:
    Offers(ShardState& shard, Starts& starts, Recovery& recovery)
        : context_(shard.context),
          shard_(shard),
          starts_(starts),
          recovery_(recovery) {}

    /// Starts an attempt that was offered by this or another node.
    asio::awaitable<void> accept(model::Execution row);
    asio::awaitable<void> poll();

private:
    void looked_at(Run& run, const model::Execution* row);
    void start_here(Run& run);

    SchedulerContext& context_;
    ShardState& shard_;
    Starts& starts_;
    Recovery& recovery_;
    bool polling_{false};
};

}  // namespace ecron::analysis
