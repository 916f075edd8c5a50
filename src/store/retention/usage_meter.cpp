#include "ecron/store/usage_meter.hpp"

#include <algorithm>

#include "ecron/base/log.hpp"

namespace ecron::store {
namespace {

using std::chrono::microseconds;

constexpr microseconds kBetweenRounds{std::chrono::seconds{10}};  // and between two reads of the sums
constexpr microseconds kUntilOpen{std::chrono::seconds{1}};       // the database may be unreachable at start
constexpr std::size_t kLooksAtStart = 10;
constexpr microseconds kShortestRest{std::chrono::milliseconds{5}};
constexpr microseconds kLongestRest{std::chrono::seconds{5}};
constexpr int kRestPerWork = 4;

}  // namespace

UsageMeter::UsageMeter(boost::asio::io_context& io, const Clock& clock, Store& store,
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
        co_await wake_.wait(read && !is_new ? kBetweenRounds : kUntilOpen);
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
        if (!is_done) log::debug("failed to measure bytes of tenants error={}", is_done.error().what);
        if (!is_done || *is_done) co_return;
        const auto took = std::chrono::duration_cast<microseconds>(clock_.steady() - begun);
        co_await wake_.wait(std::clamp(took * kRestPerWork, kShortestRest, kLongestRest));
    }
}

}  // namespace ecron::store
