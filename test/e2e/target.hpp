#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "ecron/base/time.hpp"

/// The target of jobs: a small HTTP server on its own thread that records every call and returns configured
/// responses.
namespace ecron::e2e {

struct Call {
    std::string method, path, body;
    std::map<std::string, std::string> headers;  // names in lower case
    Instant at{};

    [[nodiscard]] std::string header(const std::string& name) const;
    [[nodiscard]] std::string execution() const { return header("idempotency-key"); }
    [[nodiscard]] int attempt() const { return std::stoi(header("x-ecron-attempt")); }
    [[nodiscard]] Instant scheduled() const { return parse_rfc3339(header("x-ecron-scheduled-at")).value(); }
};

struct Answer {
    unsigned status{200};
    std::map<std::string, std::string> headers{};
    std::string body{"ok"};
    Millis delay{0};
    bool hangs{false};  // until release()
};

class Target {
public:
    using Script = std::function<Answer(const Call&)>;

    Target();
    ~Target();
    Target(const Target&) = delete;
    Target& operator=(const Target&) = delete;

    [[nodiscard]] std::string url(const std::string& path) const;
    /// Sets the script of a path; a path without a script returns 200. The script runs on the target's
    /// thread.
    void answer(const std::string& path, Script script);
    void answer(const std::string& path, Answer always);
    /// Returns 200 to the hanging and future calls of that path.
    void release(const std::string& path);

    [[nodiscard]] std::vector<Call> calls(const std::string& path) const;
    [[nodiscard]] std::vector<Call> calls() const;
    [[nodiscard]] std::size_t count(const std::string& path) const;
    /// Waits until there are that many.
    std::vector<Call> wait_for(const std::string& path, std::size_t count);
    /// Returns the number of hanging calls of that path whose caller still waits.
    [[nodiscard]] std::size_t hanging(const std::string& path) const;
    /// Returns the maximum number of concurrent calls of that path.
    [[nodiscard]] std::size_t most_at_once(const std::string& path) const;

private:
    struct Connection;
    struct Told {
        Script script;
        std::vector<std::size_t> calls;
        std::size_t under_way{0}, most_at_once{0}, hanging{0};
        bool released{false};
    };

    void serve();
    void accept_all();
    bool read_some(Connection& connection);
    void take_call(Connection& connection);
    bool write_some(Connection& connection);
    void finish(Connection& connection);
    void drop(int fd);
    void wake() const;

    int listener_{-1};
    int waker_{-1};
    std::uint16_t port_{0};
    std::atomic<bool> stopping_{false};
    std::map<int, Connection> connections_;  // used only by the thread

    mutable std::mutex mutex_;
    std::vector<Call> calls_;
    std::map<std::string, Told> told_;
    std::thread thread_;
};

}  // namespace ecron::e2e
