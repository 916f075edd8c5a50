#pragma once
#include <boost/asio/io_context.hpp>
#include <functional>

#include "ecron/base/async.hpp"
#include "ecron/store/store.hpp"

namespace ecron::store {

/// Keeps the bytes that tenants store up to date, for `Options::bytes_per_tenant`: one node measures them,
/// round after round, in small steps with rests of four times as long as each took; every node reads the
/// sums. Threads: the io_context's.
class UsageMeter {
public:
    /// Measures while `may_measure` says so: on one node.
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
