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

/// Every difference between the database servers that this module meets: faults, sessions, SQL text.
namespace ecron::store {

class Session;

/// Why a statement failed, as the store acts on it.
enum class SqlFault : std::uint8_t {
    duplicate,  // a unique key has that value
    again,      // deadlock, lock time-out, busy: the same transaction may pass now
    lost,       // the connection is gone
    no_room,    // disk full
    read_only,
    too_long,  // a value does not fit its column, or a statement the server's packet
    content,   // a value is not one of its column's: characters, range, JSON
    done,      // a change of the schema has been made before
    denied,    // the user, the schema, a right or the way to connect is refused: an operator has to act
    other,
};

/// What helps against a fault.
enum class Remedy : std::uint8_t {
    retry,       // the same transaction again
    reconnect,   // the same transaction on a new session
    refuse_row,  // permanent for this member of a batch: the others pass without it
    refuse_all,  // permanent for every write until the database is repaired
};
/// An unknown fault counts as one member's, so that one odd statement does not stop the others.
[[nodiscard]] Remedy remedy_of(SqlFault fault);

/// A failed statement. The text names the database's error number, never SQL or values; that of a refused
/// connection or a missing right is followed by the server's own message. Other messages of the server may
/// quote values, so message() is for statements without any.
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

/// What a caller of the store is told.
Error to_error(const SqlError& error);
/// Why the database cannot be opened, in the server's own words where it refuses the connection or a right.
/// denied: by its configuration; unavailable: it may pass.
Error to_opening_error(const SqlError& error);
/// The error with the database that it is about, for an operator.
Error with_address(Error error, const Options& options);

/// What a session is for decides its settings.
enum class SessionUse : std::uint8_t { write, read, migrate, lead, lease };

/// Keeps other processes from migrating the same database while it exists. What was done is lost without
/// commit() where the database can undo changes of the schema.
class MigrationLock {
public:
    MigrationLock() = default;
    virtual ~MigrationLock() = default;
    MigrationLock(const MigrationLock&) = delete;
    MigrationLock& operator=(const MigrationLock&) = delete;
    virtual void commit() = 0;
};

/// One kind of database server. Stateless; there is one object of each kind, which lives as long as the
/// process. Differences between MySQL and MariaDB, and between their versions, are the MySQL dialect's own
/// matter.
class Dialect {
public:
    Dialect() = default;
    virtual ~Dialect() = default;
    Dialect(const Dialect&) = delete;
    Dialect& operator=(const Dialect&) = delete;

    /// One process at a time works with the database, and a lock on its file ensures that. Otherwise several
    /// nodes may, and the server's advisory locks and clock decide between them.
    [[nodiscard]] virtual bool owned_by_one_process() const = 0;

    // Sessions
    [[nodiscard]] virtual const soci::backend_factory& factory() const = 0;
    [[nodiscard]] virtual std::string connect_string(const Options& options, SessionUse use) const = 0;
    /// Statements that set a new session up.
    [[nodiscard]] virtual std::vector<std::string> session_settings(const Options& options,
                                                                    SessionUse use) const = 0;
    /// Selects by how much two keys that the database gives differ; empty: by 1.
    [[nodiscard]] virtual std::string_view key_step_query() const = 0;
    /// Selects a name and the cipher of the session's connection, which is empty without TLS; an empty text
    /// where there is no connection.
    [[nodiscard]] virtual std::string_view cipher_query() const = 0;
    /// Selects a name and the value, "1" if so, of the setting that makes each commit survive a crash; an
    /// empty text where ecron sets it itself.
    [[nodiscard]] virtual std::string_view durability_query() const = 0;
    /// SOCI reads a whole result into memory before its first row.
    [[nodiscard]] virtual bool buffers_results() const = 0;
    /// Of a failed statement, or of a connection that could not be opened: `session` is nullptr then.
    [[nodiscard]] virtual SqlError to_sql_error(soci::session* session,
                                                const soci::soci_error& error) const = 0;
    /// The database as log lines name it: host, port, user and schema, or the file.
    [[nodiscard]] virtual std::string address_of(const Options& options) const = 0;
    /// 1 where the server is read-only, whatever this user may do all the same; empty where there is no
    /// server.
    [[nodiscard]] virtual std::string_view read_only_expression() const = 0;
    /// The server ends a session that is idle for long.
    [[nodiscard]] virtual bool sessions_expire() const = 0;
    /// A rollback has something to end. A fault may have ended the transaction already.
    [[nodiscard]] virtual bool in_transaction(soci::session& session) const = 0;

    // Transactions and locks
    /// Empty where the first statement begins the transaction.
    [[nodiscard]] virtual std::string_view begin_text(SessionUse use) const = 0;
    /// Statements that begin a transaction which reads one state of the database.
    [[nodiscard]] virtual std::vector<std::string_view> begin_snapshot() const = 0;
    /// Appended to a select whose rows the transaction is about to change; empty where there is one writer.
    [[nodiscard]] virtual std::string_view for_update() const = 0;
    /// Selects connection, user, host and seconds of the session that has locked rows for longest; empty
    /// where there is one writer.
    [[nodiscard]] virtual std::string_view blocker_query() const = 0;

    // Statements
    /// Ends an insert so that a row whose key exists is left as it is.
    [[nodiscard]] virtual std::string keep_existing(std::string_view key_column) const = 0;
    /// Ends an insert so that a row whose key exists takes the new values of these columns.
    [[nodiscard]] virtual std::string overwrite(std::string_view key_columns,
                                                std::initializer_list<std::string_view> columns) const = 0;
    /// Ends an insert into t_cron_missed: of two summaries that begin with the same instant the longer one
    /// stays.
    [[nodiscard]] virtual std::string_view keep_longer_summary() const = 0;
    /// Condition that a text column equals a parameter byte by byte, which collations of MySQL do not
    /// compare. Uses the column's index. The value is bound twice, in a row.
    [[nodiscard]] virtual std::string exactly(std::string_view column) const = 0;
    /// The size of a text or blob in bytes, as an expression.
    [[nodiscard]] virtual std::string byte_length(std::string_view column) const = 0;
    /// Stands before a parameter of raw bytes.
    [[nodiscard]] virtual std::string_view bytes_prefix() const = 0;
    /// Selects the size of the largest statement that the server takes, in bytes; empty where there is no
    /// limit.
    [[nodiscard]] virtual std::string_view statement_limit_query() const = 0;
    /// Size of a text inside a statement, with quotes and escapes; 0 if values are sent apart from the
    /// statement.
    [[nodiscard]] virtual std::size_t bytes_in_statement(std::string_view value) const = 0;
    /// The server, or something before it, refused a statement for its size and has closed the connection.
    [[nodiscard]] virtual bool is_packet_refusal(const SqlError& error) const = 0;
    /// Rows that one statement may carry.
    [[nodiscard]] virtual std::size_t rows_per_statement(const Options& options) const = 0;
    /// The store's clock in Unix milliseconds as an SQL expression; empty where it is the process's own.
    [[nodiscard]] virtual std::string_view now_expression() const = 0;
    /// The value of a counter's column raised by the parameter :by.
    [[nodiscard]] virtual std::string raised(std::string_view column) const = 0;
    /// An update with raised() leaves the new value where the key of an insert is found.
    [[nodiscard]] virtual bool raised_is_insert_id() const = 0;

    // Schema
    [[nodiscard]] virtual std::unique_ptr<MigrationLock> lock_migrations(Session& session) const = 0;
    /// Ends the definition of a table.
    [[nodiscard]] virtual std::string_view table_options() const = 0;
    /// Selects table, column and declared type of all columns of ecron's tables, in order, but for generated
    /// ones.
    [[nodiscard]] virtual std::string_view columns_query() const = 0;
    /// Selects "ok" or what is damaged; empty where the server checks itself.
    [[nodiscard]] virtual std::string_view integrity_query() const = 0;
};

const Dialect& sqlite_dialect();
const Dialect& mysql_dialect();
inline const Dialect& dialect_of(Driver driver) {
    return driver == Driver::mysql ? mysql_dialect() : sqlite_dialect();
}

}  // namespace ecron::store
