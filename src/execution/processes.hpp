#pragma once
#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

/// The machine's processes, read from /proc.
namespace ecron::execution {

/// A session that a command began, by what is noted of its leader.
struct Suspect {
    pid_t leader{};
    std::int64_t earliest{}, latest{};  // its start, in nanoseconds since boot, lies between
    std::string execution;
};

/// The children of this process, whether it started or inherited them; some may have ended.
std::vector<pid_t> own_children();

/// The value of ECRON_EXECUTE_ID that a process was started with; empty: none, or it cannot be read.
std::string execution_of(pid_t pid);

/// The living processes of these sessions and process groups, and those that carry the execution in their
/// environment wherever they are. Where the leader is gone, its number may be another's by now: then only the
/// latter count.
std::vector<pid_t> members_of(const std::vector<Suspect>& suspects);

}  // namespace ecron::execution
