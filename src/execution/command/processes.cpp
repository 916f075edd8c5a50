#include "execution/command/processes.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <optional>
#include <set>
#include <sstream>
#include <string_view>

#include "execution/command/descriptor.hpp"

namespace ecron::execution {
namespace {

struct Process {
    pid_t pid{}, parent{}, group{}, session{};
    std::int64_t ticks{};  // its start since boot
    bool gone{};           // a zombie: only its pid is left
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
    std::int64_t skipped = 0;
    Process process{.pid = pid};
    rest >> state >> process.parent >> process.group >> process.session;
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

/// As listed for each thread; nullopt: not supported by the kernel (CONFIG_PROC_CHILDREN).
std::optional<std::vector<pid_t>> listed_children() {
    if (::access("/proc/thread-self/children", R_OK) != 0) return std::nullopt;
    std::vector<pid_t> all;
    std::error_code failed;
    for (std::filesystem::directory_iterator at{"/proc/self/task", failed}, end; !failed && at != end;
         at.increment(failed)) {
        std::ifstream file{at->path() / "children"};
        for (pid_t pid = 0; file >> pid;) all.push_back(pid);
    }
    return all;
}

}  // namespace

std::string execution_of(pid_t pid) {
    constexpr std::string_view kVariable = "ECRON_EXECUTE_ID=";
    const std::string environment = contents(fmt::format("/proc/{}/environ", pid));
    for (std::size_t at = 0; at < environment.size();) {
        const std::size_t end = std::min(environment.find('\0', at), environment.size());
        const std::string_view variable = std::string_view{environment}.substr(at, end - at);
        if (variable.starts_with(kVariable)) return std::string{variable.substr(kVariable.size())};
        at = end + 1;
    }
    return {};
}

std::vector<pid_t> own_children() {
    if (auto listed = listed_children(); listed) return std::move(*listed);
    std::vector<pid_t> children;
    for (const Process& process : all_processes())
        if (process.parent == ::getpid()) children.push_back(process.pid);
    return children;
}

std::vector<pid_t> members_of(const std::vector<Suspect>& suspects) {
    const std::int64_t tick = 1'000'000'000 / ::sysconf(_SC_CLK_TCK);
    const std::vector<Process> all = all_processes();
    std::set<pid_t> sessions;
    std::set<std::string, std::less<>> executions;
    for (const Suspect& suspect : suspects) {
        if (!suspect.execution.empty()) executions.insert(suspect.execution);
        const auto leader = std::ranges::find(all, suspect.leader, &Process::pid);
        const bool is_leader = leader != all.end() && leader->ticks >= suspect.earliest / tick &&
                               leader->ticks <= suspect.latest / tick;
        if (is_leader) sessions.insert(suspect.leader);
    }
    std::vector<pid_t> members;
    for (const Process& process : all) {
        if (process.gone || process.pid == ::getpid()) continue;
        const bool is_member = sessions.contains(process.session) || sessions.contains(process.group) ||
                               executions.contains(execution_of(process.pid));
        if (is_member) members.push_back(process.pid);
    }
    return members;
}

}  // namespace ecron::execution
