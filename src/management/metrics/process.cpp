#include "management/metrics/process.hpp"

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace ecron::management {
namespace {

double number(auto value) { return static_cast<double>(value); }

double seconds(clockid_t clock) {
    timespec now{};
    clock_gettime(clock, &now);
    return number(now.tv_sec) + number(now.tv_nsec) / 1e9;
}

/// /proc/self/stat contains the start in ticks since the boot, as field 22; the name in field 2 may contain
/// spaces and parentheses.
double start_seconds() {
    std::ifstream stat{"/proc/self/stat"};
    const std::string text{std::istreambuf_iterator<char>{stat}, {}};
    std::size_t at = text.rfind(')');
    for (int field = 2; field < 22 && at != std::string::npos; ++field) at = text.find(' ', at + 1);
    if (at == std::string::npos) return 0;
    const double since_boot = std::stod(text.substr(at)) / number(sysconf(_SC_CLK_TCK));
    return seconds(CLOCK_REALTIME) - seconds(CLOCK_BOOTTIME) + since_boot;
}

/// Since Linux 6.2 the size of the folder is their number; before, its entries must be counted.
double open_descriptors() {
    struct stat folder{};
    if (stat("/proc/self/fd", &folder) == 0 && folder.st_size > 0) return number(folder.st_size);
    std::error_code failed;
    const std::filesystem::directory_iterator entries{"/proc/self/fd", failed};
    return number(std::distance(begin(entries), end(entries)));
}

}  // namespace

ProcessUsage process_usage() {
    static const double started = start_seconds();
    ProcessUsage out{.start_seconds = started, .open_descriptors = open_descriptors()};
    std::ifstream statm{"/proc/self/statm"};
    statm >> out.virtual_bytes >> out.resident_bytes;
    out.virtual_bytes *= number(sysconf(_SC_PAGESIZE));
    out.resident_bytes *= number(sysconf(_SC_PAGESIZE));
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    for (const timeval& time : {usage.ru_utime, usage.ru_stime})
        out.cpu_seconds += number(time.tv_sec) + number(time.tv_usec) / 1e6;
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    out.max_descriptors = number(limit.rlim_cur);
    return out;
}

}  // namespace ecron::management
