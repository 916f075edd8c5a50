#pragma once
#include <atomic>
#include <mutex>
#include <string>

#include "ecron/base/log_limit.hpp"
#include "ecron/store/store.hpp"

/// State shared by the store's threads: whether the database is reachable, and counters. Threads: any.
namespace ecron::store {

/// How a connection problem ends: passing faults end by themselves, configuration faults need an operator.
enum class Trouble : std::uint8_t { passing, configuration };

class State {
public:
    /// `address`: the database as shown in log lines.
    State(const Clock& clock, std::string address)
        : clock_(clock),
          address_(std::move(address)),
          since_(clock.now()) {}

    [[nodiscard]] bool available() const { return available_.load(std::memory_order_relaxed); }
    /// Returns false if a write would certainly be refused, because the database is unreachable or read-only.
    [[nodiscard]] bool takes_writes() const { return available() && !read_only_; }

    void opening();                    // no connection has been made yet
    void opened(std::string version);  // of the database server
    void connected();                  // the writer's session was opened
    void committed();                  // a write was stored
    /// The database responds and refused a write; the next write may be tried.
    void refused_write(WriteRefusal reason, std::string problem);
    /// The database responds, but no write is tried until another session has been opened.
    void became_read_only(std::string problem);
    void lost(std::string problem, Trouble trouble);
    [[nodiscard]] Health health() const;
    [[nodiscard]] Error unavailable() const;

    /// Sessions of an older generation belong to a server that was found to be read-only. Each is replaced
    /// before its next use, since a new connection may reach the server that took over.
    [[nodiscard]] std::uint64_t generation() const { return generation_.load(std::memory_order_relaxed); }
    /// The same for sessions that only read, which a read-only server accepts: they are replaced once more
    /// after the writer has found the server that took over.
    [[nodiscard]] std::uint64_t readers_generation() const {
        return generation() + recoveries_.load(std::memory_order_relaxed);
    }
    /// A session of that generation found its server to be read-only.
    void leave_server(std::uint64_t generation) {
        generation_.compare_exchange_strong(generation, generation + 1);
    }

    std::atomic<std::uint64_t> transactions{0}, rows_written{0}, rows_read{0}, retries{0}, reconnects{0},
        failures{0};
    std::atomic<std::uint64_t> commit_micros{0};
    std::atomic<bool> slots{false};  // executions may hold slots of concurrency keys

private:
    void works_again();
    void refused(WriteRefusal reason, std::string problem);

    const Clock& clock_;
    const std::string address_;
    std::atomic<bool> available_{true};
    std::atomic<bool> read_only_{false};
    std::atomic<std::uint64_t> generation_{0};
    /// Number of times writing became possible again after the server was read-only.
    std::atomic<std::uint64_t> recoveries_{0};
    mutable std::mutex mutex_;
    WriteRefusal refusal_{WriteRefusal::none};
    std::string problem_{};
    std::string version_{};
    Instant since_;
    log::LineLimit logged_{log::LineRule{.lines = 1, .span = Seconds{60}, .sources = 8}};
};

}  // namespace ecron::store
