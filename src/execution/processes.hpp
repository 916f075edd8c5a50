#pragma once
#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

/// The machine's processes, as /proc tells them.
namespace ecron::execution {

/// A session that a command began, by what is noted of its leader.
struct Suspect {
    pid_t leader{};
    std::int64_t earliest{}, latest{};  // its start, in nanoseconds since boot, lies between
    std::string execution;
};

/// Who is alive of these sessions and process groups. Where the leader is gone, its number may be another's
/// by now: then only processes count that also carry the execution in their environment.
std::vector<pid_t> members_of(const std::vector<Suspect>& suspects);

}  // namespace ecron::execution
