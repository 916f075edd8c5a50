#pragma once
#include <boost/asio/io_context.hpp>
#include <functional>

#include "ecron/base/async.hpp"
#include "ecron/store/history.hpp"

namespace ecron::store {

/// Deletes expired history in rounds of small steps, pausing four times as long as each step took so that
/// other writes are not delayed. Works only while `may_work` returns true, which holds on one node at a time.
/// Threads: the io_context's.
class RetentionLoop {
public:
    RetentionLoop(boost::asio::io_context& io, const Clock& clock, Retention& store, HistoryRule rule,
                  std::function<bool()> may_work);
    boost::asio::awaitable<void> run();
    void stop();
    /// Number of executions deleted since start.
    [[nodiscard]] std::uint64_t removed() const { return removed_; }

private:
    boost::asio::awaitable<std::chrono::microseconds> step();

    const Clock& clock_;
    Retention& store_;
    const HistoryRule rule_;
    std::function<bool()> may_work_;
    Wakeup wake_;
    JobId after_{};
    std::uint64_t removed_{0};
    bool stopping_{false};
};

/// Keeps the number of bytes stored per tenant up to date, for `Options::bytes_per_tenant`. One node measures
/// in rounds of small steps, pausing four times as long as each step took; every node reads the sums.
/// Threads: the io_context's.
class UsageMeter {
public:
    /// Measures only while `may_measure` returns true, which holds on one node at a time.
    UsageMeter(boost::asio::io_context& io, const Clock& clock, Usage& store,
               std::function<bool()> may_measure);
    boost::asio::awaitable<void> run();
    void stop();

private:
    boost::asio::awaitable<void> measure();

    const Clock& clock_;
    Usage& store_;
    std::function<bool()> may_measure_;
    Wakeup wake_;
    bool stopping_{false};
};

}  // namespace ecron::store
