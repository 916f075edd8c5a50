#include "store/admin/exclusive.hpp"

#include <fmt/format.h>

#include "store/election/leadership.hpp"

namespace ecron::store {

namespace {

/// Acquires the advisory locks of all possible shards. A session that has just ended keeps its locks for a
/// moment.
Result<void> take_every_lock(Session& session) {
    for (std::uint32_t shard = 0; shard < kMaxShards; ++shard) {
        Statement& take =
            session.prepare(fmt::format("select get_lock({}, 1)", lock_name(session, Shard(shard))), "", "i");
        if (!take.first() || take.integer(0) != 1)
            return fail(Errc::conflict, fmt::format("a node leads shard {}; stop every node first", shard));
    }
    return {};
}

Result<void> find_no_node(Session& session) {
    Statement& read = session.prepare(
        fmt::format("select f_node, f_lease_until - {0} from t_cron_node where f_lease_until > {0} order by "
                    "f_lease_until desc limit 1",
                    session.dialect().texts.now_expression),
        "", "si");
    if (!read.first()) return {};
    return fail(Errc::conflict, fmt::format("node {} is alive; stop every node first (its lease ends in {})",
                                            read.text(0), format_duration(Millis(read.integer(1)))));
}

}  // namespace

Result<void> keep_nodes_away(Session& session) {
    if (session.dialect().flags.owned_by_one_process) return {};
    const Result<void> none = find_no_node(session);
    return none ? take_every_lock(session) : none;
}

Result<void> require_empty(Session& session) {
    for (const std::string_view what : {"job", "job_status"}) {
        Statement& read = session.prepare(fmt::format("select count(*) from t_cron_{}", what), "", "i");
        read.first();
        if (read.integer(0) > 0)
            return fail(Errc::conflict, fmt::format("the database is not empty: t_cron_{} has {} rows", what,
                                                    read.integer(0)));
    }
    return {};
}

}  // namespace ecron::store
