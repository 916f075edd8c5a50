#include "e2e/database.hpp"

#include <mysql.h>
#include <sqlite3.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <stdexcept>

#include "ecron/base/uuid.hpp"

namespace ecron::e2e {
namespace {

std::string environment(const char* name) {
    const char* const value = std::getenv(name);
    return value == nullptr ? std::string{} : std::string{value};
}

std::vector<Database::Row> ask_server(const Server& server, const std::string& database,
                                      const std::string& query) {
    const std::unique_ptr<MYSQL, void (*)(MYSQL*)> session(mysql_init(nullptr), mysql_close);
    if (mysql_real_connect(session.get(), server.host.c_str(), server.user.c_str(), server.password.c_str(),
                           database.empty() ? nullptr : database.c_str(), server.port, nullptr,
                           0) == nullptr ||
        mysql_query(session.get(), query.c_str()) != 0)
        throw std::runtime_error(std::string{"database: "} + mysql_error(session.get()));
    const std::unique_ptr<MYSQL_RES, void (*)(MYSQL_RES*)> result(mysql_store_result(session.get()),
                                                                  mysql_free_result);
    std::vector<Database::Row> rows;
    if (result == nullptr) return rows;
    const unsigned columns = mysql_num_fields(result.get());
    for (MYSQL_ROW row = mysql_fetch_row(result.get()); row != nullptr; row = mysql_fetch_row(result.get())) {
        Database::Row values;
        for (unsigned i = 0; i < columns; ++i) values.emplace_back(row[i] == nullptr ? "" : row[i]);
        rows.push_back(std::move(values));
    }
    return rows;
}

std::vector<Database::Row> ask_file(const std::string& path, const std::string& query) {
    sqlite3* opened = nullptr;
    sqlite3_open_v2(path.c_str(), &opened, SQLITE_OPEN_READWRITE, nullptr);
    const std::unique_ptr<sqlite3, int (*)(sqlite3*)> file(opened, sqlite3_close);
    sqlite3_busy_timeout(file.get(), 5'000);
    sqlite3_stmt* prepared = nullptr;
    sqlite3_prepare_v2(file.get(), query.c_str(), -1, &prepared, nullptr);
    const std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> statement(prepared, sqlite3_finalize);
    std::vector<Database::Row> rows;
    int step = prepared == nullptr ? SQLITE_ERROR : sqlite3_step(prepared);
    for (; step == SQLITE_ROW; step = sqlite3_step(prepared)) {
        Database::Row values;
        for (int i = 0; i < sqlite3_column_count(prepared); ++i) {
            const unsigned char* const text = sqlite3_column_text(prepared, i);
            values.emplace_back(text == nullptr ? "" : reinterpret_cast<const char*>(text));
        }
        rows.push_back(std::move(values));
    }
    if (step != SQLITE_DONE) throw std::runtime_error(std::string{"database: "} + sqlite3_errmsg(file.get()));
    return rows;
}

}  // namespace

bool Database::tests_mysql() { return environment("ECRON_TEST_STORE") == "mysql"; }

Database::Database() {
    make_folder();
    if (!tests_mysql()) return;
    server_ = {.host = environment("ECRON_TEST_MYSQL_HOST"),
               .user = environment("ECRON_TEST_MYSQL_USER"),
               .password = environment("ECRON_TEST_MYSQL_PASSWORD"),
               .port = static_cast<std::uint16_t>(std::stoi(environment("ECRON_TEST_MYSQL_PORT")))};
    make_database();
}

Database::Database(Server server) : server_(std::move(server)) {
    make_folder();
    make_database();
}

Database::~Database() {
    try {
        if (!name_.empty()) ask_server(server_, "", "drop database " + name_);
    } catch (const std::runtime_error&) {
        // the server was stopped first
    }
    std::filesystem::remove_all(folder_);
}

void Database::make_folder() {
    folder_ = std::filesystem::temp_directory_path() / ("ecron-e2e-" + random_uuid());
    std::filesystem::create_directories(folder_);
}

void Database::make_database() {
    name_ = "ecron_e2e_" + to_hex(random_bytes(8));
    ask_server(server_, "", "create database " + name_ + " character set utf8mb4 collate utf8mb4_bin");
}

Settings Database::settings() const {
    if (name_.empty()) return {{"db_driver", "sqlite"}, {"db_path", folder_ + "/ecron.db"}};
    return {{"db_driver", "mysql"},
            {"db_addr", server_.host},
            {"db_port", std::to_string(server_.port)},
            {"user_name", server_.user},
            {"user_pwd", server_.password},
            {"db_name", name_}};
}

std::vector<Database::Row> Database::rows(const std::string& query) const {
    return name_.empty() ? ask_file(folder_ + "/ecron.db", query) : ask_server(server_, name_, query);
}

std::vector<Database::Row> Database::ask(const Server& server, const std::string& query) {
    return ask_server(server, "", query);
}

std::size_t Database::sessions() const {
    return ask(server_, "select id from information_schema.processlist where db = '" + name_ + "'").size();
}

std::string Database::value(const std::string& query) const {
    const std::vector<Row> found = rows(query);
    return found.empty() ? std::string{} : found.front().front();
}

}  // namespace ecron::e2e
