#include "store/cluster.hpp"

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

}  // namespace ecron::store
