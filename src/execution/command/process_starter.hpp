#pragma once
#include <boost/asio/io_context.hpp>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

#include "execution/command/launch.hpp"
#include "execution/command/orphan_reaper.hpp"

namespace ecron::execution {

/// A thread that starts processes one after the other, so that the io_context's thread does not block.
/// Results are delivered on the io_context.
class ProcessStarter {
public:
    /// Called on the starter's thread: operations that may take time, such as searching for the program.
    using Prepare = std::move_only_function<Result<Program>()>;
    using Started = std::move_only_function<void(Result<Launched>)>;

    /// `cgroups` creates a cgroup for each process; nullptr: none.
    ProcessStarter(boost::asio::io_context& io, Confinement confinement, OrphanReaper& reaper,
                   CommandCgroups* cgroups);
    /// Completes a start in progress; its result, and those of queued starts, are not delivered.
    ~ProcessStarter();
    ProcessStarter(const ProcessStarter&) = delete;
    ProcessStarter& operator=(const ProcessStarter&) = delete;

    void start(Prepare prepare, CommandRecord& record, Started started);

private:
    struct Order {
        Prepare prepare;
        CommandRecord* record;
        Started started;
    };
    Result<Launched> start(const Program& program, CommandRecord& record);
    void run(const std::stop_token& stop);

    boost::asio::io_context& io_;
    const Confinement confinement_;
    OrphanReaper& reaper_;
    CommandCgroups* const cgroups_;
    std::mutex mutex_;
    std::condition_variable_any more_;
    std::deque<Order> orders_;
    std::jthread thread_;
};

}  // namespace ecron::execution
