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
#include "execution/descriptor.hpp"

/// Which processes an ecron has started, where the next one finds them should it be killed: a file in the run
/// directory, mapped into memory, so that a note costs no system call. What is in it outlives the process,
/// and need not outlive the machine. The file stays locked as long as its ecron lives.
namespace ecron::execution {

/// One process. It notes itself before it becomes the command, so that there is no moment at which it runs
/// unnoted: when it started lies between two readings of CLOCK_BOOTTIME, which with its number names it for
/// good.
struct CommandRecord {
    std::atomic<std::int32_t> pid{0};  // leads its session and process group; 0: nobody. Written last
    std::int64_t earliest{0};          // nanoseconds since boot
    std::int64_t latest{0};
    std::array<char, 40> execution{};  // its execute id, with a NUL
};

/// A command that runs, by its record.
struct RunningCommand {
    pid_t leader{};
    std::string execution;
};

/// Threads: the io_context's, but for running().
class CommandRecords {
public:
    /// Makes the directory where it is missing, for its owner only.
    static Result<std::unique_ptr<CommandRecords>> open(const std::string& directory, std::size_t most);
    ~CommandRecords();
    CommandRecords(const CommandRecords&) = delete;
    CommandRecords& operator=(const CommandRecords&) = delete;

    /// A free record, noted for that execution; nullptr when all are taken.
    CommandRecord* take(const ExecuteId& execution);
    void give_back(CommandRecord& record);
    /// Those that have noted themselves and have not been reaped. Threads: any.
    [[nodiscard]] std::vector<RunningCommand> running() const;

private:
    CommandRecords() = default;

    std::string path_;
    Descriptor file_;
    void* mapping_{nullptr};
    std::size_t size_{0};
    std::vector<CommandRecord*> free_;
    mutable std::mutex mutex_;                  // guards what the records and the next line hold
    std::unordered_set<CommandRecord*> taken_;  // not in free_
};

/// Ends the commands that ecrons which are no more have left running: SIGTERM to all of each session, after
/// `grace` SIGKILL. Returns when they have ended, with how many there were. Blocks; for the start, before
/// anything runs.
Result<std::size_t> end_orphans(const std::string& directory, Millis grace);

[[nodiscard]] std::int64_t nanoseconds_since_boot();

}  // namespace ecron::execution
