#pragma once
#include <soci/soci.h>

#include <algorithm>
#include <deque>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "store/sql/dialect.hpp"

/// One connection of one thread, with its prepared statements. The only file that uses SOCI; it throws only
/// SqlError. Parameters are bound by position; results are read as 64-bit integers and strings only, which
/// both databases return exactly.
namespace ecron::store {

/// Rows that a session has changed and read since the last query of these counts.
struct RowCounts {
    std::uint64_t written{0};
    std::uint64_t read{0};
};

/// The maximum size of statements that reach the server. A larger one must not be sent, because the server
/// would close the connection. An intermediary may accept less than the server reports; this is learned from
/// its refusal.
struct StatementLimit {
    std::size_t server{std::numeric_limits<std::size_t>::max()};
    std::size_t refused{std::numeric_limits<std::size_t>::max()};
    [[nodiscard]] std::size_t bytes() const { return std::min(server, refused); }
};

/// A prepared statement with its parameters and its result row. Types are one letter each: i integer, s text,
/// t text from outside (invalid UTF-8 is replaced), b bytes.
class Statement {
public:
    Statement(Driver driver, soci::session& session, const std::string& sql, std::string_view parameters,
              std::string_view columns, RowCounts& counts, StatementLimit& limit);
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;

    /// Restarts with the first parameter.
    Statement& start() { return next_ = 0, *this; }
    Statement& operator<<(std::int64_t value);
    Statement& operator<<(int value) { return *this << std::int64_t{value}; }
    Statement& operator<<(bool value) { return *this << std::int64_t{value ? 1 : 0}; }
    Statement& operator<<(std::string_view value);
    Statement& operator<<(const std::string& value) { return *this << std::string_view(value); }
    Statement& operator<<(const char* value) { return *this << std::string_view(value); }
    Statement& operator<<(std::nullptr_t);
    template <class T> Statement& operator<<(const std::optional<T>& value) {
        return value ? *this << *value : *this << nullptr;
    }

    /// Runs the statement; one with columns must then be read to its end with fetch(). Returns the number of
    /// rows found or changed.
    std::size_t run();
    bool fetch();
    /// Runs the statement and reads the first row; returns false if there is none.
    bool first();

    [[nodiscard]] std::int64_t integer(std::size_t column) const;
    /// NULL reads as "".
    [[nodiscard]] const std::string& text(std::size_t column) const;
    [[nodiscard]] bool is_null(std::size_t column) const {
        return columns_[column].indicator == soci::i_null;
    }
    [[nodiscard]] bool failed() const { return failed_; }

private:
    struct Slot {
        char type{};
        long long number{};
        std::string text{};
        soci::indicator indicator{soci::i_null};
    };
    template <class Function> auto guarded(Function function);
    [[nodiscard]] std::size_t bytes() const;
    void refuse_if_too_large() const;

    Driver driver_;
    soci::session& session_;
    std::string beginning_;  // of the text, for log lines
    std::size_t text_bytes_;
    RowCounts& counts_;
    StatementLimit& limit_;
    std::deque<Slot> parameters_;  // a deque: SOCI keeps references
    std::deque<Slot> columns_;
    std::unique_ptr<soci::statement> statement_;
    std::size_t next_{0};
    bool failed_{false};
};

/// A row by columns as the driver streams it, without copies; NULL is a null pointer.
using StreamedRow = std::span<const std::string_view>;

/// Returns the value of an integer column of a streamed row; 0 for NULL.
std::int64_t integer_of(std::string_view column);

/// The shape of an insert: prepared statements are kept for several numbers of rows.
struct Rows {
    std::string_view head;   // "insert into t (a, b) values "; followed by the rows, or by one select per row
    std::string_view types;  // of one row
    std::string tail{};
    std::string_view row_begin{"("};
    std::string_view row_end{")"};
    std::string_view separator{", "};
    std::span<const std::string_view> names{};  // of the columns, if each row is a select
};

/// One insert shape per dialect, each with its own ending.
class DialectRows {
public:
    DialectRows(const Rows& shape, std::string (*tail)(const Dialect&))
        : sqlite_(with_tail(shape, tail(sqlite_dialect()))),
          mysql_(with_tail(shape, tail(mysql_dialect()))) {}
    [[nodiscard]] const Rows& of(Driver driver) const { return driver == Driver::mysql ? mysql_ : sqlite_; }

private:
    static Rows with_tail(Rows shape, std::string tail) {
        shape.tail = std::move(tail);
        return shape;
    }
    Rows sqlite_;
    Rows mysql_;
};

/// A number in a row that transactions increment one at a time.
struct Counter {
    std::string_view table;
    std::string_view column;
    std::string_view condition;  // selects the row
};

class TenantUsage;

class Session {
public:
    /// Connects immediately. Throws SqlError; read_only if the use requires writing and the server is
    /// read-only.
    Session(const Options& options, SessionUse use, const Clock& clock);
    ~Session();
    void reconnect();
    [[nodiscard]] bool connected() const { return session_ != nullptr; }
    void disconnect();
    /// Throws read_only if the server is read-only.
    void refuse_read_only_server();

    /// Returns the prepared statement for this text; prepares it on first use.
    Statement& prepare(std::string_view sql, std::string_view parameters = {}, std::string_view columns = {});
    /// Runs a statement without parameters.
    void run(std::string_view sql);
    using BindRow = std::function<void(Statement&, std::size_t)>;  // binds one row
    using RowBytes = std::function<std::size_t(std::size_t)>;      // estimates its size
    /// Runs the rows in as few statements as their number and size permit. Returns the number of rows found
    /// or changed.
    std::size_t run_rows(const Rows& shape, std::size_t count, const BindRow& bind, const RowBytes& bytes);
    /// The same for inserts of new rows only; returns the generated keys. Rows of one statement get
    /// consecutive keys (MySQL manual, "AUTO_INCREMENT Handling in InnoDB": simple inserts).
    std::vector<std::int64_t> insert_rows(const Rows& shape, std::size_t count, const BindRow& bind,
                                          const RowBytes& bytes);

    void begin();
    void commit();
    void rollback() noexcept;

    /// Calls `each` for every row of a query without parameters as it streams in.
    std::size_t stream(std::string_view sql, std::size_t columns,
                       const std::function<void(StreamedRow)>& each);

    /// Locks the counter's row until the transaction ends and increments it; returns the new value.
    std::int64_t advance_counter(const Counter& counter, std::int64_t by);

    /// The store's clock: the server's, or the process's for SQLite.
    Instant now();
    /// The same without a round trip: read once per second and extrapolated with the steady clock.
    Instant recent_now();

    RowCounts take_counts() { return std::exchange(counts_, {}); }
    /// Returns the name of a MySQL advisory lock of this database as an SQL literal: 'ecron/<hash of the
    /// database's name>/<suffix>'. All released versions use these names, so they must not change.
    std::string lock_name(std::string_view suffix);
    [[nodiscard]] const Dialect& dialect() const { return dialect_of(options_.driver); }
    [[nodiscard]] Driver driver() const { return options_.driver; }
    [[nodiscard]] const Options& options() const { return options_; }
    /// Returns true if the commit of the last transaction was sent and no response arrived.
    [[nodiscard]] bool commit_unknown() const { return commit_unknown_; }

    /// The bytes that tenants store, if writes are limited by them; otherwise nullptr.
    [[nodiscard]] TenantUsage* usage() const { return usage_; }
    void limit_by(TenantUsage* usage) { usage_ = usage; }

private:
    Statement& rows_statement(const Rows& shape, std::size_t count);
    void run_in_statements(const Rows& shape, std::size_t count, const BindRow& bind, const RowBytes& bytes,
                           const std::function<void(std::size_t rows, std::size_t changed)>& after);

    const Options& options_;
    SessionUse use_;
    const Clock& clock_;
    RowCounts counts_;
    StatementLimit limit_;
    std::unique_ptr<soci::session> session_;
    struct TextHash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
    };
    std::unordered_map<std::string, std::unique_ptr<Statement>, TextHash, std::equal_to<>> statements_;
    std::map<std::pair<const void*, std::size_t>, std::unique_ptr<Statement>> rows_statements_;
    TenantUsage* usage_{nullptr};
    bool commit_unknown_{false};
    Instant asked_now_{};
    std::optional<SteadyInstant> asked_at_{};
    std::string lock_prefix_{};  // of lock_name; empty: not read yet
    std::int64_t key_step_{1};   // between two consecutive generated keys; more than 1 in a cluster
};

/// Returns ":p0, :p1, …" for a list in parentheses.
std::string placeholders(std::size_t count, std::size_t first = 0);
/// The next larger size of a list for which statements are kept.
std::size_t list_size(std::size_t count);
inline constexpr std::size_t kLongestList = 128;

}  // namespace ecron::store
