#include "store/dialect.hpp"

#include <fmt/format.h>
#include <soci/mysql/soci-mysql.h>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <algorithm>

namespace ecron::store {

namespace {

namespace mysql_error {
constexpr int kDuplicateKey = 1062;
constexpr int kDuplicateKeyName = 1586;
constexpr int kLockWaitTimeout = 1205;
constexpr int kDeadlock = 1213;
constexpr int kTooManyConnections = 1040;
constexpr int kShutdown = 1053;
constexpr int kRecordFileFull = 1114;
constexpr int kDiskFull = 1021;
constexpr int kReadOnly = 1290;
constexpr int kReadOnlyTransaction = 1792;
constexpr int kReadOnlyMode = 1836;
constexpr int kDataTooLong = 1406;
constexpr int kPacketTooLarge = 1153;
constexpr int kTableExists = 1050;
constexpr int kDuplicateColumn = 1060;
constexpr int kDuplicateIndex = 1061;
constexpr int kNothingToDrop = 1091;
constexpr int kKilled = 1317;
constexpr int kConnectionKilled = 1927;
constexpr int kSessionKilled = 3169;       // MySQL 8
constexpr int kInteractionTimeout = 4031;  // MySQL 8.0.24: wait_timeout ended the session
constexpr int kClientErrors = 2000;        // 2000–2999: the client library's own, all about the connection
constexpr int kClientErrorsEnd = 3000;
}  // namespace mysql_error

SqlFault fault_of_mysql(int number) {
    using namespace mysql_error;
    switch (number) {
        case kDuplicateKey:
        case kDuplicateKeyName:
            return SqlFault::duplicate;
        case kLockWaitTimeout:
        case kDeadlock:
            return SqlFault::again;
        case kTooManyConnections:
        case kShutdown:
        case kKilled:
        case kConnectionKilled:
        case kSessionKilled:
        case kInteractionTimeout:
            return SqlFault::lost;
        case kRecordFileFull:
        case kDiskFull:
            return SqlFault::no_room;
        case kReadOnly:
        case kReadOnlyTransaction:
        case kReadOnlyMode:
            return SqlFault::read_only;
        case kDataTooLong:
        case kPacketTooLarge:
            return SqlFault::too_long;
        case kTableExists:
        case kDuplicateColumn:
        case kDuplicateIndex:
        case kNothingToDrop:
            return SqlFault::done;
        default:
            return number >= kClientErrors && number < kClientErrorsEnd ? SqlFault::lost : SqlFault::other;
    }
}

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
        default:
            return SqlFault::other;
    }
}

/// SOCI's connection strings: single quotes around, a backslash before what would end them.
std::string quoted(std::string_view value) {
    std::string text = "'";
    for (const char c : value) {
        if (c == '\'' || c == '\\') text += '\\';
        text += c;
    }
    return text += '\'';
}

}  // namespace

Error to_error(const SqlError& error) {
    switch (error.fault()) {
        case SqlFault::duplicate:
            return {Errc::conflict, "a record with the same key exists", {}};
        case SqlFault::again:
            return {Errc::unavailable, "the database is busy; nothing was stored", {}};
        case SqlFault::lost:
            return {Errc::unavailable, "the database cannot be reached", {}};
        case SqlFault::no_room:
            return {
                Errc::unavailable,
                fmt::format("the database's disk is full or failing; nothing was stored ({})", error.what()),
                {}};
        case SqlFault::read_only:
            return {Errc::unavailable,
                    fmt::format("the database is read-only; nothing was stored ({})", error.what()),
                    {}};
        case SqlFault::too_long:
            return {Errc::too_large, "a value is too long for the database", {}};
        case SqlFault::done:
        case SqlFault::other:
            break;
    }
    return {Errc::internal, fmt::format("the database refused a statement ({})", error.what()), {}};
}

SqlError to_sql_error(Driver driver, soci::session* session, const soci::soci_error& error) {
    if (driver == Driver::mysql) {
        const auto* own = dynamic_cast<const soci::mysql_soci_error*>(&error);
        if (own == nullptr) return {SqlFault::other, 0, "error of the client library"};
        const int number = static_cast<int>(own->err_num_);
        return {fault_of_mysql(number), number, fmt::format("MySQL error {}", number)};
    }
    const auto* own = dynamic_cast<const soci::sqlite3_soci_error*>(&error);
    int number = own == nullptr ? 0 : own->result();
    if (session != nullptr && session->get_backend() != nullptr) {
        auto* backend = static_cast<soci::sqlite3_session_backend*>(session->get_backend());
        if (backend != nullptr && backend->conn_ != nullptr) {
            const int extended = sqlite_api::sqlite3_extended_errcode(backend->conn_);
            if (extended != SQLITE_OK && extended != SQLITE_ROW && extended != SQLITE_DONE) number = extended;
        }
    } else if (number == 0 || number == SQLITE_ERROR) {
        number = SQLITE_CANTOPEN;  // opening failed; SOCI does not say more
    }
    return {fault_of_sqlite(number), number,
            fmt::format("SQLite error {}: {}", number, sqlite_api::sqlite3_errstr(number))};
}

std::string connect_string(const Options& options, SessionUse use) {
    if (options.driver == Driver::sqlite) {
        std::string path;
        for (const char c : options.path) {
            if (c == '"' || c == '\\') path += '\\';
            path += c;
        }
        return fmt::format("dbname=\"{}\" timeout=5", path);
    }
    // A migration may rewrite a large table in one statement; nothing else is waited for that long.
    const auto read_timeout = use == SessionUse::lead      ? Seconds{2}
                              : use == SessionUse::lease   ? std::max(Seconds{2}, options.lease)
                              : use == SessionUse::migrate ? Seconds{3'600}
                                                           : options.read_timeout;
    const bool impatient = use == SessionUse::lead || use == SessionUse::lease;
    const auto connect_timeout = impatient ? Seconds{2} : options.connect_timeout;
    std::string text = fmt::format(
        "host={} port={} dbname={} user={} charset={} connect_timeout={} read_timeout={} write_timeout={}",
        quoted(options.host), options.port, quoted(options.database), quoted(options.user),
        quoted(options.charset), connect_timeout.count(), read_timeout.count(),
        options.write_timeout.count());
    if (!options.password.empty()) text += " password=" + quoted(options.password.reveal());
    if (!options.ca_file.empty()) text += " sslca=" + quoted(options.ca_file);
    return text;
}

std::vector<std::string> session_settings(const Options& options, SessionUse use) {
    if (options.driver == Driver::sqlite) {
        return {"pragma journal_mode=wal", "pragma synchronous=full", "pragma temp_store=memory"};
    }
    std::vector<std::string> settings{
        fmt::format("set names {0} collate {0}_bin", options.charset),
        "set session time_zone='+00:00', session sql_mode='STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION'",
        "set session transaction isolation level read committed",
    };
    // A writer frozen inside a transaction must not keep the shard row locked; a holder of the advisory lock
    // that is cut off must lose it. Both end when the server has heard nothing for a lease.
    if (use == SessionUse::write || use == SessionUse::lead || use == SessionUse::lease) {
        settings.push_back(fmt::format("set session innodb_lock_wait_timeout=2, session wait_timeout={}",
                                       std::max<std::int64_t>(1, options.lease.count())));
    }
    // The writer's every statement is part of a transaction: the first one begins it.
    if (use == SessionUse::write) settings.emplace_back("set session autocommit=0");
    return settings;
}

std::string_view begin_text(Driver driver, SessionUse use) {
    if (driver == Driver::sqlite) return "begin immediate";
    return use == SessionUse::write ? "" : "start transaction";
}

std::string_view for_update(Driver driver) { return driver == Driver::mysql ? " for update" : ""; }

std::string keep_existing(Driver driver, std::string_view key_column) {
    return driver == Driver::mysql ? fmt::format(" on duplicate key update {0} = {0}", key_column)
                                   : std::string(" on conflict do nothing");
}

std::string overwrite(Driver driver, std::string_view key_columns,
                      std::initializer_list<std::string_view> columns) {
    std::string text = driver == Driver::mysql ? std::string(" on duplicate key update ")
                                               : fmt::format(" on conflict ({}) do update set ", key_columns);
    const char* separator = "";
    for (const std::string_view column : columns) {
        text += driver == Driver::mysql ? fmt::format("{0}{1} = values({1})", separator, column)
                                        : fmt::format("{0}{1} = excluded.{1}", separator, column);
        separator = ", ";
    }
    return text;
}

std::string_view bytes_prefix(Driver driver) { return driver == Driver::mysql ? "_binary " : ""; }

std::size_t rows_per_statement(const Options& options) {
    return options.driver == Driver::mysql ? std::max<std::size_t>(1, options.batch_rows) : 1;
}

std::string_view now_expression(Driver driver) {
    return driver == Driver::mysql ? "cast(unix_timestamp(now(3)) * 1000 as signed)" : "";
}

}  // namespace ecron::store
