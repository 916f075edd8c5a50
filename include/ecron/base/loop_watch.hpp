#pragma once
#include <array>
#include <chrono>

#include "ecron/base/async.hpp"
#include "ecron/base/time.hpp"

namespace ecron {

/// How long handlers keep an io_context from what is due: the delay of a timer that is due all the time.
/// Threads: the io_context's.
class LoopWatch {
public:
    static constexpr std::chrono::milliseconds kInterval{20};

    LoopWatch(boost::asio::io_context& io, const Clock& clock,
              std::chrono::microseconds interval = kInterval);

    /// Until stop().
    boost::asio::awaitable<void> run();
    void stop();
    /// The longest delay of the last minute, and of up to half a minute more.
    [[nodiscard]] std::chrono::microseconds longest() const;

private:
    void note(std::chrono::microseconds delay);

    const Clock& clock_;
    const std::chrono::microseconds interval_;
    Wakeup wake_;
    bool stopping_{false};
    SteadyInstant since_;                                 // when the newest period began
    std::array<std::chrono::microseconds, 3> longest_{};  // of each half minute, the newest first
};

}  // namespace ecron
