#include "execution/command/orphan_reaper.hpp"

#include <pthread.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

#include "ecron/base/log.hpp"
#include "execution/command/processes.hpp"

namespace ecron::execution {
namespace {

constexpr Millis kBetweenPasses{20};  // after some were killed, their children become orphans
constexpr Millis kReaping{2'000};     // interval for reaping ended orphans while commands run
constexpr int kPassesAtOnce = 50;
constexpr Millis kLastPasses{2'000};

/// Uses system calls where possible: a unit may hide other users' processes in /proc.
bool belongs(pid_t process, const std::vector<RunningCommand>& running) {
    const pid_t session = ::getsid(process);
    const std::string execution = execution_of(process);
    return std::ranges::any_of(running, [&](const RunningCommand& command) {
        return session == command.leader || execution == command.execution;
    });
}

}  // namespace

OrphanReaper::OrphanReaper(const CommandRecords& records) : records_(records) {
    if (::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0)
        log::warn("failed to become subreaper: processes that leave their command's group outlive it");
    thread_ = std::jthread{[this](const std::stop_token& stop) { run(stop); }};
}

OrphanReaper::~OrphanReaper() {
    thread_.request_stop();
    thread_.join();
    const auto deadline = std::chrono::steady_clock::now() + kLastPasses;
    for (Seen seen = pass(); seen.killed > 0; seen = pass()) {
        if (std::chrono::steady_clock::now() > deadline) {
            log::error("failed to kill processes left behind by commands: count={}", seen.killed);
            return;
        }
        std::this_thread::sleep_for(Millis{1});
    }
}

void OrphanReaper::request_pass() {
    {
        const std::lock_guard lock{mutex_};
        is_asked_ = true;
    }
    asked_.notify_one();
}

/// Reads the commands before the children, while none can start: a command that ends in between still counts
/// as one. Orphans are reaped only here, so that their pids cannot be reused meanwhile.
OrphanReaper::Seen OrphanReaper::pass() {
    const auto held = hold();
    const std::vector<RunningCommand> running = records_.running();
    Seen seen{.running = running.size()};
    for (const pid_t child : own_children()) {
        if (std::ranges::find(running, child, &RunningCommand::leader) != running.end()) continue;
        const bool lives = ::waitpid(child, nullptr, WNOHANG) == 0;
        if (!lives) continue;
        if (belongs(child, running)) {
            ++seen.kept;
        } else {
            ::kill(child, SIGKILL);
            ++seen.killed;
        }
    }
    return seen;
}

/// Waits until a pass is due: one was requested, or orphans may exist anyway. Waits slightly longer, so that
/// commands that end at about the same time share a pass, during which no command can start.
void OrphanReaper::await_pass(const std::stop_token& stop, const Seen& last) {
    const auto is_asked = [this] { return is_asked_; };
    std::unique_lock lock{mutex_};
    if (last.killed == 0 && last.running + last.kept == 0)
        asked_.wait(lock, stop, is_asked);
    else if (last.killed == 0)
        asked_.wait_for(lock, stop, kReaping, is_asked);
    asked_.wait_for(lock, stop, kBetweenPasses, [] { return false; });
    is_asked_ = false;
}

void OrphanReaper::run(const std::stop_token& stop) {
    sigset_t all;
    sigfillset(&all);
    ::pthread_sigmask(SIG_BLOCK, &all, nullptr);  // signals are handled by the io_context's thread
    Seen seen;
    while (!stop.stop_requested()) {
        await_pass(stop, seen);
        if (stop.stop_requested()) return;
        seen = pass();
        // A process that keeps forking and exiting may be gone before its signal is sent, so repeat.
        for (int again = 0; seen.killed > 0 && again < kPassesAtOnce; ++again) seen = pass();
    }
}

}  // namespace ecron::execution
