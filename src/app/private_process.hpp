#pragma once
#include <map>
#include <string>

/// Keeps what this process knows from other processes of its user: commands may run as that user, in a
/// container mostly do. Threads: call before the first one is started.
namespace ecron::app {

/// Other processes of the same user can no longer read this process's memory, environment and descriptors in
/// /proc, nor trace it; the kernel writes no core dump of it. Holds for forked children, not for programs
/// that they execute. Root and processes with CAP_SYS_PTRACE can still read everything.
void keep_memory_private();

/// Returns the environment and removes it from where /proc/<pid>/environ shows it: the strings are
/// overwritten. Variables other than ECRON_… stay visible to getenv, since libraries read them.
std::map<std::string, std::string> take_environment();

}  // namespace ecron::app
