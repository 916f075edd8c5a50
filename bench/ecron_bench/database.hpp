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

/// The databases through their client libraries, with nothing in between: what fills tables before a
/// measurement, what reads them after it, and the limits that ecron is measured against. Errors: exceptions.
namespace ecron::bench {

enum class Driver : std::uint8_t { sqlite, mysql };

/// A value as text; nothing is NULL. Digits alone are written as a number.
using Row = std::vector<std::optional<std::string>>;
/// One row as it is read; the texts are good during the call, data() of NULL is nullptr.
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
    /// Streams the rows: none is kept (mysql_use_result, sqlite3_step).
    virtual void read(const std::string& sql, const std::function<void(Fields)>& each) = 0;
    /// One statement, or one transaction around a kept statement where the database is in the process
    /// (SQLite).
    virtual void insert(const Table& table, std::span<const Row> rows) = 0;
    /// The same, and a row whose `key` exists takes the new values of `changed`.
    virtual void upsert(const Table& table, std::span<const Row> rows, const std::string& key,
                        std::span<const std::string> changed) = 0;
    /// An empty table like another one, with its indexes.
    virtual void create_like(const std::string& name, const std::string& original) = 0;

    std::vector<Row> rows(const std::string& sql);
    std::string value(const std::string& sql);  // the first column of the first row
};

/// A database of its own, gone with this object. MySQL: the server that ECRON_TEST_MYSQL_HOST, _PORT, _USER
/// and _PASSWORD name. SQLite: a file in `folder`.
class Database {
public:
    static std::unique_ptr<Database> create(Driver driver, const std::string& folder);
    virtual ~Database() = default;
    virtual std::unique_ptr<Connection> connect() const = 0;
    /// The variables with which ecron finds it.
    [[nodiscard]] virtual std::vector<std::pair<std::string, std::string>> environment() const = 0;
};

namespace detail {
std::unique_ptr<Database> create_mysql();
std::unique_ptr<Database> create_sqlite(const std::string& folder);
/// "insert into t (a, b) values "
std::string insert_head(const Table& table);
}  // namespace detail

}  // namespace ecron::bench
