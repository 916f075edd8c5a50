#include "ecron_bench/machine.hpp"

#include <unistd.h>

#include <chrono>
#include <fstream>
#include <limits>
#include <stdexcept>
#include <string>
#include <thread>

namespace ecron::bench {
namespace {

constexpr std::chrono::milliseconds kObservation{1'500};

struct Ticks {
    double idle{};
    double total{};
};

Ticks ticks() {
    std::ifstream stat{"/proc/stat"};
    std::string name;
    stat >> name;
    Ticks sum;
    // user nice system idle iowait irq softirq steal; guest time is included in user
    for (int column = 0; column < 8; ++column) {
        double value = 0;
        stat >> value;
        sum.total += value;
        if (column == 3 || column == 4) sum.idle += value;
    }
    return sum;
}

std::ifstream open_proc(pid_t process, const char* name) {
    std::ifstream file{"/proc/" + std::to_string(process) + "/" + name};
    if (!file) throw std::runtime_error("process " + std::to_string(process) + " has ended");
    return file;
}

}  // namespace

MachineState observe_machine() {
    MachineState state{.cores = std::thread::hardware_concurrency()};
    const Ticks before = ticks();
    std::this_thread::sleep_for(kObservation);
    const Ticks after = ticks();
    state.idle = (after.idle - before.idle) / (after.total - before.total);
    std::ifstream{"/proc/loadavg"} >> state.load_average;
    return state;
}

ProcessMemory memory_of(pid_t process) {
    std::ifstream status = open_proc(process, "status");
    ProcessMemory memory;
    for (std::string name; status >> name; status.ignore(std::numeric_limits<std::streamsize>::max(), '\n')) {
        double kibibytes = 0;
        if (name == "VmRSS:" && status >> kibibytes) memory.resident = kibibytes * 1'024;
        if (name == "VmHWM:" && status >> kibibytes) memory.peak = kibibytes * 1'024;
    }
    return memory;
}

double cpu_seconds_of(pid_t process) {
    std::ifstream stat = open_proc(process, "stat");
    stat.ignore(std::numeric_limits<std::streamsize>::max(), ')');  // the name may contain any character
    std::string skipped;
    for (int column = 3; column < 14; ++column) stat >> skipped;
    double user = 0;
    double system = 0;
    stat >> user >> system;
    return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

}  // namespace ecron::bench
