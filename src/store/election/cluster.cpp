#include "store/election/cluster.hpp"

namespace ecron::store {

std::vector<ShardState> read_shards(Session& session) {
    Statement& select = session.prepare(
        "select f_shard, f_node, f_epoch, f_watermark, f_planned from t_cron_shard order by f_shard", "",
        "isiii");
    std::vector<ShardState> shards;
    for (select.run(); select.fetch();) {
        ShardState state{.shard = Shard(static_cast<std::uint32_t>(select.integer(0))),
                         .node = NodeId(select.text(1)),
                         .epoch = Epoch(select.integer(2)),
                         .planned = ChangeNumber(select.integer(4))};
        if (!select.is_null(3)) state.watermark = from_unix_millis(select.integer(3));
        shards.push_back(std::move(state));
    }
    return shards;
}

std::vector<NodeState> read_nodes(Session& session, Instant now) {
    Statement& select = session.prepare(
        "select f_node, f_lease_until, f_clock_ahead from t_cron_node order by f_node", "", "sii");
    std::vector<NodeState> nodes;
    for (select.run(); select.fetch();) {
        const Instant until = from_unix_millis(select.integer(1));
        nodes.push_back({.node = NodeId(select.text(0)),
                         .lease_until = until,
                         .alive = until > now,
                         .clock_ahead = Millis{select.integer(2)}});
    }
    return nodes;
}

}  // namespace ecron::store
