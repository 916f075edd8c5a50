#pragma once
#include <atomic>
#include <mutex>
#include <string>

#include "ecron/base/once_a_while.hpp"
#include "ecron/store/store.hpp"

/// What the store's threads know together: is the database there, and how much was done. Threads: any.
namespace ecron::store {

/// What ends a problem with the connection: passing faults end by themselves, the others need an operator.
enum class Trouble : std::uint8_t { passing, configuration };

class State {
public:
    /// `address`: the database as log lines name it.
    State(const Clock& clock, std::string address)
        : clock_(clock),
          address_(std::move(address)),
          since_(clock.now()) {}

    [[nodiscard]] bool available() const { return available_.load(std::memory_order_relaxed); }
    /// False: a write would be refused for certain, since the database is away or read-only.
    [[nodiscard]] bool takes_writes() const { return available() && !read_only_; }

    void opening();    // no connection was made yet
    void connected();  // the writer's session was opened
    void committed();  // a write was stored
    /// The database answers, and refused to store something; the next write may be tried.
    void refused_write(WriteRefusal reason, std::string problem);
    /// The database answers, and no write is tried until another session was opened.
    void became_read_only(std::string problem);
    void lost(std::string problem, Trouble trouble);
    [[nodiscard]] Health health() const;
    [[nodiscard]] Error unavailable() const;

    /// Sessions of an older generation belong to a server that was found to be read-only; each is replaced
    /// before its next use, since a new connection may reach the server that took over.
    [[nodiscard]] std::uint64_t generation() const { return generation_.load(std::memory_order_relaxed); }
    /// The same for sessions that only read, which a read-only server accepts: they are replaced once more
    /// when the writer has found the server that took over.
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

private:
    void works_again();
    void refused(WriteRefusal reason, std::string problem);

    const Clock& clock_;
    const std::string address_;
    std::atomic<bool> available_{true};
    std::atomic<bool> read_only_{false};
    std::atomic<std::uint64_t> generation_{0};
    std::atomic<std::uint64_t> recoveries_{0};  // of writing, after the server was read-only
    mutable std::mutex mutex_;
    WriteRefusal refusal_{WriteRefusal::none};
    std::string problem_{};
    Instant since_;
    OnceAWhile logged_{Seconds{60}, 8};
};

}  // namespace ecron::store
