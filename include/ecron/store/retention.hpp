#pragma once
#include <boost/asio/io_context.hpp>
#include <functional>

#include "ecron/base/async.hpp"
#include "ecron/store/store.hpp"

namespace ecron::store {

/// Deletes expired history in rounds of small steps, pausing four times as long as each step took so that
/// other writes are not delayed. Works only while `may_work` returns true, which holds on one node at a time.
/// Threads: the io_context's.
class Retention {
public:
    Retention(boost::asio::io_context& io, const Clock& clock, Store& store, HistoryRule rule,
              std::function<bool()> may_work);
    boost::asio::awaitable<void> run();
    void stop();
    /// Number of executions deleted since start.
    [[nodiscard]] std::uint64_t removed() const { return removed_; }

private:
    boost::asio::awaitable<std::chrono::microseconds> step();

    const Clock& clock_;
    Store& store_;
    const HistoryRule rule_;
    std::function<bool()> may_work_;
    Wakeup wake_;
    JobId after_{};
    std::uint64_t removed_{0};
    bool stopping_{false};
};

}  // namespace ecron::store
