#pragma once
#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ecron_bench/http_client.hpp"
#include "ecron_bench/machine.hpp"

namespace ecron::bench {

using Environment = std::vector<std::pair<std::string, std::string>>;
inline constexpr std::string_view kApi = "/api/ecron-management/v1";

/// `ecron serve` as a child process on a free port of 127.0.0.1, its log in a file in `folder`. Stopped with
/// the object. Errors: exceptions with the end of the log.
class EcronProcess {
public:
    /// Returns once it is ready.
    EcronProcess(const std::string& binary, const std::string& folder, const std::string& log,
                 const Environment& environment);
    ~EcronProcess();
    EcronProcess(const EcronProcess&) = delete;
    EcronProcess& operator=(const EcronProcess&) = delete;

    /// SIGTERM; waits for the exit. Prints ecron's warnings to standard error: results with warnings need
    /// verification.
    void stop();
    void send(int signal) const;
    void kill();  // SIGKILL, and waits
    /// Returns true if it reports that it leads a shard.
    bool leads();

    [[nodiscard]] std::uint16_t port() const { return port_; }
    /// Returns the time from the start of the process to the first 200 of /health/ready.
    [[nodiscard]] std::chrono::duration<double> ready_after() const { return ready_after_; }
    [[nodiscard]] ProcessMemory memory() const { return memory_of(process_); }
    [[nodiscard]] double cpu_seconds() const { return cpu_seconds_of(process_); }
    /// Returns the value of `key=` in the last log line with that phrase; empty if there is none.
    [[nodiscard]] std::string logged(std::string_view phrase, std::string_view key) const;
    /// Returns a value of /metrics; `name` includes the labels as printed.
    double metric(std::string_view name);
    std::optional<double> find_metric(std::string_view name);

    HttpClient& api() { return *api_; }

private:
    void start(const std::string& binary, const std::string& folder, const Environment& environment);
    void wait_until_ready();
    [[nodiscard]] bool ended();
    void tell_warnings() const;
    [[noreturn]] void give_up(const std::string& problem) const;

    std::string log_;
    pid_t process_{0};
    std::uint16_t port_{0};
    std::chrono::duration<double> ready_after_{};
    std::unique_ptr<HttpClient> api_;
};

/// On SIGINT and SIGTERM, stops the running child, then this process; keeps the child's directory and
/// database.
void end_child_on_signals();

}  // namespace ecron::bench
