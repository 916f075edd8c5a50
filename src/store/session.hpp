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

#include "store/dialect.hpp"

/// One connection of one thread, and its kept statements. The only place that knows SOCI; everything it
/// throws is a SqlError. Parameters are bound by position; results are read into 64-bit integers and strings
/// only, which is what both databases give back exactly.
namespace ecron::store {

/// Rows that a session has changed and read since it was last asked.
struct RowCounts {
    std::uint64_t written{0};
    std::uint64_t read{0};
};

/// The largest statement that reaches the server. A larger one must not be sent: the server would close the
/// connection. What stands between may take less than the server says, and is learnt from its refusal.
struct StatementLimit {
    std::size_t server{std::numeric_limits<std::size_t>::max()};
    std::size_t refused{std::numeric_limits<std::size_t>::max()};
    [[nodiscard]] std::size_t bytes() const { return std::min(server, refused); }
};

/// A prepared statement with places for its parameters and its result row. Types are one letter each: i
/// integer, s text, t text that others wrote (what is not UTF-8 in it is replaced), b bytes.
class Statement {
public:
    Statement(Driver driver, soci::session& session, const std::string& sql, std::string_view parameters,
              std::string_view columns, RowCounts& counts, StatementLimit& limit);
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;

    /// Starts over with the first parameter.
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

    /// Runs it; a statement with columns is then read with fetch(), to its end. Answers the rows found or
    /// changed.
    std::size_t run();
    bool fetch();
    /// Runs it and takes the first row; false where there is none.
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
    std::string beginning_;  // of the text, for the log
    std::size_t text_bytes_;
    RowCounts& counts_;
    StatementLimit& limit_;
    std::deque<Slot> parameters_;  // a deque: SOCI keeps references
    std::deque<Slot> columns_;
    std::unique_ptr<soci::statement> statement_;
    std::size_t next_{0};
    bool failed_{false};
};

/// A row by its columns as the driver streams it: no copies, NULL is a null pointer.
using StreamedRow = std::span<const std::string_view>;

/// The shape of an insert: kept statements exist for several numbers of rows of it.
struct Rows {
    std::string_view head;   // "insert into t (a, b) values "; the rows follow, or a select for each
    std::string_view types;  // of one row
    std::string tail{};
    std::string_view row_begin{"("};
    std::string_view row_end{")"};
    std::string_view separator{", "};
    std::span<const std::string_view> names{};  // of the columns, where a row is a select
};

/// A shape of insert for every dialect, each with a tail of its own.
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

/// A number in a row that transactions take turns to raise.
struct Counter {
    std::string_view table;
    std::string_view column;
    std::string_view condition;  // names the row
};

class TenantUsage;

class Session {
public:
    /// Connects at once. Throws SqlError; read_only where the use has to write and the server does not.
    Session(const Options& options, SessionUse use, const Clock& clock);
    ~Session();
    void reconnect();
    [[nodiscard]] bool connected() const { return session_ != nullptr; }
    void disconnect();
    /// Throws read_only where the server is.
    void refuse_read_only_server();

    /// The kept statement of this text, made the first time.
    Statement& prepare(std::string_view sql, std::string_view parameters = {}, std::string_view columns = {});
    /// Runs a text without parameters.
    void run(std::string_view sql);
    using BindRow = std::function<void(Statement&, std::size_t)>;  // binds one row
    using RowBytes = std::function<std::size_t(std::size_t)>;      // guesses its size
    /// Rows in as few statements as their number and size ask for. Answers the rows found or changed.
    std::size_t run_rows(const Rows& shape, std::size_t count, const BindRow& bind, const RowBytes& bytes);
    /// The same for an insert of new rows alone: answers the keys that the database gave them. Rows of one
    /// statement get keys in a row (MySQL manual, "AUTO_INCREMENT Handling in InnoDB": simple inserts).
    std::vector<std::int64_t> insert_rows(const Rows& shape, std::size_t count, const BindRow& bind,
                                          const RowBytes& bytes);

    void begin();
    void commit();
    void rollback() noexcept;

    /// Calls `each` for every row of a text without parameters, while it streams.
    std::size_t stream(std::string_view sql, std::size_t columns,
                       const std::function<void(StreamedRow)>& each);

    /// Locks the counter's row until the transaction ends and raises it; answers its new value.
    std::int64_t advance_counter(const Counter& counter, std::int64_t by);

    /// The clock of the store: the server's, or for SQLite the process's.
    Instant now();
    /// The same without a round trip: asked for once a second, and carried on by the steady clock.
    Instant recent_now();

    RowCounts take_counts() { return std::exchange(counts_, {}); }
    /// The name of a MySQL advisory lock of this database, as an SQL literal: 'ecron/<hash of the database's
    /// name>/<suffix>'. Every released version uses these names, so they must not change.
    std::string lock_name(std::string_view suffix);
    [[nodiscard]] const Dialect& dialect() const { return dialect_of(options_.driver); }
    [[nodiscard]] Driver driver() const { return options_.driver; }
    [[nodiscard]] const Options& options() const { return options_; }
    /// The commit of the last transaction was sent and its answer never came.
    [[nodiscard]] bool commit_unknown() const { return commit_unknown_; }
    [[nodiscard]] const StatementLimit& statement_limit() const { return limit_; }

    /// What tenants store, where writes are limited by it; nullptr: they are not.
    [[nodiscard]] const TenantUsage* usage() const { return usage_; }
    void limit_by(const TenantUsage* usage) { usage_ = usage; }

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
    const TenantUsage* usage_{nullptr};
    bool commit_unknown_{false};
    Instant asked_now_{};
    std::optional<SteadyInstant> asked_at_{};
    std::string lock_prefix_{};  // of lock_name; empty: not asked for yet
    std::int64_t key_step_{1};   // between two keys that the database gives; more in a cluster
};

/// ":p0, :p1, …" for a list in brackets.
std::string placeholders(std::size_t count, std::size_t first = 0);
/// The next size of a list that statements are kept for.
std::size_t list_size(std::size_t count);
inline constexpr std::size_t kLongestList = 128;

}  // namespace ecron::store
