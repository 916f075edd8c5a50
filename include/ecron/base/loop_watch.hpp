#pragma once
#include <array>
#include <chrono>
#include <functional>

#include "ecron/base/async.hpp"
#include "ecron/base/time.hpp"

namespace ecron {

/// What a thread has done since it began.
struct ThreadTimes {
    std::chrono::microseconds worked{};  // on a processor
    std::chrono::microseconds waited{};  // for one; 0 if the kernel does not tell
};
/// Returns the calling thread's. Source: Linux, Documentation/scheduler/sched-stats.rst, /proc/PID/schedstat.
ThreadTimes thread_times();

/// Measures an io_context by the delay of a timer that is always due: how late its handlers run, and how much
/// of that is due to the handlers before them rather than to a busy machine. Threads: the io_context's.
class LoopWatch {
public:
    static constexpr std::chrono::milliseconds kInterval{20};
    using Times = std::function<ThreadTimes()>;

    struct Longest {
        std::chrono::microseconds delay{};  // of the timer
        std::chrono::microseconds work{};   // delay without waiting for a processor: work of handlers
    };

    LoopWatch(boost::asio::io_context& io, const Clock& clock, Times times = thread_times,
              std::chrono::microseconds interval = kInterval);

    /// Runs until stop().
    boost::asio::awaitable<void> run();
    void stop();
    /// Returns the maxima of the last 60 to 90 seconds.
    [[nodiscard]] Longest longest() const;

private:
    void note(Longest measured);

    const Clock& clock_;
    const Times times_;
    const std::chrono::microseconds interval_;
    Wakeup wake_;
    bool stopping_{false};
    SteadyInstant since_;               // start of the current period
    std::array<Longest, 3> longest_{};  // one per half minute, newest first
};

}  // namespace ecron
