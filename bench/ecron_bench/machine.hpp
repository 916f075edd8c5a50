#pragma once
#include <sys/types.h>

#include <cstddef>

/// Values of /proc, and whether the machine is idle enough to measure.
namespace ecron::bench {

struct MachineState {
    unsigned cores{};
    double load_average{};  // of the last minute
    double idle{};          // share of all cores, measured for 1.5 s
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
