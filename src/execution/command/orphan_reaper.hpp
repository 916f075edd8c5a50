#pragma once
#include <condition_variable>
#include <mutex>
#include <thread>

#include "execution/command/command_records.hpp"

namespace ecron::execution {

/// Ends processes that a command leaves behind outside its process group, in a session or group of their own.
/// This process becomes the subreaper of its descendants, so that an orphan becomes its child; a child that
/// is neither a command nor belongs to a running one is killed and reaped. An orphan belongs to a running
/// command by its session, or by the ECRON_EXECUTE_ID in its environment. The owner must have no other
/// children. Threads: any; /proc is read on a separate thread. Errors: none; data that cannot be read is read
/// again later.
class OrphanReaper {
public:
    explicit OrphanReaper(const CommandRecords& records);
    /// Ends all remaining processes, regardless of their command; waits at most two seconds for their end.
    ~OrphanReaper();
    OrphanReaper(const OrphanReaper&) = delete;
    OrphanReaper& operator=(const OrphanReaper&) = delete;

    /// Requests a pass over the children: a command has started or ended.
    void request_pass();
    /// Held while a process is started: until it is recorded, it looks like an orphan.
    [[nodiscard]] std::unique_lock<std::mutex> hold() { return std::unique_lock{starts_}; }

private:
    struct Seen {
        std::size_t running{}, kept{}, killed{};
    };
    Seen pass();
    void await_pass(const std::stop_token& stop, const Seen& last);
    void run(const std::stop_token& stop);

    const CommandRecords& records_;
    std::mutex starts_;  // taken before mutex_
    std::mutex mutex_;
    std::condition_variable_any asked_;
    bool is_asked_{false};
    std::jthread thread_;
};

}  // namespace ecron::execution
