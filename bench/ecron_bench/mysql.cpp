#include <mysql.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cstdlib>
#include <stdexcept>

#include "ecron_bench/database.hpp"

namespace ecron::bench {
namespace {

struct Server {
    std::string host;
    std::string port;
    std::string user;
    std::string password;

    static Server from_environment() {
        const auto variable = [](const char* name) {
            const char* const value = std::getenv(name);
            if (value == nullptr)
                throw std::runtime_error(std::string{name} +
                                         " is not set: run under scripts/with-mariadb, or name a server");
            return std::string{value};
        };
        return {variable("ECRON_TEST_MYSQL_HOST"), variable("ECRON_TEST_MYSQL_PORT"),
                variable("ECRON_TEST_MYSQL_USER"), variable("ECRON_TEST_MYSQL_PASSWORD")};
    }
    [[nodiscard]] unsigned port_number() const {
        unsigned number = 0;
        std::from_chars(port.data(), port.data() + port.size(), number);
        return number;
    }
};

class MysqlConnection final : public Connection {
public:
    MysqlConnection(const Server& server, const char* database) : mysql_(mysql_init(nullptr)) {
        if (mysql_real_connect(mysql_, server.host.c_str(), server.user.c_str(), server.password.c_str(),
                               database, server.port_number(), nullptr, 0) == nullptr) {
            const std::string problem = mysql_error(mysql_);
            mysql_close(mysql_);
            throw std::runtime_error("failed to connect to MySQL: " + problem);
        }
        mysql_set_character_set(mysql_, "utf8mb4");
    }
    ~MysqlConnection() override { mysql_close(mysql_); }
    MysqlConnection(const MysqlConnection&) = delete;
    MysqlConnection& operator=(const MysqlConnection&) = delete;

    void execute(const std::string& sql) override {
        if (mysql_real_query(mysql_, sql.data(), sql.size()) != 0) give_up();
    }

    void read(const std::string& sql, const std::function<void(Fields)>& each) override {
        execute(sql);
        const std::unique_ptr<MYSQL_RES, decltype(&mysql_free_result)> result{mysql_use_result(mysql_),
                                                                              &mysql_free_result};
        if (!result) give_up();
        std::vector<std::string_view> fields(mysql_num_fields(result.get()));
        while (const MYSQL_ROW row = mysql_fetch_row(result.get())) {
            const unsigned long* const lengths = mysql_fetch_lengths(result.get());
            for (std::size_t i = 0; i < fields.size(); ++i)
                fields[i] = row[i] == nullptr ? std::string_view{} : std::string_view{row[i], lengths[i]};
            each(fields);
        }
        if (mysql_errno(mysql_) != 0) give_up();
    }

    void insert(const Table& table, std::span<const Row> rows) override {
        write_values(table, rows);
        execute(sql_);
    }

    void upsert(const Table& table, std::span<const Row> rows, const std::string&,
                std::span<const std::string> changed) override {
        write_values(table, rows);
        const char* separator = " on duplicate key update ";
        for (const std::string& column : changed) {
            sql_ += separator + column + " = values(" + column + ")";
            separator = ", ";
        }
        execute(sql_);
    }

    void create_like(const std::string& name, const std::string& original) override {
        execute("create table " + name + " like " + original);
    }

private:
    [[noreturn]] void give_up() { throw std::runtime_error(std::string{"MySQL: "} + mysql_error(mysql_)); }

    void write_values(const Table& table, std::span<const Row> rows) {
        sql_ = detail::insert_head(table);
        for (const Row& row : rows) {
            sql_ += &row == rows.data() ? "(" : ", (";
            for (const auto& value : row) {
                if (&value != row.data()) sql_ += ',';
                write_value(value);
            }
            sql_ += ')';
        }
    }

    void write_value(const std::optional<std::string>& value) {
        const auto digit = [](char c) { return c >= '0' && c <= '9'; };
        if (!value) {
            sql_ += "null";
        } else if (!value->empty() && value->size() < 19 && std::ranges::all_of(*value, digit)) {
            sql_ += *value;
        } else {
            const std::size_t begin = sql_.size();
            sql_.resize(begin + 2 * value->size() + 3);
            sql_[begin] = '\'';
            const unsigned long size =
                mysql_real_escape_string(mysql_, sql_.data() + begin + 1, value->data(), value->size());
            sql_.resize(begin + 1 + size);
            sql_ += '\'';
        }
    }

    MYSQL* mysql_;
    std::string sql_;
};

class MysqlDatabase final : public Database {
public:
    MysqlDatabase() : server_(Server::from_environment()) {
        static std::atomic<int> number{0};
        name_ = "ecron_bench_" + std::to_string(::getpid()) + "_" + std::to_string(++number);
        MysqlConnection connection{server_, nullptr};
        connection.execute("create database " + name_ + " character set utf8mb4 collate utf8mb4_bin");
    }
    ~MysqlDatabase() override {
        try {
            MysqlConnection{server_, nullptr}.execute("drop database " + name_);
        } catch (const std::exception& error) {
            std::fprintf(stderr, "ecron-bench: database %s stays: %s\n", name_.c_str(), error.what());
        }
    }
    MysqlDatabase(const MysqlDatabase&) = delete;
    MysqlDatabase& operator=(const MysqlDatabase&) = delete;

    std::unique_ptr<Connection> connect() const override {
        return std::make_unique<MysqlConnection>(server_, name_.c_str());
    }
    [[nodiscard]] std::vector<std::pair<std::string, std::string>> environment() const override {
        return {{"ECRON_DB_DRIVER", "mysql"},      {"ECRON_DB_ADDR", server_.host},
                {"ECRON_DB_PORT", server_.port},   {"ECRON_DB_NAME", name_},
                {"ECRON_USER_NAME", server_.user}, {"ECRON_USER_PWD", server_.password}};
    }

private:
    Server server_;
    std::string name_;
};

}  // namespace

std::unique_ptr<Database> detail::create_mysql() { return std::make_unique<MysqlDatabase>(); }

}  // namespace ecron::bench
