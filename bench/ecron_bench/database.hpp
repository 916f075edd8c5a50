#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Direct access to the databases through their client libraries: fills tables before a measurement, reads
/// them afterwards, and measures the limits that ecron is compared with. Errors: exceptions.
namespace ecron::bench {

enum class Driver : std::uint8_t { sqlite, mysql };

/// A value as text; nullopt is NULL. Text consisting of digits is written as a number.
using Row = std::vector<std::optional<std::string>>;
/// One row while it is read; the texts are valid during the call; data() of NULL is nullptr.
using Fields = std::span<const std::string_view>;

struct Table {
    std::string name;
    std::vector<std::string> columns;
};

/// One session. Threads: one at a time.
class Connection {
public:
    virtual ~Connection() = default;
    virtual void execute(const std::string& sql) = 0;
    /// Streams the rows without storing them (mysql_use_result, sqlite3_step).
    virtual void read(const std::string& sql, const std::function<void(Fields)>& each) = 0;
    /// One statement, or for an in-process database (SQLite) one transaction with a prepared statement.
    virtual void insert(const Table& table, std::span<const Row> rows) = 0;
    /// As above; a row whose `key` exists takes the new values of `changed`.
    virtual void upsert(const Table& table, std::span<const Row> rows, const std::string& key,
                        std::span<const std::string> changed) = 0;
    /// Creates an empty table like another one, with its indexes.
    virtual void create_like(const std::string& name, const std::string& original) = 0;

    std::vector<Row> rows(const std::string& sql);
    std::string value(const std::string& sql);  // the first column of the first row
};

/// What a server has done since it started, by its own counters.
struct ServerWork {
    double statements{}, transactions{}, received{}, sent{};  // bytes

    friend ServerWork operator-(const ServerWork& left, const ServerWork& right) {
        return {left.statements - right.statements, left.transactions - right.transactions,
                left.received - right.received, left.sent - right.sent};
    }
};
/// Returns nullopt for SQLite, which has no server.
std::optional<ServerWork> server_work(Connection& connection, Driver driver);

/// A temporary database, removed with the object. MySQL: on the server in ECRON_TEST_MYSQL_HOST, _PORT, _USER
/// and _PASSWORD. SQLite: a file in `folder`.
class Database {
public:
    static std::unique_ptr<Database> create(Driver driver, const std::string& folder);
    virtual ~Database() = default;
    virtual std::unique_ptr<Connection> connect() const = 0;
    /// Returns the environment variables that point ecron to it.
    [[nodiscard]] virtual std::vector<std::pair<std::string, std::string>> environment() const = 0;
};

namespace detail {
std::unique_ptr<Database> create_mysql();
std::unique_ptr<Database> create_sqlite(const std::string& folder);
/// Returns "insert into t (a, b) values "
std::string insert_head(const Table& table);
}  // namespace detail

}  // namespace ecron::bench
