#include "app/init.hpp"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>

namespace ecron::app {
namespace {

constexpr std::array kHandedOn{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGWINCH};

/// Signals that are received by sigwait instead of being delivered; none is lost between two waits.
sigset_t waited_for() {
    sigset_t set;
    sigemptyset(&set);
    for (const int signal : kHandedOn) sigaddset(&set, signal);
    sigaddset(&set, SIGCHLD);
    return set;
}

int exit_code(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status); }

/// Reaps all ended children; returns the exit code of `child` if it is among them.
int reap(pid_t child, int until_then) {
    int code = until_then, status = 0;
    for (pid_t ended = 0; (ended = ::waitpid(-1, &status, WNOHANG)) > 0;)
        if (ended == child) code = exit_code(status);
    return code;
}

}  // namespace

int run_as_init(const std::function<int()>& work) {
    constexpr int kStillRunning = -1;
    const sigset_t signals = waited_for();
    sigset_t before;
    sigprocmask(SIG_BLOCK, &signals, &before);
    const pid_t parent = ::getpid();
    const pid_t child = ::fork();
    if (child < 0) {
        std::perror("ecron: fork");
        return 1;
    }
    if (child == 0) {
        sigprocmask(SIG_SETMASK, &before, nullptr);
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (::getppid() != parent) ::_exit(1);
        return work();
    }
    int code = kStillRunning;
    while (code == kStillRunning) {
        const int signal = ::sigwaitinfo(&signals, nullptr);
        if (signal == SIGCHLD)
            code = reap(child, code);
        else if (signal > 0)
            ::kill(child, signal);
    }
    sigprocmask(SIG_SETMASK, &before, nullptr);
    return code;
}

int run_below_init(const std::function<int()>& work) { return ::getpid() == 1 ? run_as_init(work) : work(); }

}  // namespace ecron::app
