#include <fmt/format.h>

#include "ecron/base/log.hpp"
#include "store/admin/exclusive.hpp"
#include "store/election/file_lock.hpp"
#include "store/sql/migrations.hpp"
#include "store/sql/session.hpp"

/// Changes the number of shards. Jobs move between shards, so no planner may be running.
namespace ecron::store {

namespace {

/// Every job may move to another shard, so all shards continue from the slowest one, in terms that none of
/// them has had.
void divide(Session& session, std::size_t shards) {
    Statement& read = session.prepare(
        "select max(f_epoch), min(f_watermark), min(f_planned), min(f_watermark) is null from t_cron_shard",
        "", "iiii");
    read.first();
    const std::int64_t epoch = read.integer(0) + 1;
    const std::optional<std::int64_t> watermark =
        read.integer(3) != 0 ? std::nullopt : std::optional(read.integer(1));
    const std::int64_t planned = read.integer(2);
    session.run("delete from t_cron_shard");
    for (std::size_t shard = 0; shard < shards; ++shard) {
        Statement& insert = session.prepare(
            "insert into t_cron_shard (f_shard, f_epoch, f_watermark, f_planned, f_node, f_beats) values "
            "(:shard, :epoch, :watermark, :planned, '', 0)",
            "iiii");
        insert << static_cast<std::int64_t>(shard) << epoch << watermark << planned;
        insert.run();
    }
    if (shards == 1) session.run("delete from t_cron_slot");  // a single leader counts in memory
}

}  // namespace

Result<void> set_shards(const Options& options, std::size_t shards, const Clock& clock) {
    if (shards < 1 || shards > kMaxShards)
        return fail(Errc::invalid, fmt::format("the number of shards is 1 to {}", kMaxShards));
    FileLock file_lock;
    if (const Result<void> taken = file_lock.take(options); !taken) return taken;
    try {
        {
            Session session(options, SessionUse::migrate, clock);
            const Result<std::string> migrated = migrate(session);
            if (!migrated) return std::unexpected(migrated.error());
        }
        Session session(options, SessionUse::write, clock);
        if (const Result<void> alone = keep_nodes_away(session); !alone) return alone;
        session.begin();
        divide(session, shards);
        session.commit();
        return {};
    } catch (const SqlError& error) {
        return std::unexpected(with_address(to_opening_error(error), options));
    }
}

}  // namespace ecron::store
