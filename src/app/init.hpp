#pragma once
#include <functional>

/// What the first process of a container owes the kernel. Process 1 inherits every orphan and has to reap it,
/// and a signal that it does not handle at that moment is dropped. So there process 1 does nothing else: it
/// hands signals on to a child that serves, reaps whatever ends, and ends as that child did. Source: kernel,
/// pid_namespaces(7).
namespace ecron::app {

/// Runs `work` in a child and answers its exit code, 128 and the signal's number where one ended it. Threads:
/// none may have been started yet.
int run_as_init(const std::function<int()>& work);

/// Runs `work` as above where this is process 1, else just so.
int run_below_init(const std::function<int()>& work);

}  // namespace ecron::app
