#include "store/sql/migrations.hpp"

#include <fmt/format.h>

#include <charconv>
#include <set>

#include "ecron/base/log.hpp"
#include "ecron/base/uuid.hpp"
#include "store/admin/tables.hpp"
#include "store/migrations_data.hpp"
#include "store/retention/history.hpp"

namespace ecron::store {

namespace {

constexpr std::string_view kMinBinary = "-- min_binary:";
constexpr std::size_t kIdKeyBytes = 32;

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

/// Creates the tables that record migrations. They are looked up first, because a user without the right to
/// create tables can still use a database whose schema is up to date.
void make_own_tables(Session& session) {
    if (has_own_tables(session)) return;
    const std::string_view options = session.dialect().texts.table_options;
    session.run(fmt::format(
        "create table if not exists t_cron_schema (f_version int not null primary key, "
        "f_name varchar(128) not null, f_min_binary int not null, f_applied_at bigint not null){}",
        options));
    session.run(
        fmt::format("create table if not exists t_cron_meta (f_key varchar(64) not null primary key, "
                    "f_value varchar(1024) not null){}",
                    options));
}

/// The server's message contains no values, since the statements of migrations contain none.
Error migration_error(const Migration& migration, std::size_t statement, std::size_t count,
                      const SqlError& error) {
    return {to_error(error).code,
            fmt::format(
                "migration {} failed at statement {} of {}: {} ({}); after the cause is repaired, the next "
                "start or ecron db migrate completes it",
                migration.name, statement, count, error.message(), error.what()),
            {}};
}

Result<void> apply(Session& session, const Migration& migration, int needed) {
    log::info("applying migration version={} name={}", migration.version, migration.name);
    const std::vector<std::string> all = statements(migration.text);
    for (std::size_t i = 0; i < all.size(); ++i) {
        try {
            run_migration_statement(session, all[i]);
        } catch (const SqlError& error) {
            return std::unexpected(migration_error(migration, i + 1, all.size(), error));
        }
    }
    const Instant now = session.now();
    Statement& record = session.prepare(
        "insert into t_cron_schema (f_version, f_name, f_min_binary, f_applied_at) values (:version, :name, "
        ":binary, :at)",
        "isii");
    record << migration.version << migration.name << needed << to_unix_millis(now);
    record.run();
    return {};
}

std::set<std::int64_t> applied_versions(Session& session) {
    Statement& read = session.prepare("select f_version from t_cron_schema", "", "i");
    std::set<std::int64_t> versions;
    for (read.run(); read.fetch();) versions.insert(read.integer(0));
    return versions;
}

/// Divides the planning of a database in which no term has begun into shards.
void divide_new(Session& session) {
    const std::size_t wanted = session.options().new_shards;
    Statement& read = session.prepare(
        "select count(*), coalesce(max(f_epoch), 0), max(f_watermark) is null from t_cron_shard", "", "iii");
    read.first();
    const bool is_new = read.integer(0) == 1 && read.integer(1) == 0 && read.integer(2) != 0;
    for (std::size_t shard = 1; is_new && shard < wanted; ++shard) {
        Statement& insert = session.prepare(
            "insert into t_cron_shard (f_shard, f_epoch, f_watermark, f_planned, f_node, f_beats) values "
            "(:shard, 0, null, 0, '', 0)",
            "i");
        insert << static_cast<std::int64_t>(shard);
        insert.run();
    }
}

std::string id_key(Session& session) {
    Statement& read = session.prepare("select f_value from t_cron_meta where f_key = 'id_key'", "", "s");
    if (read.first()) return from_hex(read.text(0));
    std::string key = random_bytes(kIdKeyBytes);
    Statement& make =
        session.prepare("insert into t_cron_meta (f_key, f_value) values ('id_key', :value)", "s");
    make << to_hex(key);
    make.run();
    return key;
}

}  // namespace

Result<int> binary_number(std::string_view version) {
    int number = 0;
    int parts = 0;
    const char* at = version.data();
    const char* const end = at + version.size();
    for (; parts < 3; ++parts) {
        int part = 0;
        const auto [next, problem] = std::from_chars(at, end, part);
        if (problem != std::errc{} || part < 0 || part > 999) break;
        number = number * 1'000 + part;
        at = next;
        if (at != end && *at == '.') ++at;
    }
    if (parts != 3 || at != end)
        return fail(Errc::internal, fmt::format("{} is not a version X.Y.Z", version));
    return number;
}

Result<int> min_binary(std::string_view migration_text) {
    if (!migration_text.starts_with(kMinBinary))
        return fail(Errc::internal, "a migration must begin with its min_binary");
    const std::string_view line = migration_text.substr(0, migration_text.find('\n'));
    return binary_number(trimmed(line.substr(kMinBinary.size())));
}

std::vector<std::string> statements(std::string_view migration_text) {
    std::vector<std::string> found;
    std::string statement;
    while (!migration_text.empty()) {
        const auto end = std::min(migration_text.find('\n'), migration_text.size());
        const std::string_view line = trimmed(migration_text.substr(0, end));
        migration_text.remove_prefix(std::min(end + 1, migration_text.size()));
        if (line.empty() || line.starts_with("--")) continue;
        statement += line;
        if (line.ends_with(';')) {
            statement.pop_back();
            found.push_back(std::exchange(statement, {}));
        } else {
            statement += '\n';
        }
    }
    if (!trimmed(statement).empty()) found.push_back(statement);
    return found;
}

void run_migration_statement(Session& session, const std::string& statement) {
    constexpr std::string_view kBetweenClauses = ",\n";
    try {
        session.run(statement);
        return;
    } catch (const SqlError& error) {
        if (error.fault() != SqlFault::done) throw;
    }
    const auto head_end = statement.find('\n');
    if (!statement.starts_with("alter table") || statement.find(kBetweenClauses) == std::string::npos) return;
    const std::string head = statement.substr(0, head_end + 1);
    for (std::size_t at = head_end + 1; at < statement.size();) {
        const auto end = std::min(statement.find(kBetweenClauses, at), statement.size());
        run_migration_statement(session, head + statement.substr(at, end - at));
        at = end + kBetweenClauses.size();
    }
}

Result<std::string> migrate(Session& session) {
    try {
        // A user that may write to a read-only server would modify a replica, or a server that was demoted to
        // one.
        session.refuse_read_only_server();
        const std::unique_ptr<MigrationLock> lock = session.dialect().lock_migrations(session);
        make_own_tables(session);
        Statement& newest = session.prepare(
            "select coalesce(max(f_version), 0), coalesce(max(f_min_binary), 0) from t_cron_schema", "",
            "ii");
        newest.first();
        const std::int64_t version = newest.integer(0);
        const auto own = binary_number(kBinaryVersion);
        if (!own) return std::unexpected(own.error());
        if (newest.integer(1) > *own)
            return fail(Errc::invalid,
                        fmt::format("the database's schema {} needs a newer ecron than this {}", version,
                                    kBinaryVersion));
        const std::set<std::int64_t> applied = applied_versions(session);
        bool applies = false;
        for (const Migration& migration : migrations(session.driver())) {
            if (applied.contains(migration.version)) continue;
            const auto needed = min_binary(migration.text);
            if (!needed) return std::unexpected(needed.error());
            if (const Result<void> applied_now = apply(session, migration, *needed); !applied_now)
                return std::unexpected(applied_now.error());
            applies = true;
        }
        if (applies) divide_new(session);
        assume_deleted(session);
        std::string key = id_key(session);
        lock->commit();
        return key;
    } catch (const SqlError& error) {
        return std::unexpected(to_opening_error(error));
    }
}

}  // namespace ecron::store
