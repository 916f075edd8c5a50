#include "ecron_bench/ecron_process.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <system_error>
#include <thread>

namespace ecron::bench {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::minutes kLongestStart{5};
constexpr std::chrono::seconds kLongestStop{60};
constexpr std::chrono::milliseconds kPoll{5};
constexpr std::size_t kShownWarnings = 5;
constexpr std::size_t kShownLog = 1'500;

/// The children to stop on a signal.
std::array<std::atomic<pid_t>, 8> running_children{};

extern "C" void end_child(int signal) {
    for (const auto& child : running_children)
        if (child != 0) ::kill(child, SIGTERM);
    ::_exit(128 + signal);
}

void exchange_child(pid_t before, pid_t after) {
    for (auto& child : running_children)
        if (child.compare_exchange_strong(before, after)) return;
}

std::string contents(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream{path}.rdbuf();
    return text.str();
}

/// Removes all variables of the caller's environment that would configure ecron.
std::vector<std::string> child_environment(const Environment& wanted) {
    std::vector<std::string> all;
    for (char** variable = environ; *variable != nullptr; ++variable) {
        const std::string_view text{*variable};
        if (!text.starts_with("ECRON_")) all.emplace_back(text);
    }
    all.emplace_back("ECRON_CRON_ADDR=127.0.0.1");
    all.emplace_back("ECRON_CRON_PORT=0");
    std::map<std::string, std::string> last;  // of several with the same name
    for (const auto& [name, value] : wanted) last[name] = value;
    for (const auto& [name, value] : last) all.push_back(name + "=" + value);
    return all;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> all;
    for (std::string& text : texts) all.push_back(text.data());
    all.push_back(nullptr);
    return all;
}

}  // namespace

EcronProcess::EcronProcess(const std::string& binary, const std::string& folder, const std::string& log,
                           const Environment& environment)
    : log_(folder + "/" + log) {
    start(binary, folder, environment);
    try {
        wait_until_ready();
    } catch (...) {
        stop();
        throw;
    }
}

EcronProcess::~EcronProcess() { stop(); }

void EcronProcess::start(const std::string& binary, const std::string& folder,
                         const Environment& environment) {
    std::vector<std::string> arguments{binary, "serve"};
    std::vector<std::string> variables = child_environment(environment);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, log_.c_str(), O_WRONLY | O_CREAT | O_TRUNC,
                                     0600);
    posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
    posix_spawn_file_actions_addchdir_np(&actions, folder.c_str());
    const int failed = ::posix_spawn(&process_, binary.c_str(), &actions, nullptr, pointers(arguments).data(),
                                     pointers(variables).data());
    posix_spawn_file_actions_destroy(&actions);
    if (failed != 0) {
        process_ = 0;
        throw std::system_error(failed, std::generic_category(), "failed to start " + binary);
    }
    exchange_child(0, process_);
}

void EcronProcess::wait_until_ready() {
    const Clock::time_point begin = Clock::now();
    for (;; std::this_thread::sleep_for(kPoll)) {
        if (ended()) give_up("ecron ended before it was ready");
        if (Clock::now() - begin > kLongestStart) give_up("ecron is not ready");
        if (port_ == 0) {
            const std::string port = logged("ecron listens", "port");
            std::from_chars(port.data(), port.data() + port.size(), port_);
            if (port_ == 0) continue;
            api_ = std::make_unique<HttpClient>(port_);
        }
        if (api_->answers("/health/ready")) break;
    }
    ready_after_ = Clock::now() - begin;
}

bool EcronProcess::ended() {
    if (process_ != 0 && ::waitpid(process_, nullptr, WNOHANG) == process_)
        exchange_child(std::exchange(process_, 0), 0);
    return process_ == 0;
}

void EcronProcess::send(int signal) const {
    if (process_ != 0) ::kill(process_, signal);
}

void EcronProcess::kill() {
    send(SIGKILL);
    while (!ended()) std::this_thread::sleep_for(kPoll);
}

bool EcronProcess::leads() {
    const std::string cluster = api_->get(std::string{kApi} + "/cluster");
    const std::string key = "\"leading\":[";
    const std::size_t found = cluster.find(key);
    if (found == cluster.npos) throw std::runtime_error("/cluster does not contain the leaders");
    return cluster[found + key.size()] != ']';
}

void EcronProcess::stop() {
    if (ended()) return;
    ::kill(process_, SIGTERM);
    const Clock::time_point begin = Clock::now();
    while (!ended()) {
        if (Clock::now() - begin > kLongestStop) ::kill(process_, SIGKILL);
        std::this_thread::sleep_for(kPoll);
    }
    tell_warnings();
}

void EcronProcess::tell_warnings() const {
    std::ifstream log{log_};
    std::size_t count = 0;
    for (std::string line; std::getline(log, line);) {
        const bool warns = line.find("Z warning ") != line.npos || line.find("Z error ") != line.npos;
        if (warns && ++count <= kShownWarnings) std::fprintf(stderr, "ecron: %s\n", line.c_str());
    }
    if (count > kShownWarnings) std::fprintf(stderr, "ecron: … %zu warnings and errors in all\n", count);
}

void EcronProcess::give_up(const std::string& problem) const {
    const std::string log = contents(log_);
    throw std::runtime_error(problem + "; end of its log:\n" +
                             log.substr(log.size() - std::min(log.size(), kShownLog)));
}

std::string EcronProcess::logged(std::string_view phrase, std::string_view key) const {
    const std::string log = contents(log_);
    const std::size_t line = log.rfind(phrase);
    if (line == log.npos) return "";
    const std::string text = log.substr(line, log.find('\n', line) - line);
    const std::string name = " " + std::string{key} + "=";
    const std::size_t found = text.find(name);
    if (found == text.npos) return "";
    const std::size_t begin = found + name.size();
    return text.substr(begin, text.find(' ', begin) - begin);
}

std::optional<double> EcronProcess::find_metric(std::string_view name) {
    std::istringstream lines{api_->get("/metrics")};
    const std::string begin = std::string{name} + " ";
    for (std::string line; std::getline(lines, line);)
        if (line.starts_with(begin)) return std::stod(line.substr(begin.size()));
    return std::nullopt;
}

double EcronProcess::metric(std::string_view name) {
    const std::optional<double> value = find_metric(name);
    if (!value) throw std::runtime_error("no metric " + std::string{name});
    return *value;
}

void end_child_on_signals() {
    std::signal(SIGINT, end_child);
    std::signal(SIGTERM, end_child);
}

}  // namespace ecron::bench
