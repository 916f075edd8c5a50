#pragma once
#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include "ecron/store/store.hpp"

namespace soci {
class soci_error;  // NOLINT(readability-identifier-naming)
class session;     // NOLINT(readability-identifier-naming)
}  // namespace soci

/// Every difference between SQLite and MySQL/MariaDB that the statements of this module meet.
namespace ecron::store {

/// Why a statement failed, as the store acts on it.
enum class SqlFault : std::uint8_t {
    duplicate,  // a unique key has that value
    again,      // deadlock, lock time-out, busy: the same transaction may pass now
    lost,       // the connection is gone
    no_room,    // disk full
    read_only,
    too_long,  // a value does not fit its column, or a statement the server's packet
    done,      // a change of the schema has been made before
    other,
};

/// A failed statement. The text names the database's error number, never SQL or values.
class SqlError final : public std::exception {
public:
    SqlError(SqlFault fault, int number, std::string text)
        : fault_(fault),
          number_(number),
          text_(std::move(text)) {}
    [[nodiscard]] const char* what() const noexcept override { return text_.c_str(); }
    [[nodiscard]] SqlFault fault() const { return fault_; }
    [[nodiscard]] int number() const { return number_; }

private:
    SqlFault fault_;
    int number_;
    std::string text_;
};

/// What a caller of the store is told.
Error to_error(const SqlError& error);
SqlError to_sql_error(Driver driver, soci::session* session, const soci::soci_error& error);

/// What a session is for decides its settings.
enum class SessionUse : std::uint8_t { write, read, migrate, lead, lease };

std::string connect_string(const Options& options, SessionUse use);
/// Statements that set a new session up.
std::vector<std::string> session_settings(const Options& options, SessionUse use);

/// Empty where the first statement begins the transaction.
[[nodiscard]] std::string_view begin_text(Driver driver, SessionUse use);
/// Appended to a select whose rows the transaction is about to change. SQLite has one writer and needs no
/// lock.
[[nodiscard]] std::string_view for_update(Driver driver);
/// Ends an insert so that a row whose key exists is left as it is.
[[nodiscard]] std::string keep_existing(Driver driver, std::string_view key_column);
/// Ends an insert so that a row whose key exists takes the new values of these columns.
[[nodiscard]] std::string overwrite(Driver driver, std::string_view key_columns,
                                    std::initializer_list<std::string_view> columns);
/// How a parameter of raw bytes is written; MySQL would else check them against the session's character set.
[[nodiscard]] std::string_view bytes_prefix(Driver driver);
/// Rows that one statement may carry. SQLite is in the process: a kept statement a row is the fastest there.
[[nodiscard]] std::size_t rows_per_statement(const Options& options);
/// The store's clock in Unix milliseconds as an SQL expression; empty where it is the process's own.
[[nodiscard]] std::string_view now_expression(Driver driver);

}  // namespace ecron::store
