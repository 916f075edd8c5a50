#pragma once
#include <sys/types.h>

#include <cstddef>

/// What the kernel says in /proc, and when it is a good moment to measure.
namespace ecron::bench {

struct MachineState {
    unsigned cores{};
    double load_average{};  // of the last minute
    double idle{};          // share of all cores, during a second and a half
    [[nodiscard]] bool quiet() const { return idle >= 0.9; }
};
MachineState observe_machine();

struct ProcessMemory {
    double resident{};  // bytes
    double peak{};      // bytes
};
ProcessMemory memory_of(pid_t process);
/// User and system time of all its threads.
double cpu_seconds_of(pid_t process);

}  // namespace ecron::bench
