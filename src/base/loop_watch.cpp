#include "ecron/base/loop_watch.hpp"

#include <algorithm>

namespace ecron {
namespace {

constexpr std::chrono::seconds kPeriod{30};

}  // namespace

LoopWatch::LoopWatch(boost::asio::io_context& io, const Clock& clock, std::chrono::microseconds interval)
    : clock_(clock),
      interval_(interval),
      wake_(io),
      since_(clock.steady()) {}

boost::asio::awaitable<void> LoopWatch::run() {
    while (!stopping_) {
        const SteadyInstant due = clock_.steady() + interval_;
        co_await wake_.wait(interval_);
        if (!stopping_) note(clock_.steady() - due);
    }
}

void LoopWatch::stop() {
    stopping_ = true;
    wake_.notify();
}

void LoopWatch::note(std::chrono::microseconds delay) {
    const SteadyInstant now = clock_.steady();
    for (int period = 0; now - since_ >= kPeriod && period < std::ssize(longest_); ++period) {
        std::ranges::rotate(longest_, longest_.end() - 1);
        longest_.front() = {};
        since_ += kPeriod;
    }
    since_ = std::max(since_, now - kPeriod);
    longest_.front() = std::max(longest_.front(), delay);
}

std::chrono::microseconds LoopWatch::longest() const { return std::ranges::max(longest_); }

}  // namespace ecron
