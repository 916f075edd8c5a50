#pragma once
#include <sys/types.h>

#include <string>
#include <vector>

#include "e2e/database.hpp"

namespace ecron::e2e {

/// A database server that a test may kill: the one in ECRON_TEST_SERVER (scripts/database-server), or
/// MariaDB. It listens on loopback, its user root has no password, and its data is in a temporary directory,
/// in the default location or `under`.
class MariadbServer {
public:
    /// Returns true if the server under test is MariaDB, not MySQL.
    [[nodiscard]] static bool is_mariadb();
    /// Starts it; `options` are command-line options.
    explicit MariadbServer(const std::string& under = {}, std::vector<std::string> options = {});
    ~MariadbServer();
    MariadbServer(const MariadbServer&) = delete;
    MariadbServer& operator=(const MariadbServer&) = delete;

    void start();
    void kill();  // SIGKILL
    void stop();  // SIGTERM; waits for the exit
    [[nodiscard]] bool runs();
    [[nodiscard]] Server address() const {
        return {.host = "127.0.0.1", .user = "root", .password = "", .port = port_};
    }

private:
    void end(int signal);

    std::string name_;
    std::string folder_;
    std::vector<std::string> options_;
    std::uint16_t port_{0};
    pid_t pid_{-1};
};

}  // namespace ecron::e2e
