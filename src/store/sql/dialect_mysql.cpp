#include "store/sql/dialect.hpp"

#include <fmt/format.h>
#include <soci/mysql/soci-mysql.h>
#include <soci/soci.h>

#include <algorithm>

#include "ecron/base/log.hpp"
#include "store/sql/session.hpp"

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
constexpr int kTableReadOnly = 1036;
constexpr int kInnodbReadOnly = 1874;
constexpr int kDatabaseAccessDenied = 1044;
constexpr int kAccessDenied = 1045;
constexpr int kUnknownDatabase = 1049;
constexpr int kHostNotAllowed = 1130;
constexpr int kTableAccessDenied = 1142;
constexpr int kColumnAccessDenied = 1143;
constexpr int kPrivilegeMissing = 1227;
constexpr int kOldAuthentication = 1251;
constexpr int kRoutineAccessDenied = 1370;
constexpr int kPluginNotLoaded = 1524;
constexpr int kAccessDeniedNoPassword = 1698;
constexpr int kPasswordToBeChanged = 1820;
constexpr int kPasswordExpired = 1862;
constexpr int kAccountLocked = 3118;
constexpr int kSecureTransportRequired = 3159;
constexpr int kAccountLockedMariadb = 4151;
constexpr int kTlsRefused = 2026;
constexpr int kAuthenticationPluginMissing = 2059;
constexpr int kAuthenticationPluginFailed = 2061;
constexpr int kDataTooLong = 1406;
constexpr int kPacketTooLarge = 1153;
constexpr int kPacketTooLargeForClient = 2020;
constexpr int kRowTooLarge = 1118;
constexpr int kResultTooLarge = 1301;
constexpr int kNullValue = 1048;
constexpr int kOutOfRange = 1264;
constexpr int kTruncated = 1265;
constexpr int kCollationMix = 1267;
constexpr int kCollationMixOfThree = 1270;
constexpr int kCollationMixOfMany = 1271;
constexpr int kWrongValue = 1292;
constexpr int kInvalidString = 1300;
constexpr int kWrongValueForColumn = 1366;
constexpr int kExpressionOutOfRange = 1690;
constexpr int kSignalled = 1644;  // by a trigger
constexpr int kInvalidJson = 3140;
constexpr int kInvalidJsonCharset = 3144;
constexpr int kCheckViolated = 3819;
constexpr int kInconvertible = 3854;
constexpr int kCharactersInconvertible = 3988;
constexpr int kCheckViolatedMariadb = 4025;
constexpr int kTableExists = 1050;
constexpr int kDuplicateColumn = 1060;
constexpr int kDuplicateIndex = 1061;
constexpr int kNothingToDrop = 1091;
constexpr int kKilled = 1317;
constexpr int kConnectionKilled = 1927;
constexpr int kSessionKilled = 3169;       // MySQL 8
constexpr int kInteractionTimeout = 4031;  // MySQL 8.0.24: wait_timeout ended the session
constexpr int kClientErrors = 2000;  // 2000–2999: errors of the client library, all about the connection
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
        case kTableReadOnly:
        case kInnodbReadOnly:
            return SqlFault::read_only;
        case kDatabaseAccessDenied:
        case kAccessDenied:
        case kUnknownDatabase:
        case kHostNotAllowed:
        case kTableAccessDenied:
        case kColumnAccessDenied:
        case kPrivilegeMissing:
        case kOldAuthentication:
        case kRoutineAccessDenied:
        case kPluginNotLoaded:
        case kAccessDeniedNoPassword:
        case kPasswordToBeChanged:
        case kPasswordExpired:
        case kAccountLocked:
        case kSecureTransportRequired:
        case kAccountLockedMariadb:
            return SqlFault::denied;
        case kDataTooLong:
        case kPacketTooLarge:
        case kPacketTooLargeForClient:
        case kRowTooLarge:
        case kResultTooLarge:
            return SqlFault::too_long;
        case kNullValue:
        case kOutOfRange:
        case kTruncated:
        case kCollationMix:
        case kCollationMixOfThree:
        case kCollationMixOfMany:
        case kWrongValue:
        case kInvalidString:
        case kWrongValueForColumn:
        case kExpressionOutOfRange:
        case kSignalled:
        case kInvalidJson:
        case kInvalidJsonCharset:
        case kCheckViolated:
        case kInconvertible:
        case kCharactersInconvertible:
        case kCheckViolatedMariadb:
            return SqlFault::content;
        case kTableExists:
        case kDuplicateColumn:
        case kDuplicateIndex:
        case kNothingToDrop:
            return SqlFault::done;
        default:
            return number >= kClientErrors && number < kClientErrorsEnd ? SqlFault::lost : SqlFault::other;
    }
}

/// Faults during connecting may be temporary, except those of configuration.
SqlFault fault_of_connecting(int number) {
    using namespace mysql_error;
    const bool is_setting = number == kTlsRefused || number == kAuthenticationPluginMissing ||
                            number == kAuthenticationPluginFailed;
    const SqlFault fault = is_setting ? SqlFault::denied : fault_of_mysql(number);
    return fault == SqlFault::other ? SqlFault::lost : fault;
}

/// Quoting in SOCI's connection strings: single quotes around the value, a backslash before characters that
/// would end it.
std::string quoted_value(std::string_view value) {
    std::string text = "'";
    for (const char c : value) {
        if (c == '\'' || c == '\\') text += '\\';
        text += c;
    }
    return text += '\'';
}

/// An advisory lock, because the server commits each schema change separately.
class MysqlMigrationLock final : public MigrationLock {
public:
    explicit MysqlMigrationLock(Session& session) : session_(session), name_(session.lock_name("migrate")) {
        Statement& lock = session_.prepare(fmt::format("select get_lock({}, 120)", name_), "", "i");
        if (!lock.first() || lock.integer(0) != 1)
            throw SqlError(SqlFault::again, 0,
                           "another process has been migrating the database for two minutes");
    }
    ~MysqlMigrationLock() override {
        try {
            session_.run(fmt::format("do release_lock({})", name_));
        } catch (const SqlError& error) {
            log::debug("failed to release the migration lock, it ends with its connection: error={}",
                       error.what());
        }
    }
    MysqlMigrationLock(const MysqlMigrationLock&) = delete;
    MysqlMigrationLock& operator=(const MysqlMigrationLock&) = delete;
    void commit() override {}

private:
    Session& session_;
    std::string name_;
};

constexpr DialectFlags kMysqlFlags{
    .buffers_results = true, .sessions_expire = true, .raised_is_insert_id = true};
constexpr DialectTexts kMysqlTexts{
    .key_step_query = "select @@auto_increment_increment",
    .version_query = "select version()",
    .cipher_query = "show session status like 'Ssl_cipher'",
    .durability_query = "show variables like 'innodb_flush_log_at_trx_commit'",
    // The variables are words in newer versions and numbers in older ones.
    .read_only_expression =
        "concat(@@global.read_only) not in ('0', 'OFF') or "
        "concat(@@global.innodb_read_only) not in ('0', 'OFF')",
    .for_update = " for update",
    .blocker_query =
        "select t.trx_mysql_thread_id, coalesce(p.user, ''), coalesce(p.host, ''), timestampdiff(second, "
        "t.trx_started, now()) from information_schema.innodb_trx t left join information_schema.processlist "
        "p on p.id = t.trx_mysql_thread_id where t.trx_rows_locked > 0 and t.trx_mysql_thread_id <> "
        "connection_id() and p.db = database() order by t.trx_started limit 1",
    // MySQL 8 deprecates values(), but MariaDB and MySQL 5.7 do not support its replacement. Columns are
    // assigned in this order.
    .keep_longer_summary =
        " on duplicate key update f_count = if(values(f_to) > f_to, values(f_count), f_count), "
        "f_at = if(values(f_to) > f_to, values(f_at), f_at), f_to = greatest(f_to, values(f_to))",
    .ordered_join = "straight_join",
    // Otherwise the bytes would be validated against the session's character set.
    .bytes_prefix = "_binary ",
    .statement_limit_query = "select @@max_allowed_packet",
    .now_expression = "cast(unix_timestamp(now(3)) * 1000 as signed)",
    .table_options = " engine=innodb default charset=utf8mb4 collate=utf8mb4_bin",
    .columns_query =
        "select table_name, column_name, data_type from information_schema.columns where "
        "table_schema = database() and table_name like 't_cron_%' and "
        "coalesce(generation_expression, '') = '' order by table_name, ordinal_position",
};

class MysqlDialect final : public Dialect {
public:
    MysqlDialect() : Dialect(kMysqlFlags, kMysqlTexts) {}
    const soci::backend_factory& factory() const override { return *soci::factory_mysql(); }
    std::string connect_string(const Options& options, SessionUse use) const override;
    std::vector<std::string> session_settings(const Options& options, SessionUse use) const override;
    SqlError to_sql_error(soci::session* session, const soci::soci_error& error) const override;
    std::string address_of(const Options& options) const override {
        return fmt::format("host={} port={} user={} schema={}", options.host, options.port, options.user,
                           options.database);
    }
    bool in_transaction(soci::session&) const override { return true; }

    std::string_view begin_text(SessionUse use) const override {
        return use == SessionUse::write ? "" : "start transaction";
    }
    std::vector<std::string_view> begin_snapshot() const override {
        return {"set session transaction isolation level repeatable read",
                "start transaction with consistent snapshot, read only"};
    }

    std::string keep_existing(std::string_view key_column) const override {
        return fmt::format(" on duplicate key update {0} = {0}", key_column);
    }
    std::string overwrite(std::string_view key_columns,
                          std::initializer_list<std::string_view> columns) const override;
    // The first comparison finds the rows by index; the second one compares their bytes.
    std::string exactly(std::string_view column) const override {
        return fmt::format("{0} = :{0} and cast({0} as binary) = :{0}_bytes", column);
    }
    std::string like(std::string_view column) const override {
        return fmt::format("{} like {{}} collate utf8mb4_general_ci escape '!'", column);
    }
    // Twice as fast as a comparison of characters.
    std::string has_bytes(std::string_view column) const override {
        return fmt::format("instr(cast({} as binary), cast({{}} as binary)) > 0", column);
    }
    std::string use_index(std::string_view, std::string_view index) const override {
        return fmt::format(" force index ({})", index);
    }
    std::size_t bytes_in_statement(std::string_view value) const override {
        constexpr std::string_view kEscaped{"\0\n\r\\'\"\x1a", 7};  // same as mysql_real_escape_string
        const auto escaped = std::ranges::count_if(value, [&](char c) { return kEscaped.contains(c); });
        return value.size() + static_cast<std::size_t>(escaped) + 2;
    }
    bool is_packet_refusal(const SqlError& error) const override {
        return error.number() == mysql_error::kPacketTooLarge;
    }
    std::size_t rows_per_statement(const Options& options) const override {
        return std::max<std::size_t>(1, options.batch_rows);
    }
    std::string byte_length(std::string_view column) const override {
        return fmt::format("length({})", column);
    }
    std::string raised(std::string_view column) const override {
        return fmt::format("last_insert_id({} + :by)", column);
    }

    std::unique_ptr<MigrationLock> lock_migrations(Session& session) const override {
        return std::make_unique<MysqlMigrationLock>(session);
    }
};

}  // namespace

SqlError MysqlDialect::to_sql_error(soci::session* session, const soci::soci_error& error) const {
    const auto* own = dynamic_cast<const soci::mysql_soci_error*>(&error);
    if (own == nullptr) return {SqlFault::other, 0, "error of the client library"};
    const int number = static_cast<int>(own->err_num_);
    const SqlFault fault = session == nullptr ? fault_of_connecting(number) : fault_of_mysql(number);
    std::string text = fmt::format("MySQL error {}", number);
    // Other messages of the server may quote values.
    if (session == nullptr || fault == SqlFault::denied) text += ": " + own->get_error_message();
    return {fault, number, std::move(text), own->get_error_message()};
}

std::string MysqlDialect::connect_string(const Options& options, SessionUse use) const {
    // A migration may rewrite a large table in one statement; no other statement may take that long.
    const auto read_timeout = use == SessionUse::lead      ? Seconds{2}
                              : use == SessionUse::lease   ? std::max(Seconds{2}, options.lease)
                              : use == SessionUse::migrate ? Seconds{3'600}
                                                           : options.read_timeout;
    const bool impatient = use == SessionUse::lead || use == SessionUse::lease;
    const auto connect_timeout = impatient ? Seconds{2} : options.connect_timeout;
    std::string text = fmt::format(
        "host={} port={} dbname={} user={} charset=utf8mb4 connect_timeout={} read_timeout={} "
        "write_timeout={}",
        quoted_value(options.host), options.port, quoted_value(options.database), quoted_value(options.user),
        connect_timeout.count(), read_timeout.count(), options.write_timeout.count());
    if (!options.password.empty()) text += " password=" + quoted_value(options.password.reveal());
    if (!options.ca_file.empty()) text += " sslca=" + quoted_value(options.ca_file);
    return text;
}

std::vector<std::string> MysqlDialect::session_settings(const Options& options, SessionUse use) const {
    std::vector<std::string> settings{
        "set names utf8mb4 collate utf8mb4_bin",
        "set session time_zone='+00:00', session sql_mode='STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION'",
        "set session transaction isolation level read committed",
        // MariaDB would read all enabled jobs of a tenant and sort them, although an index has them in order.
        "set session optimizer_switch='index_merge_intersection=off'",
    };
    // A writer that is frozen inside a transaction must not keep the shard's row locked, and a lock holder
    // that is cut off must lose its advisory locks. Both sessions end when the server has received nothing
    // for the length of a lease.
    if (use == SessionUse::write || use == SessionUse::lead || use == SessionUse::lease) {
        settings.push_back(fmt::format("set session innodb_lock_wait_timeout=2, session wait_timeout={}",
                                       std::max<std::int64_t>(1, options.lease.count())));
    }
    // Every statement of the writer is part of a transaction, which the first one begins.
    if (use == SessionUse::write) settings.emplace_back("set session autocommit=0");
    return settings;
}

std::string MysqlDialect::overwrite(std::string_view, std::initializer_list<std::string_view> columns) const {
    std::string text = " on duplicate key update ";
    const char* separator = "";
    for (const std::string_view column : columns) {
        text += fmt::format("{0}{1} = values({1})", separator, column);
        separator = ", ";
    }
    return text;
}

const Dialect& mysql_dialect() {
    static const MysqlDialect dialect;
    return dialect;
}

}  // namespace ecron::store
