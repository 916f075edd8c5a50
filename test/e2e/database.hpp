#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace ecron::e2e {

using Settings = std::map<std::string, std::string>;  // options of ecron by key

/// Address of a MySQL or MariaDB server.
struct Server {
    std::string host, user, password;
    std::uint16_t port{0};
};

/// A database for one test case, on SQLite or, if ECRON_TEST_STORE is mysql, on a server: a file in a
/// temporary directory or a database with a unique name. Removed with the object.
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
    /// Returns the options that point ecron to it.
    [[nodiscard]] Settings settings() const;
    /// Queries the database directly, also while ecron is stopped. NULL becomes an empty string.
    [[nodiscard]] std::vector<Row> rows(const std::string& query) const;
    [[nodiscard]] std::string value(const std::string& query) const;
    /// Returns the sessions of the server that use it. Asks without selecting it, so that sessions of earlier
    /// queries that the server has not closed yet are not counted.
    [[nodiscard]] std::size_t sessions() const;
    /// Queries a server without selecting a database. Throws on an error.
    static std::vector<Row> ask(const Server& server, const std::string& query);

private:
    void make_folder();
    void make_database();

    std::string folder_;
    Server server_;
    std::string name_;  // on the server; empty: SQLite
};

}  // namespace ecron::e2e
