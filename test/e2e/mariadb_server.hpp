#pragma once
#include <sys/types.h>

#include <string>
#include <vector>

#include "e2e/database.hpp"

namespace ecron::e2e {

/// A MariaDB server that a test may kill. It listens on loopback, asks nobody for a password, and keeps its
/// data in a temporary folder, of the usual place or of another.
class MariadbServer {
public:
    /// Started; `options` as its command line has them.
    explicit MariadbServer(const std::string& under = {}, std::vector<std::string> options = {});
    ~MariadbServer();
    MariadbServer(const MariadbServer&) = delete;
    MariadbServer& operator=(const MariadbServer&) = delete;

    void start();
    void kill();  // SIGKILL
    void stop();  // SIGTERM, and waits for its end
    [[nodiscard]] bool runs();
    [[nodiscard]] Server address() const {
        return {.host = "127.0.0.1", .user = "root", .password = "", .port = port_};
    }

private:
    void end(int signal);

    std::string folder_;
    std::vector<std::string> options_;
    std::uint16_t port_{0};
    pid_t pid_{-1};
};

}  // namespace ecron::e2e
