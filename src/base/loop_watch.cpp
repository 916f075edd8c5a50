#include "ecron/base/loop_watch.hpp"

#include <algorithm>
#include <ctime>
#include <numeric>
#include <utility>

namespace ecron {
namespace {

constexpr std::chrono::seconds kPeriod{30};

LoopWatch::Longest longer(LoopWatch::Longest one, LoopWatch::Longest other) {
    return {.delay = std::max(one.delay, other.delay), .work = std::max(one.work, other.work)};
}

}  // namespace

std::chrono::microseconds thread_cpu_time() {
    std::timespec used{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::seconds{used.tv_sec} +
                                                                 std::chrono::nanoseconds{used.tv_nsec});
}

LoopWatch::LoopWatch(boost::asio::io_context& io, const Clock& clock, CpuTime cpu_time,
                     std::chrono::microseconds interval)
    : clock_(clock),
      cpu_time_(std::move(cpu_time)),
      interval_(interval),
      wake_(io),
      since_(clock.steady()) {}

boost::asio::awaitable<void> LoopWatch::run() {
    while (!stopping_) {
        const SteadyInstant due = clock_.steady() + interval_;
        const std::chrono::microseconds used = cpu_time_();
        co_await wake_.wait(interval_);
        if (stopping_) break;
        const std::chrono::microseconds delay = clock_.steady() - due;
        // Work before the timer was due may be counted here, but never more than the delay.
        note({.delay = delay, .work = std::min(delay, cpu_time_() - used)});
    }
}

void LoopWatch::stop() {
    stopping_ = true;
    wake_.notify();
}

void LoopWatch::note(Longest measured) {
    const SteadyInstant now = clock_.steady();
    for (int period = 0; now - since_ >= kPeriod && period < std::ssize(longest_); ++period) {
        std::ranges::rotate(longest_, longest_.end() - 1);
        longest_.front() = {};
        since_ += kPeriod;
    }
    since_ = std::max(since_, now - kPeriod);
    longest_.front() = longer(longest_.front(), measured);
}

LoopWatch::Longest LoopWatch::longest() const {
    return std::accumulate(longest_.begin(), longest_.end(), Longest{}, longer);
}

}  // namespace ecron
