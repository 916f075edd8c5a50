#pragma once
#include <atomic>
#include <mutex>

#include "ecron/store/store.hpp"

/// What the store's threads know together: is the database there, and how much was done. Threads: any.
namespace ecron::store {

class State {
public:
    explicit State(const Clock& clock) : clock_(clock), since_(clock.now()) {}

    [[nodiscard]] bool available() const { return available_.load(std::memory_order_relaxed); }
    /// The connection is there. `problem` may still say that the database refuses to write.
    void good();
    void troubled(std::string problem);  // it answers, but not as it should
    void lost(std::string problem);
    [[nodiscard]] Health health() const;
    [[nodiscard]] Error unavailable() const;

    std::atomic<std::uint64_t> transactions{0}, rows_written{0}, rows_read{0}, retries{0}, reconnects{0},
        failures{0};
    std::atomic<std::uint64_t> commit_micros{0};

private:
    const Clock& clock_;
    std::atomic<bool> available_{true};
    mutable std::mutex mutex_;
    std::string problem_{};
    Instant since_;
};

}  // namespace ecron::store
