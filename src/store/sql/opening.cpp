#include "store/sql/opening.hpp"

#include <boost/asio/post.hpp>

#include "ecron/base/log.hpp"
#include "store/admin/repair.hpp"
#include "store/executions/slots.hpp"
#include "store/retention/usage.hpp"
#include "store/sql/migrations.hpp"

namespace ecron::store {

namespace {

/// The previous service changes jobs without updating the counters, and may have run since ecron last
/// stopped. It does not support SQLite.
void take_over_counters(Session& session) {
    if (session.dialect().flags.owned_by_one_process) return;
    const std::size_t tenants = recount_tenants(session);
    if (tenants > 0) log::info("corrected job counters of tenants tenants={}", tenants);
}

void warn_of_settings(Session& session) {
    const std::string_view query = session.dialect().texts.durability_query;
    if (query.empty()) return;
    Statement& setting = session.prepare(query, "", "ss");
    if (setting.first() && setting.text(1) != "1")
        log::warn("a crash of the database may lose acknowledged writes {}={}", setting.text(0),
                  setting.text(1));
}

}  // namespace

Result<std::unique_ptr<Session>> Opening::open() {
    Result<std::unique_ptr<Session>> opened = try_to_open();
    const bool may_pass =
        opened || opened.error().code == Errc::unavailable || opened.error().code == Errc::denied;
    if (!may_pass && failed_)
        boost::asio::post(io_, [tell = std::exchange(failed_, {}), error = opened.error()] { tell(error); });
    if (opened) opened_ = true;
    return opened;
}

Result<std::unique_ptr<Session>> Opening::try_to_open() {
    try {
        Session session(options_, SessionUse::migrate, clock_);
        auto key = migrate(session);
        if (!key) return std::unexpected(key.error());
        id_key_ = std::move(*key);
        take_over_counters(session);
        warn_of_settings(session);
        Statement& version = session.prepare(session.dialect().texts.version_query, "", "s");
        if (version.first()) state_.opened(version.text(0));
        Statement& count = session.prepare("select count(*) from t_cron_shard", "", "i");
        count.first();
        shards_ = static_cast<std::size_t>(count.integer(0));
        state_.slots = has_slots(session);
        session.disconnect();
        auto writing = std::make_unique<Session>(options_, SessionUse::write, clock_);
        if (usage_.is_limited()) writing->limit_by(&usage_);
        return writing;
    } catch (const SqlError& error) {
        return std::unexpected(to_opening_error(error));
    }
}

}  // namespace ecron::store
