#pragma once
#include <boost/asio/io_context.hpp>
#include <functional>

#include "ecron/base/async.hpp"
#include "ecron/store/store.hpp"

namespace ecron::store {

/// Keeps the number of bytes stored per tenant up to date, for `Options::bytes_per_tenant`. One node measures
/// in rounds of small steps, pausing four times as long as each step took; every node reads the sums.
/// Threads: the io_context's.
class UsageMeter {
public:
    /// Measures only while `may_measure` returns true, which holds on one node at a time.
    UsageMeter(boost::asio::io_context& io, const Clock& clock, Store& store,
               std::function<bool()> may_measure);
    boost::asio::awaitable<void> run();
    void stop();

private:
    boost::asio::awaitable<void> measure();

    const Clock& clock_;
    Store& store_;
    std::function<bool()> may_measure_;
    Wakeup wake_;
    bool stopping_{false};
};

}  // namespace ecron::store
