#include <fmt/format.h>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include "store/sql/dialect.hpp"
#include "store/sql/session.hpp"

namespace ecron::store {

namespace {

SqlFault fault_of_sqlite(int extended) {
    switch (extended) {
        case SQLITE_CONSTRAINT_UNIQUE:
        case SQLITE_CONSTRAINT_PRIMARYKEY:
        case SQLITE_CONSTRAINT_ROWID:
            return SqlFault::duplicate;
        default:
            break;
    }
    switch (extended & 0xff) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return SqlFault::again;
        case SQLITE_FULL:
        case SQLITE_IOERR:
            return SqlFault::no_room;
        case SQLITE_READONLY:
        case SQLITE_PERM:
        case SQLITE_CANTOPEN:
            return SqlFault::read_only;
        case SQLITE_TOOBIG:
            return SqlFault::too_long;
        case SQLITE_CONSTRAINT:
        case SQLITE_MISMATCH:
            return SqlFault::content;
        default:
            return SqlFault::other;
    }
}

/// The exclusive transaction in which all migrations are applied at once.
class SqliteMigrationLock final : public MigrationLock {
public:
    explicit SqliteMigrationLock(Session& session) : session_(session) { session_.run("begin exclusive"); }
    ~SqliteMigrationLock() override {
        if (!done_) session_.rollback();
    }
    SqliteMigrationLock(const SqliteMigrationLock&) = delete;
    SqliteMigrationLock& operator=(const SqliteMigrationLock&) = delete;
    void commit() override {
        session_.run("commit");
        done_ = true;
    }

private:
    Session& session_;
    bool done_{false};
};

sqlite_api::sqlite3* connection_of(soci::session& session) {
    const auto* backend = static_cast<const soci::sqlite3_session_backend*>(session.get_backend());
    return backend == nullptr ? nullptr : backend->conn_;
}

constexpr DialectFlags kSqliteFlags{.owned_by_one_process = true};
constexpr DialectTexts kSqliteTexts{
    .version_query = "select sqlite_version()",
    .keep_longer_summary =
        " on conflict (f_job_key, f_from) do update set f_count = excluded.f_count, "
        "f_at = excluded.f_at, f_to = excluded.f_to where excluded.f_to > f_to",
    .ordered_join = "cross join",
    .columns_query =
        "select m.name, c.name, c.type from sqlite_master m join pragma_table_info(m.name) c "
        "where m.type = 'table' and m.name like 't_cron_%' order by m.name, c.cid",
    .integrity_query = "select integrity_check from pragma_integrity_check",
};

class SqliteDialect final : public Dialect {
public:
    SqliteDialect() : Dialect(kSqliteFlags, kSqliteTexts) {}
    const soci::backend_factory& factory() const override { return *soci::factory_sqlite3(); }
    std::string connect_string(const Options& options, SessionUse) const override;
    std::vector<std::string> session_settings(const Options&, SessionUse use) const override {
        std::vector<std::string> settings{"pragma journal_mode=wal", "pragma synchronous=full",
                                          "pragma temp_store=memory"};
        // The ids of one instant are spread over the leaves of an index, which the default cache does not
        // hold.
        if (use == SessionUse::write) settings.emplace_back("pragma cache_size=-32768");
        return settings;
    }
    SqlError to_sql_error(soci::session* session, const soci::soci_error& error) const override;
    std::string address_of(const Options& options) const override {
        return fmt::format("file={}", options.path);
    }
    bool in_transaction(soci::session& session) const override {
        return sqlite_api::sqlite3_get_autocommit(connection_of(session)) == 0;
    }

    std::string_view begin_text(SessionUse) const override { return "begin immediate"; }
    std::vector<std::string_view> begin_snapshot() const override { return {"begin"}; }

    std::string keep_existing(std::string_view) const override { return " on conflict do nothing"; }
    std::string overwrite(std::string_view key_columns,
                          std::initializer_list<std::string_view> columns) const override;
    std::string exactly(std::string_view column) const override {
        return fmt::format("{0} = :{0} and {0} = :{0}_bytes", column);
    }
    std::string like(std::string_view column) const override {
        return fmt::format("{} like {{}} escape '!'", column);
    }
    std::string has_bytes(std::string_view column) const override {
        return fmt::format("instr({}, {{}}) > 0", column);
    }
    std::string use_index(std::string_view table, std::string_view index) const override {
        return fmt::format(" indexed by {}_{}", table, index);
    }
    std::size_t bytes_in_statement(std::string_view) const override { return 0; }
    bool is_packet_refusal(const SqlError&) const override { return false; }
    // SQLite runs in the process: one prepared statement per row is the fastest.
    std::size_t rows_per_statement(const Options&) const override { return 1; }
    std::string byte_length(std::string_view column) const override {
        return fmt::format("length(cast({} as blob))", column);
    }
    std::string raised(std::string_view column) const override { return fmt::format("{} + :by", column); }

    std::unique_ptr<MigrationLock> lock_migrations(Session& session) const override {
        return std::make_unique<SqliteMigrationLock>(session);
    }
};

SqlError SqliteDialect::to_sql_error(soci::session* session, const soci::soci_error& error) const {
    const auto* own = dynamic_cast<const soci::sqlite3_soci_error*>(&error);
    int number = own == nullptr ? 0 : own->result();
    std::string message;
    if (session != nullptr) {
        if (sqlite_api::sqlite3* const connection = connection_of(*session); connection != nullptr) {
            message = sqlite_api::sqlite3_errmsg(connection);
            const int extended = sqlite_api::sqlite3_extended_errcode(connection);
            if (extended != SQLITE_OK && extended != SQLITE_ROW && extended != SQLITE_DONE) number = extended;
        }
    } else if (number == 0 || number == SQLITE_ERROR) {
        number = SQLITE_CANTOPEN;  // opening failed; SOCI gives no details
    }
    return {fault_of_sqlite(number), number,
            fmt::format("SQLite error {}: {}", number, sqlite_api::sqlite3_errstr(number)),
            std::move(message)};
}

std::string SqliteDialect::connect_string(const Options& options, SessionUse) const {
    std::string path;
    for (const char c : options.path) {
        if (c == '"' || c == '\\') path += '\\';
        path += c;
    }
    return fmt::format("dbname=\"{}\" timeout=5", path);
}

std::string SqliteDialect::overwrite(std::string_view key_columns,
                                     std::initializer_list<std::string_view> columns) const {
    std::string text = fmt::format(" on conflict ({}) do update set ", key_columns);
    const char* separator = "";
    for (const std::string_view column : columns) {
        text += fmt::format("{0}{1} = excluded.{1}", separator, column);
        separator = ", ";
    }
    return text;
}

}  // namespace

const Dialect& sqlite_dialect() {
    static const SqliteDialect dialect;
    return dialect;
}

}  // namespace ecron::store
