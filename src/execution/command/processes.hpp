#pragma once
#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

/// Processes of the machine, read from /proc.
namespace ecron::execution {

/// A session started by a command, identified by the record of its leader.
struct Suspect {
    pid_t leader{};
    std::int64_t earliest{}, latest{};  // its start time, in nanoseconds since boot, lies between these
    std::string execution;
};

/// The children of this process, both started and inherited; some may have ended.
std::vector<pid_t> own_children();

/// The ECRON_EXECUTE_ID in a process's initial environment; empty: not set, or not readable.
std::string execution_of(pid_t pid);

/// The living processes of these sessions and process groups, and those with the execution in their
/// environment. If the leader is gone, its pid may have been reused: then only the latter count.
std::vector<pid_t> members_of(const std::vector<Suspect>& suspects);

}  // namespace ecron::execution
