#pragma once
#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "e2e/api.hpp"
#include "e2e/database.hpp"

/// The real binary as a child process that is killed when the test exits.
namespace ecron::e2e {

class Ecron {
public:
    /// Does not start it. Its log and all relative paths are in `folder`.
    Ecron(std::string folder, Settings settings);
    ~Ecron();
    Ecron(const Ecron&) = delete;
    Ecron& operator=(const Ecron&) = delete;

    /// Starts it and waits until it is ready.
    void start(std::chrono::seconds within = std::chrono::seconds{30});
    /// Selects another binary for the next start, such as an older version.
    void run_as(std::string binary) { binary_ = std::move(binary); }
    /// Starts it and waits only until it listens.
    void launch(std::chrono::seconds within = std::chrono::seconds{30});
    /// Starts it without waiting.
    void spawn();
    /// Starts it, waits until it exits by itself and returns the exit code.
    int run_to_end();
    /// Runs another command, such as "db shards 4", and returns its exit code.
    int run_command(std::vector<std::string> words);
    void kill();      // SIGKILL
    int terminate();  // SIGTERM; waits; returns the exit code, or minus the signal that ended it
    void signal(int number) const;
    /// Waits for the exit; returns the exit code, or minus the signal that ended it.
    int wait_for_end();
    [[nodiscard]] bool runs();

    Settings& settings() { return settings_; }
    /// Flags of `ecron serve` for the next starts.
    std::vector<std::string>& flags() { return flags_; }
    /// Additional environment variables for the next starts.
    std::map<std::string, std::string>& environment() { return environment_; }
    Api& api() { return *api_; }
    [[nodiscard]] std::uint16_t port() const { return api_->port(); }
    [[nodiscard]] pid_t pid() const { return pid_; }
    /// Returns the log since the last start.
    [[nodiscard]] std::string log() const;
    [[nodiscard]] bool logged(const std::string& text) const { return log().find(text) != std::string::npos; }

private:
    [[nodiscard]] std::string stderr_path() const;
    void spawn(std::vector<std::string> words);

    std::string folder_;
    std::string binary_;
    Settings settings_;
    std::map<std::string, std::string> environment_;
    std::vector<std::string> flags_;
    int number_;  // of this object, for the names of its logs
    int starts_{0};
    pid_t pid_{-1};
    std::unique_ptr<Api> api_;
};

}  // namespace ecron::e2e
