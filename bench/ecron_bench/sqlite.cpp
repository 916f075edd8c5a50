#include <sqlite3.h>

#include <map>
#include <stdexcept>

#include "ecron_bench/database.hpp"

namespace ecron::bench {
namespace {

constexpr int kBusyMilliseconds = 10'000;

class SqliteConnection final : public Connection {
public:
    explicit SqliteConnection(const std::string& path) {
        if (sqlite3_open(path.c_str(), &sqlite_) != SQLITE_OK) {
            const std::string problem = sqlite3_errmsg(sqlite_);
            sqlite3_close(sqlite_);
            throw std::runtime_error("failed to open " + path + ": " + problem);
        }
        sqlite3_busy_timeout(sqlite_, kBusyMilliseconds);
        execute("pragma journal_mode=wal");
        execute("pragma synchronous=full");
    }
    ~SqliteConnection() override {
        for (const auto& [sql, statement] : kept_) sqlite3_finalize(statement);
        sqlite3_close(sqlite_);
    }
    SqliteConnection(const SqliteConnection&) = delete;
    SqliteConnection& operator=(const SqliteConnection&) = delete;

    void execute(const std::string& sql) override {
        if (sqlite3_exec(sqlite_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) give_up();
    }

    void read(const std::string& sql, const std::function<void(Fields)>& each) override {
        sqlite3_stmt* const statement = kept(sql);
        std::vector<std::string_view> fields(static_cast<std::size_t>(sqlite3_column_count(statement)));
        int step = SQLITE_ROW;
        while ((step = sqlite3_step(statement)) == SQLITE_ROW) {
            for (std::size_t i = 0; i < fields.size(); ++i) {
                const int column = static_cast<int>(i);
                const auto* const text =
                    reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
                const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, column));
                fields[i] = text == nullptr ? std::string_view{} : std::string_view{text, size};
            }
            each(fields);
        }
        sqlite3_reset(statement);
        if (step != SQLITE_DONE) give_up();
    }

    void insert(const Table& table, std::span<const Row> rows) override {
        write(detail::insert_head(table), "", rows);
    }

    void upsert(const Table& table, std::span<const Row> rows, const std::string& key,
                std::span<const std::string> changed) override {
        std::string tail = " on conflict (" + key + ") do update set ";
        for (const std::string& column : changed)
            tail += (&column == changed.data() ? "" : ", ") + column + " = excluded." + column;
        write(detail::insert_head(table), tail, rows);
    }

    void create_like(const std::string& name, const std::string& original) override {
        // Index names start with the name of their table.
        for (const Row& row : rows("select sql from sqlite_master where tbl_name = '" + original +
                                   "' and sql is not null order by type desc")) {
            std::string sql = row.front().value();
            for (std::size_t at = 0; (at = sql.find(original, at)) != sql.npos; at += name.size())
                sql.replace(at, original.size(), name);
            execute(sql);
        }
    }

private:
    [[noreturn]] void give_up() {
        throw std::runtime_error(std::string{"SQLite: "} + sqlite3_errmsg(sqlite_));
    }

    sqlite3_stmt* kept(const std::string& sql) {
        sqlite3_stmt*& statement = kept_[sql];
        if (statement == nullptr && sqlite3_prepare_v2(sqlite_, sql.data(), static_cast<int>(sql.size()),
                                                       &statement, nullptr) != SQLITE_OK)
            give_up();
        return statement;
    }

    void write(const std::string& head, const std::string& tail, std::span<const Row> rows) {
        std::string row = "(";
        for (std::size_t i = 0; i < rows.front().size(); ++i) row += i == 0 ? "?" : ", ?";
        sqlite3_stmt* const statement = kept(head + row + ")" + tail);
        if (rows.size() > 1) execute("begin immediate");
        for (const Row& values : rows) step(statement, values);
        if (rows.size() > 1) execute("commit");
    }

    void step(sqlite3_stmt* statement, const Row& values) {
        for (std::size_t i = 0; i < values.size(); ++i) {
            const int place = static_cast<int>(i) + 1;
            if (values[i])
                sqlite3_bind_text(statement, place, values[i]->data(), static_cast<int>(values[i]->size()),
                                  SQLITE_STATIC);
            else
                sqlite3_bind_null(statement, place);
        }
        const int done = sqlite3_step(statement);
        sqlite3_reset(statement);
        if (done != SQLITE_DONE) give_up();
    }

    sqlite3* sqlite_{nullptr};
    std::map<std::string, sqlite3_stmt*> kept_;
};

/// The file is removed with its directory.
class SqliteDatabase final : public Database {
public:
    explicit SqliteDatabase(const std::string& folder) : path_(folder + "/ecron.db") {}
    std::unique_ptr<Connection> connect() const override { return std::make_unique<SqliteConnection>(path_); }
    [[nodiscard]] std::vector<std::pair<std::string, std::string>> environment() const override {
        return {{"ECRON_DB_DRIVER", "sqlite"}, {"ECRON_DB_PATH", path_}};
    }

private:
    std::string path_;
};

}  // namespace

std::unique_ptr<Database> detail::create_sqlite(const std::string& folder) {
    return std::make_unique<SqliteDatabase>(folder);
}

}  // namespace ecron::bench
