#pragma once
#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>

#include "ecron/base/error.hpp"
#include "ecron/base/id.hpp"
#include "ecron/model/execution.hpp"
#include "ecron/model/job.hpp"

/// What messages need of whoever plans and runs. A port, so that their handling is tested without one.
/// Threads: the io_context's. The meaning of each call is that of analysis::Scheduler.
namespace ecron::messages {

class Executions {
public:
    template <class T> using Awaitable = boost::asio::awaitable<Result<T>>;

    virtual ~Executions() = default;
    [[nodiscard]] virtual bool takes_writes() const = 0;
    virtual Awaitable<model::Execution> run_now(model::Job job, ExecuteId id) = 0;
    virtual Awaitable<void> succeeded(ExecuteId id, std::string result) = 0;
    virtual Awaitable<void> interrupted(ExecuteId id) = 0;
    /// An attempt failed; with `given_up` it is the last one.
    virtual Awaitable<void> failed(ExecuteId id, bool given_up) = 0;
    /// Begins an attempt that was offered to all nodes.
    virtual Awaitable<void> begin(ExecuteId id, int attempt) = 0;
    /// Jobs may have changed: look at the change log now.
    virtual void look_at_changes() = 0;
};

}  // namespace ecron::messages
