#include "ecron/store/retention.hpp"

#include <algorithm>

#include "ecron/base/log.hpp"

namespace ecron::store {
namespace {

using std::chrono::microseconds;

constexpr microseconds kBetweenRounds{std::chrono::minutes{10}};
// Interval between checks whether this node may work.
constexpr microseconds kUntilAskedAgain{std::chrono::seconds{1}};
constexpr microseconds kShortestRest{std::chrono::milliseconds{20}};
constexpr microseconds kLongestRest{std::chrono::seconds{5}};
constexpr int kRestPerWork = 4;

}  // namespace

Retention::Retention(boost::asio::io_context& io, const Clock& clock, Store& store, HistoryRule rule,
                     std::function<bool()> may_work)
    : clock_(clock),
      store_(store),
      rule_(rule),
      may_work_(std::move(may_work)),
      wake_(io) {}

boost::asio::awaitable<void> Retention::run() {
    microseconds rest = kUntilAskedAgain;
    while (!stopping_) {
        co_await wake_.wait(rest);
        if (stopping_) co_return;
        rest = kUntilAskedAgain;
        if (may_work_()) rest = co_await step();
    }
}

void Retention::stop() {
    stopping_ = true;
    wake_.notify();
}

/// Returns how long to pause after the step.
boost::asio::awaitable<microseconds> Retention::step() {
    const SteadyInstant begun = clock_.steady();
    const Result<Trimmed> trimmed = co_await store_.trim_history(rule_, after_);
    if (!trimmed) {
        log::debug("failed to delete history error={}", trimmed.error().what);
        co_return kLongestRest;
    }
    after_ = trimmed->after;
    removed_ += trimmed->executions;
    if (trimmed->executions + trimmed->others > 0)
        log::debug("deleted expired history executions={} others={}", trimmed->executions, trimmed->others);
    if (trimmed->round_ended) co_return kBetweenRounds;
    const auto took = std::chrono::duration_cast<microseconds>(clock_.steady() - begun);
    co_return std::clamp(took * kRestPerWork, kShortestRest, kLongestRest);
}

}  // namespace ecron::store
