#pragma once
#include <map>
#include <string>

/// Protects this process's data from other processes of the same user: commands may run as that user, and in
/// a container usually do. Threads: call before the first thread is started.
namespace ecron::app {

/// Prevents other processes of the same user from reading this process's memory, environment and descriptors
/// in /proc and from tracing it, and disables core dumps. Also applies to forked children, but not to
/// programs that they execute. Root and processes with CAP_SYS_PTRACE can still read everything.
void keep_memory_private();

/// Returns the environment and overwrites its strings, which /proc/<pid>/environ shows. Variables other than
/// ECRON_… stay visible to getenv, because libraries read them.
std::map<std::string, std::string> take_environment();

}  // namespace ecron::app
