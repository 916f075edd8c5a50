#pragma once
#include <array>
#include <chrono>

#include "ecron/base/async.hpp"
#include "ecron/base/time.hpp"

namespace ecron {

/// Measures how long handlers block an io_context: the delay of a timer that is always due. Threads: the
/// io_context's.
class LoopWatch {
public:
    static constexpr std::chrono::milliseconds kInterval{20};

    LoopWatch(boost::asio::io_context& io, const Clock& clock,
              std::chrono::microseconds interval = kInterval);

    /// Runs until stop().
    boost::asio::awaitable<void> run();
    void stop();
    /// Returns the longest delay of the last 60 to 90 seconds.
    [[nodiscard]] std::chrono::microseconds longest() const;

private:
    void note(std::chrono::microseconds delay);

    const Clock& clock_;
    const std::chrono::microseconds interval_;
    Wakeup wake_;
    bool stopping_{false};
    SteadyInstant since_;                                 // start of the current period
    std::array<std::chrono::microseconds, 3> longest_{};  // one per half minute, newest first
};

}  // namespace ecron
