#pragma once
#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>

#include "ecron/base/error.hpp"
#include "ecron/base/id.hpp"
#include "ecron/model/execution.hpp"
#include "ecron/model/job.hpp"

/// The scheduler interface that the message handlers use; a port, so that they can be tested without a
/// scheduler. Threads: the io_context's. The calls have the contracts of analysis::Scheduler.
namespace ecron::messages {

class Executions {
public:
    template <class T> using Awaitable = boost::asio::awaitable<Result<T>>;

    virtual ~Executions() = default;
    [[nodiscard]] virtual bool takes_writes() const = 0;
    virtual Awaitable<model::Execution> run_now(model::Job job, ExecuteId id) = 0;
    virtual Awaitable<void> succeeded(ExecuteId id, std::string result) = 0;
    virtual Awaitable<void> interrupted(ExecuteId id) = 0;
    /// An attempt failed; with `given_up` there is no retry.
    virtual Awaitable<void> failed(ExecuteId id, bool given_up) = 0;
    /// Starts an attempt that was offered to all nodes.
    virtual Awaitable<void> begin(ExecuteId id, int attempt) = 0;
    /// Jobs may have changed: read the change log now.
    virtual void look_at_changes() = 0;
};

}  // namespace ecron::messages
