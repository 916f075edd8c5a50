#pragma once
#include <array>
#include <chrono>
#include <functional>

#include "ecron/base/async.hpp"
#include "ecron/base/time.hpp"

namespace ecron {

/// Returns the processor time that the calling thread has used.
std::chrono::microseconds thread_cpu_time();

/// Measures an io_context by the delay of a timer that is always due: how late its handlers run, and how much
/// of that their predecessors worked. The rest of a delay was spent waiting for a processor, or blocked in a
/// system call. Threads: the io_context's.
class LoopWatch {
public:
    static constexpr std::chrono::milliseconds kInterval{20};
    using CpuTime = std::function<std::chrono::microseconds()>;

    struct Longest {
        std::chrono::microseconds delay{};  // of the timer
        std::chrono::microseconds work{};   // processor time of the handlers that delayed it
    };

    LoopWatch(boost::asio::io_context& io, const Clock& clock, CpuTime cpu_time = thread_cpu_time,
              std::chrono::microseconds interval = kInterval);

    /// Runs until stop().
    boost::asio::awaitable<void> run();
    void stop();
    /// Returns the maxima of the last 60 to 90 seconds.
    [[nodiscard]] Longest longest() const;

private:
    void note(Longest measured);

    const Clock& clock_;
    const CpuTime cpu_time_;
    const std::chrono::microseconds interval_;
    Wakeup wake_;
    bool stopping_{false};
    SteadyInstant since_;               // start of the current period
    std::array<Longest, 3> longest_{};  // one per half minute, newest first
};

}  // namespace ecron
