#include "execution/processes.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <optional>
#include <sstream>
#include <string_view>

#include "execution/descriptor.hpp"

namespace ecron::execution {
namespace {

struct Process {
    pid_t pid{}, group{}, session{};
    std::int64_t ticks{};  // its start since boot
    bool gone{};           // a zombie: only its number is left
};

std::string contents(const std::string& path) {
    const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    std::string text;
    char buffer[4096];
    ssize_t count = 0;
    while (file && (count = ::read(file.get(), buffer, sizeof buffer)) > 0)
        text.append(buffer, static_cast<std::size_t>(count));
    return text;
}

/// proc(5): "pid (name) state ppid pgrp session … starttime …"; the name may contain anything.
std::optional<Process> read_process(pid_t pid) {
    const std::string text = contents(fmt::format("/proc/{}/stat", pid));
    const std::size_t name_end = text.rfind(')');
    if (name_end == text.npos) return std::nullopt;
    std::istringstream rest{text.substr(name_end + 1)};
    char state = 0;
    std::int64_t parent = 0, skipped = 0;
    Process process{.pid = pid};
    rest >> state >> parent >> process.group >> process.session;
    for (int field = 7; field < 22; ++field) rest >> skipped;
    rest >> process.ticks;
    if (!rest) return std::nullopt;
    process.gone = state == 'Z' || state == 'X';
    return process;
}

std::vector<Process> all_processes() {
    std::vector<Process> all;
    std::error_code failed;
    for (std::filesystem::directory_iterator at{"/proc", failed}, end; !failed && at != end;
         at.increment(failed)) {
        const std::string name = at->path().filename();
        pid_t pid = 0;
        const auto [stop, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
        if (error != std::errc{} || stop != name.data() + name.size()) continue;
        if (const std::optional<Process> process = read_process(pid)) all.push_back(*process);
    }
    return all;
}

bool carries(pid_t pid, const std::string& execution) {
    const std::string environment = contents(fmt::format("/proc/{}/environ", pid)) + '\0';
    return ('\0' + environment).contains(fmt::format("{}ECRON_EXECUTE_ID={}{}", '\0', execution, '\0'));
}

}  // namespace

std::vector<pid_t> members_of(const std::vector<Suspect>& suspects) {
    const std::int64_t tick = 1'000'000'000 / ::sysconf(_SC_CLK_TCK);
    const std::vector<Process> all = all_processes();
    std::vector<pid_t> members;
    for (const Suspect& suspect : suspects) {
        const auto leader = std::ranges::find(all, suspect.leader, &Process::pid);
        const bool led = leader != all.end();
        const bool reused =
            led && (leader->ticks < suspect.earliest / tick || leader->ticks > suspect.latest / tick);
        if (reused) continue;
        for (const Process& process : all) {
            if (process.gone) continue;
            const bool belongs = process.session == suspect.leader || process.group == suspect.leader ||
                                 process.pid == suspect.leader;
            if (belongs && (led || carries(process.pid, suspect.execution))) members.push_back(process.pid);
        }
    }
    return members;
}

}  // namespace ecron::execution
