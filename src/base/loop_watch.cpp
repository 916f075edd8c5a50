#include "ecron/base/loop_watch.hpp"

#include <algorithm>
#include <ctime>
#include <fstream>
#include <numeric>
#include <utility>

namespace ecron {
namespace {

constexpr std::chrono::seconds kPeriod{30};

LoopWatch::Longest longer(LoopWatch::Longest one, LoopWatch::Longest other) {
    return {.delay = std::max(one.delay, other.delay), .work = std::max(one.work, other.work)};
}

}  // namespace

ThreadTimes thread_times() {
    using std::chrono::nanoseconds, std::chrono::microseconds, std::chrono::duration_cast;
    std::timespec used{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    const nanoseconds worked = std::chrono::seconds{used.tv_sec} + nanoseconds{used.tv_nsec};
    static thread_local std::ifstream file{"/proc/thread-self/schedstat"};
    file.clear();
    file.seekg(0);
    file.sync();
    std::int64_t on_processor = 0, waited = 0;  // nanoseconds
    file >> on_processor >> waited;
    return {.worked = duration_cast<microseconds>(worked),
            .waited = duration_cast<microseconds>(nanoseconds{waited})};
}

LoopWatch::LoopWatch(boost::asio::io_context& io, const Clock& clock, Times times,
                     std::chrono::microseconds interval)
    : clock_(clock),
      times_(std::move(times)),
      interval_(interval),
      wake_(io),
      since_(clock.steady()) {}

boost::asio::awaitable<void> LoopWatch::run() {
    while (!stopping_) {
        const SteadyInstant due = clock_.steady() + interval_;
        const ThreadTimes before = times_();
        co_await wake_.wait(interval_);
        if (stopping_) break;
        const std::chrono::microseconds delay = clock_.steady() - due;
        const ThreadTimes after = times_();
        const auto waited = std::min(delay, after.waited - before.waited);
        note({.delay = delay, .work = std::min(delay - waited, after.worked - before.worked)});
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
