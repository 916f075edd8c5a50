#include "bare/spawn_loop.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <vector>

namespace ecron::bench {
namespace {

int start(posix_spawn_file_actions_t* actions) {
    char name[] = "/bin/true";
    char* const arguments[] = {name, nullptr};
    char* const environment[] = {nullptr};
    pid_t pid = 0;
    if (::posix_spawn(&pid, name, actions, nullptr, arguments, environment) != 0) return -1;
    return static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
}

}  // namespace

SpawnLoopResult run_spawn_loop(std::size_t at_once, std::uint64_t processes) {
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    for (int fd = 0; fd < 3; ++fd) ::posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", O_RDWR, 0);
    SpawnLoopResult result;
    std::vector<pollfd> under_way;
    std::uint64_t started = 0;
    const auto begin = std::chrono::steady_clock::now();
    while (started < processes || !under_way.empty()) {
        while (started < processes && under_way.size() < at_once) {
            ++started;
            const int fd = start(&actions);
            if (fd < 0)
                ++result.failures;
            else
                under_way.push_back({fd, POLLIN, 0});
        }
        ::poll(under_way.data(), under_way.size(), -1);
        std::erase_if(under_way, [&](const pollfd& one) {
            if (one.revents == 0) return false;
            siginfo_t how{};
            ::waitid(P_PIDFD, static_cast<id_t>(one.fd), &how, WEXITED);
            if (how.si_status != 0) ++result.failures;
            ::close(one.fd);
            return true;
        });
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    ::posix_spawn_file_actions_destroy(&actions);
    result.per_second = static_cast<double>(processes) / took.count();
    return result;
}

}  // namespace ecron::bench
