#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace ecron::e2e {

using Settings = std::map<std::string, std::string>;  // options of ecron by their keys

/// Where a MySQL or MariaDB server is.
struct Server {
    std::string host, user, password;
    std::uint16_t port{0};
};

/// A database for one test case, on SQLite or where ECRON_TEST_STORE says mysql: a temporary folder, and
/// there a file or on the server a database with a name of its own. Removed with the object.
class Database {
public:
    using Row = std::vector<std::string>;

    Database();
    explicit Database(Server server);
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    [[nodiscard]] static bool tests_mysql();
    [[nodiscard]] const std::string& folder() const { return folder_; }
    /// What tells ecron where it is.
    [[nodiscard]] Settings settings() const;
    /// Reads past ecron, or while it is down. NULL reads as empty.
    [[nodiscard]] std::vector<Row> rows(const std::string& query) const;
    [[nodiscard]] std::string value(const std::string& query) const;
    /// Of a server, without a database. Throws what it refuses.
    static std::vector<Row> ask(const Server& server, const std::string& query);

private:
    void make_folder();
    void make_database();

    std::string folder_;
    Server server_;
    std::string name_;  // on the server; empty: SQLite
};

}  // namespace ecron::e2e
