#pragma once
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ecron/store/store.hpp"

namespace soci {
class backend_factory;  // NOLINT(readability-identifier-naming)
class soci_error;       // NOLINT(readability-identifier-naming)
class session;          // NOLINT(readability-identifier-naming)
}  // namespace soci

/// All differences between database servers: faults, sessions, SQL text.
namespace ecron::store {

class Session;

/// Class of a statement's failure, which determines the store's reaction.
enum class SqlFault : std::uint8_t {
    duplicate,  // a unique key already has that value
    again,      // deadlock, lock time-out, busy: the same transaction may succeed now
    lost,       // the connection was lost
    no_room,    // disk full
    read_only,
    too_long,  // a value exceeds its column, or a statement exceeds the server's packet size
    content,   // a value is not valid for its column: characters, range, JSON
    done,      // a schema change has already been made
    denied,    // the user, the schema, a right or the way of connecting is refused: an operator must act
    other,
};

/// Reaction to a fault.
enum class Remedy : std::uint8_t {
    retry,       // repeat the same transaction
    reconnect,   // repeat the same transaction on a new session
    refuse_row,  // permanent for this member of a batch: the others succeed without it
    refuse_all,  // permanent for all writes until the database is repaired
};
/// An unknown fault is attributed to one member, so that one unusual statement does not block the others.
[[nodiscard]] Remedy remedy_of(SqlFault fault);

/// A failed statement. The text contains the database's error number but neither SQL nor values; for a
/// refused connection or a missing right, the server's own message follows. Other messages of the server may
/// quote values, so message() may only be used for statements without values.
class SqlError final : public std::exception {
public:
    SqlError(SqlFault fault, int number, std::string text, std::string message = {})
        : fault_(fault),
          number_(number),
          text_(std::move(text)),
          message_(std::move(message)) {}
    [[nodiscard]] const char* what() const noexcept override { return text_.c_str(); }
    [[nodiscard]] SqlFault fault() const { return fault_; }
    [[nodiscard]] int number() const { return number_; }
    [[nodiscard]] const std::string& message() const { return message_; }

private:
    SqlFault fault_;
    int number_;
    std::string text_;
    std::string message_;
};

/// Returns the error for the caller of the store.
Error to_error(const SqlError& error);
/// Returns why the database cannot be opened, with the server's message if it refuses the connection or a
/// right. denied: a configuration error; unavailable: may be temporary.
Error to_opening_error(const SqlError& error);
/// Adds the address of the database to the error, for operators.
Error with_address(Error error, const Options& options);

/// The purpose of a session, which determines its settings.
enum class SessionUse : std::uint8_t { write, read, migrate, lead, lease };

/// Prevents other processes from migrating the same database while it exists. Without commit(), all changes
/// are lost if the database can roll back schema changes.
class MigrationLock {
public:
    MigrationLock() = default;
    virtual ~MigrationLock() = default;
    MigrationLock(const MigrationLock&) = delete;
    MigrationLock& operator=(const MigrationLock&) = delete;
    virtual void commit() = 0;
};

struct DialectFlags {
    /// True: one process at a time uses the database, enforced by a lock on its file. False: several nodes
    /// may use it, coordinated by the server's advisory locks and clock.
    bool owned_by_one_process{};
    /// SOCI reads a whole result into memory before its first row.
    bool buffers_results{};
    /// The server ends sessions that are idle for long.
    bool sessions_expire{};
    /// An update with Dialect::raised() returns the new value as the insert id.
    bool raised_is_insert_id{};
};

struct DialectTexts {
    /// Query for the difference between two consecutive generated keys; empty: 1.
    std::string_view key_step_query{};
    /// Query for the version of the server, or of the library.
    std::string_view version_query{};
    /// Query for a name and the cipher of the session's connection, which is empty without TLS; an empty text
    /// if there is no connection.
    std::string_view cipher_query{};
    /// Query for the name and the value ("1" if enabled) of the setting that makes each commit durable across
    /// crashes; an empty text if ecron sets it itself.
    std::string_view durability_query{};
    /// Expression that is 1 if the server is read-only, even if this user may write nevertheless; empty if
    /// there is no server.
    std::string_view read_only_expression{};
    /// Appended to a select whose rows the transaction is about to change; empty if there is only one writer.
    std::string_view for_update{};
    /// Query for connection, user, host and duration in seconds of the session that has held row locks for
    /// the longest time; empty if there is only one writer.
    std::string_view blocker_query{};
    /// Ends an insert into t_cron_missed: of two summaries that begin at the same instant, the longer one is
    /// kept.
    std::string_view keep_longer_summary{};
    /// Join of two tables in the written order.
    std::string_view ordered_join{};
    /// Prefix of a parameter with raw bytes.
    std::string_view bytes_prefix{};
    /// Query for the maximum statement size of the server in bytes; empty if there is no limit.
    std::string_view statement_limit_query{};
    /// SQL expression for the store's clock in Unix milliseconds; empty if it is the process's clock.
    std::string_view now_expression{};
    /// Ends a table definition.
    std::string_view table_options{};
    /// Query for table, column and declared type of all columns of ecron's tables, in order, without
    /// generated columns.
    std::string_view columns_query{};
    /// Query that returns "ok" or a description of the damage; empty if the server checks itself.
    std::string_view integrity_query{};
};

/// One kind of database server. Stateless; there is one object of each kind, with the lifetime of the
/// process. Differences between MySQL and MariaDB and between their versions are handled inside the MySQL
/// dialect.
class Dialect {
public:
    Dialect(const DialectFlags& the_flags, const DialectTexts& the_texts)
        : flags(the_flags),
          texts(the_texts) {}
    virtual ~Dialect() = default;
    Dialect(const Dialect&) = delete;
    Dialect& operator=(const Dialect&) = delete;

    const DialectFlags flags;
    const DialectTexts texts;

    // Sessions
    [[nodiscard]] virtual const soci::backend_factory& factory() const = 0;
    [[nodiscard]] virtual std::string connect_string(const Options& options, SessionUse use) const = 0;
    /// Statements that configure a new session.
    [[nodiscard]] virtual std::vector<std::string> session_settings(const Options& options,
                                                                    SessionUse use) const = 0;
    /// Converts the error of a failed statement, or of a connection that could not be opened (`session` is
    /// nullptr).
    [[nodiscard]] virtual SqlError to_sql_error(soci::session* session,
                                                const soci::soci_error& error) const = 0;
    /// The database as shown in log lines: host, port, user and schema, or the file.
    [[nodiscard]] virtual std::string address_of(const Options& options) const = 0;
    /// Returns true if there is a transaction to roll back. A fault may already have ended it.
    [[nodiscard]] virtual bool in_transaction(soci::session& session) const = 0;

    // Transactions and locks
    /// Empty if the first statement begins the transaction.
    [[nodiscard]] virtual std::string_view begin_text(SessionUse use) const = 0;
    /// Statements that begin a transaction which reads a consistent snapshot.
    [[nodiscard]] virtual std::vector<std::string_view> begin_snapshot() const = 0;

    // Statements
    /// Ends an insert so that a row with an existing key stays unchanged.
    [[nodiscard]] virtual std::string keep_existing(std::string_view key_column) const = 0;
    /// Ends an insert so that a row with an existing key takes the new values of these columns.
    [[nodiscard]] virtual std::string overwrite(std::string_view key_columns,
                                                std::initializer_list<std::string_view> columns) const = 0;
    /// Condition that a text column equals a parameter byte by byte, which MySQL collations do not compare.
    /// Uses the column's index. The value is bound twice in succession.
    [[nodiscard]] virtual std::string exactly(std::string_view column) const = 0;
    /// Condition that a text column is like a pattern, {}, whose escape character is !, regardless of the
    /// case of ASCII characters; others may be equal, too.
    [[nodiscard]] virtual std::string like(std::string_view column) const = 0;
    /// Condition that a text column contains the bytes of a parameter, {}.
    [[nodiscard]] virtual std::string has_bytes(std::string_view column) const = 0;
    /// After the name of a table in a query: reads it by this index.
    [[nodiscard]] virtual std::string use_index(std::string_view table, std::string_view index) const = 0;
    /// Expression for the size of a text or blob in bytes.
    [[nodiscard]] virtual std::string byte_length(std::string_view column) const = 0;
    /// Size of a text inside a statement, including quotes and escapes; 0 if values are sent separately from
    /// the statement.
    [[nodiscard]] virtual std::size_t bytes_in_statement(std::string_view value) const = 0;
    /// Returns true if the server or an intermediary refused a statement because of its size and closed the
    /// connection.
    [[nodiscard]] virtual bool is_packet_refusal(const SqlError& error) const = 0;
    /// Maximum number of rows in one statement.
    [[nodiscard]] virtual std::size_t rows_per_statement(const Options& options) const = 0;
    /// The value of a counter's column increased by the parameter :by.
    [[nodiscard]] virtual std::string raised(std::string_view column) const = 0;

    // Schema
    [[nodiscard]] virtual std::unique_ptr<MigrationLock> lock_migrations(Session& session) const = 0;
};

const Dialect& sqlite_dialect();
const Dialect& mysql_dialect();
inline const Dialect& dialect_of(Driver driver) {
    return driver == Driver::mysql ? mysql_dialect() : sqlite_dialect();
}

}  // namespace ecron::store
