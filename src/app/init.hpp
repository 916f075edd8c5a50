#pragma once
#include <functional>

/// Duties of process 1 in a container. Process 1 inherits and must reap every orphan, and the kernel drops
/// signals for which it has no handler. Therefore process 1 does nothing else: it forwards signals to a child
/// that serves, reaps ended processes, and exits with the child's exit code. Source: kernel,
/// pid_namespaces(7).
namespace ecron::app {

/// Runs `work` in a child and returns its exit code, or 128 plus the signal number if a signal ended it.
/// Threads: none may have been started yet.
int run_as_init(const std::function<int()>& work);

/// Runs `work` as above if this is process 1, otherwise directly.
int run_below_init(const std::function<int()>& work);

}  // namespace ecron::app
