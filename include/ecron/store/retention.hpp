#pragma once
#include <boost/asio/io_context.hpp>
#include <functional>

#include "ecron/base/async.hpp"
#include "ecron/store/store.hpp"

namespace ecron::store {

/// Removes what is old, round after round, in small steps with rests of four times as long as each took, so
/// that nobody waits for it. Works while `may_work` says so: on one node. Threads: the io_context's.
class Retention {
public:
    Retention(boost::asio::io_context& io, const Clock& clock, Store& store, HistoryRule rule,
              std::function<bool()> may_work);
    boost::asio::awaitable<void> run();
    void stop();
    /// Executions removed since start.
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
