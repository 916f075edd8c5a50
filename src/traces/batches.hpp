#pragma once
#include <deque>
#include <optional>
#include <vector>

#include "traces/span.hpp"

namespace ecron::traces {

/// The spans that wait for export, in the order of their ends. Contains no clock. Threads: not thread-safe;
/// the owner makes every call.
class Batches {
public:
    /// At most `waiting` spans wait. A batch is due when it has `batch` spans, or when the oldest one has
    /// waited for `linger`.
    Batches(std::size_t batch, Millis linger, std::size_t waiting)
        : batch_(batch),
          linger_(linger),
          waiting_(waiting) {}

    [[nodiscard]] bool is_full() const { return spans_.size() >= waiting_; }
    [[nodiscard]] bool empty() const { return spans_.empty(); }
    [[nodiscard]] std::size_t size() const { return spans_.size(); }

    /// Requires that it is not full. Returns true if this changes when the next batch is due.
    bool add(Span span, SteadyInstant now);
    /// Returns the time until a batch is due, zero if it is; nullopt if nothing waits.
    [[nodiscard]] std::optional<std::chrono::microseconds> until_due(SteadyInstant now) const;
    /// Removes the oldest spans, at most a batch.
    std::vector<Span> take();

private:
    struct Waiting {
        SteadyInstant since;
        Span span;
    };
    std::size_t batch_;
    Millis linger_;
    std::size_t waiting_;
    std::deque<Waiting> spans_;
};

}  // namespace ecron::traces
