#pragma once
#include <sys/types.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_set>
#include <vector>

#include "ecron/base/error.hpp"
#include "ecron/base/id.hpp"
#include "ecron/base/time.hpp"
#include "execution/command/descriptor.hpp"

/// Records of the processes that ecron has started, for the next start in case ecron is killed: a file in the
/// run directory, mapped into memory so that a record costs no system call. Its contents survive the process,
/// and need not survive the machine. The file stays locked while its ecron process lives.
namespace ecron::execution {

/// One process. The child writes its record before it executes the command, so that it never runs unrecorded:
/// its start time lies between two readings of CLOCK_BOOTTIME, which together with its pid identifies it
/// uniquely.
struct CommandRecord {
    std::atomic<std::int32_t> pid{0};  // leader of its session and process group; 0: unused. Written last
    std::int64_t earliest{0};          // nanoseconds since boot
    std::int64_t latest{0};
    std::array<char, 40> execution{};  // execute id, NUL-terminated
};

/// A running command, by its record.
struct RunningCommand {
    pid_t leader{};
    std::string execution;
};

/// Threads: the io_context's, except running().
class CommandRecords {
public:
    /// Creates the directory if missing, accessible by its owner only.
    static Result<std::unique_ptr<CommandRecords>> open(const std::string& directory, std::size_t most);
    ~CommandRecords();
    CommandRecords(const CommandRecords&) = delete;
    CommandRecords& operator=(const CommandRecords&) = delete;

    /// A free record, marked with that execution; nullptr if all are in use.
    CommandRecord* take(const ExecuteId& execution);
    void give_back(CommandRecord& record);
    /// Processes that are recorded and not yet reaped. Threads: any.
    [[nodiscard]] std::vector<RunningCommand> running() const;

private:
    CommandRecords() = default;

    std::string path_;
    Descriptor file_;
    void* mapping_{nullptr};
    std::size_t size_{0};
    std::vector<CommandRecord*> free_;
    mutable std::mutex mutex_;                  // guards the records and the next member
    std::unordered_set<CommandRecord*> taken_;  // not in free_
};

/// Ends the commands left running by earlier ecron processes: SIGTERM to all processes of each session,
/// SIGKILL after `grace`. Returns their number after they have ended. Blocks; to be called at start, before
/// any command runs.
Result<std::size_t> end_orphans(const std::string& directory, Millis grace);

[[nodiscard]] std::int64_t nanoseconds_since_boot();

}  // namespace ecron::execution
