#include "ecron/store/housekeeping.hpp"

#include <algorithm>

#include "ecron/base/log.hpp"

namespace ecron::store {
namespace {

using std::chrono::microseconds;

constexpr microseconds kBetweenRounds{std::chrono::minutes{10}};
// Interval between checks whether this node may work.
constexpr microseconds kUntilAskedAgain{std::chrono::seconds{1}};
constexpr microseconds kLongestRest{std::chrono::seconds{5}};
constexpr int kRestPerWork = 4;

microseconds rest_after(SteadyInstant begun, SteadyInstant now, microseconds shortest) {
    return std::clamp(std::chrono::duration_cast<microseconds>(now - begun) * kRestPerWork, shortest,
                      kLongestRest);
}

constexpr microseconds kBetweenMeasurements{std::chrono::seconds{10}};  // and between two reads of the sums
constexpr microseconds kUntilOpen{std::chrono::seconds{1}};  // the database may be unreachable at start
constexpr std::size_t kLooksAtStart = 10;

}  // namespace

RetentionLoop::RetentionLoop(boost::asio::io_context& io, const Clock& clock, Retention& store,
                             HistoryRule rule, std::function<bool()> may_work)
    : clock_(clock),
      store_(store),
      rule_(rule),
      may_work_(std::move(may_work)),
      wake_(io) {}

boost::asio::awaitable<void> RetentionLoop::run() {
    microseconds rest = kUntilAskedAgain;
    while (!stopping_) {
        co_await wake_.wait(rest);
        if (stopping_) co_return;
        rest = kUntilAskedAgain;
        if (may_work_()) rest = co_await step();
    }
}

void RetentionLoop::stop() {
    stopping_ = true;
    wake_.notify();
}

/// Returns how long to pause after the step.
boost::asio::awaitable<microseconds> RetentionLoop::step() {
    const SteadyInstant begun = clock_.steady();
    const Result<Trimmed> trimmed = co_await store_.trim_history(rule_, after_);
    if (!trimmed) {
        log::debug("failed to delete history: error={}", trimmed.error().what);
        co_return kLongestRest;
    }
    after_ = trimmed->after;
    removed_ += trimmed->executions;
    if (trimmed->executions + trimmed->others > 0)
        log::debug("deleted expired history executions={} others={}", trimmed->executions, trimmed->others);
    if (trimmed->round_ended) co_return kBetweenRounds;
    co_return rest_after(begun, clock_.steady(), std::chrono::milliseconds{20});
}

UsageMeter::UsageMeter(boost::asio::io_context& io, const Clock& clock, Usage& store,
                       std::function<bool()> may_measure)
    : clock_(clock),
      store_(store),
      may_measure_(std::move(may_measure)),
      wake_(io) {}

boost::asio::awaitable<void> UsageMeter::run() {
    for (std::size_t looks = 0; !stopping_; ++looks) {
        const bool measures = may_measure_();
        if (measures) co_await measure();
        const Result<void> read = co_await store_.read_bytes();
        if (stopping_) co_return;
        const bool is_new = !measures && looks < kLooksAtStart;  // it may become a leader soon
        co_await wake_.wait(read && !is_new ? kBetweenMeasurements : kUntilOpen);
    }
}

void UsageMeter::stop() {
    stopping_ = true;
    wake_.notify();
}

/// One round. An error ends it, and the next round starts from the beginning.
boost::asio::awaitable<void> UsageMeter::measure() {
    while (!stopping_ && may_measure_()) {
        const SteadyInstant begun = clock_.steady();
        const Result<bool> is_done = co_await store_.measure_bytes();
        if (!is_done) log::debug("failed to measure bytes of tenants: error={}", is_done.error().what);
        if (!is_done || *is_done) co_return;
        co_await wake_.wait(rest_after(begun, clock_.steady(), std::chrono::milliseconds{5}));
    }
}

}  // namespace ecron::store
