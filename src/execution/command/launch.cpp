#include "execution/command/launch.hpp"

#include <fcntl.h>
#include <grp.h>
#include <linux/close_range.h>
#include <pwd.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>
#include <memory>

#include <fmt/format.h>

namespace ecron::execution {
namespace {

enum class Step : std::uint8_t { session, stdio, limits, user, directory, confine, program };

/// All data for the child, prepared by its parent, whose memory it shares until it executes the program.
struct Child {
    const char* file{};
    char* const* arguments{};
    char* const* environment{};
    const char* directory{};
    const Identity* identity{};
    const std::vector<std::pair<__rlimit_resource, rlimit>>* limits{};
    std::array<int, 3> stdio{};
    CommandRecord* record{};
    std::int64_t before{};
    int cgroup{-1};  // cgroup.procs
    // written by the child
    Step step{};
    int error{0};
};

/// The child may only use raw system calls, because it shares memory, and locks in it, with all of ecron. The
/// C library's setuid and similar functions would change every thread of ecron; its wrappers may be replaced
/// by sanitizers.
#if defined(__clang__)
__attribute__((no_sanitize("address", "thread", "undefined")))
#endif
int run_child(void* given) {
    Child& child = *static_cast<Child*>(given);
    const auto check = [&child](Step step, long result) {
        if (result >= 0) return;
        child.step = step;
        child.error = errno;
        ::syscall(SYS_exit_group, 127);
    };

    child.record->earliest = child.before;
    timespec now{};
    ::syscall(SYS_clock_gettime, CLOCK_BOOTTIME, &now);
    child.record->latest = std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
    child.record->pid.store(static_cast<std::int32_t>(::syscall(SYS_getpid)), std::memory_order_release);

    // Before any code of the program runs. If the kernel refuses, the command runs without a cgroup.
    if (child.cgroup >= 0) ::syscall(SYS_write, child.cgroup, "0", 1);

    // Resets signal handlers and ignored signals: ecron's must not apply to the program.
    constexpr std::size_t kSignals = 64;
    const std::array<char, 64>
        by_default{};  // at least as large as the kernel's struct sigaction on any architecture
    for (std::size_t signal = 1; signal <= kSignals; ++signal)
        ::syscall(SYS_rt_sigaction, signal, by_default.data(), nullptr, kSignals / 8);

    check(Step::session, ::syscall(SYS_setsid));
    for (int fd = 0; fd < 3; ++fd)
        check(Step::stdio, ::syscall(SYS_dup3, child.stdio[static_cast<std::size_t>(fd)], fd, 0));
    check(Step::stdio, ::syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC));
    for (const auto& [resource, limit] : *child.limits)
        check(Step::limits, ::syscall(SYS_prlimit64, 0, resource, &limit, nullptr));
    if (child.identity != nullptr) {
        const Identity& as = *child.identity;
        check(Step::user, ::syscall(SYS_setgroups, as.groups.size(), as.groups.data()));
        check(Step::user, ::syscall(SYS_setresgid, as.group, as.group, as.group));
        check(Step::user, ::syscall(SYS_setresuid, as.user, as.user, as.user));
    }
    // Capabilities that a unit grants ecron for changing users must not be passed to the command.
    check(Step::confine, ::syscall(SYS_prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0));
    check(Step::directory, ::syscall(SYS_chdir, child.directory));
    check(Step::confine, ::syscall(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
    const std::uint64_t none = 0;
    ::syscall(SYS_rt_sigprocmask, SIG_SETMASK, &none, nullptr, sizeof none);
    check(Step::program, ::syscall(SYS_execve, child.file, child.arguments, child.environment));
    return 127;
}

/// The stack of the child, with a guard page below it.
class Stack {
public:
    Stack() {
        void* const area =
            ::mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
        if (area == MAP_FAILED) throw std::bad_alloc{};
        area_ = static_cast<char*>(area);
        ::mprotect(area_, 4096, PROT_NONE);
    }
    ~Stack() { ::munmap(area_, kSize); }
    Stack(const Stack&) = delete;
    Stack& operator=(const Stack&) = delete;
    [[nodiscard]] void* top() const { return area_ + kSize; }

private:
    static constexpr std::size_t kSize = 64UL * 1024;
    char* area_{};
};

std::unexpected<Error> system_error(std::string_view what, int error) {
    return fail(Errc::unavailable, fmt::format("{}: {}", what, std::strerror(error)));
}

std::unexpected<Error> failure(const Child& child) {
    switch (child.step) {
        case Step::user:
            return system_error("cannot run as the command_user", child.error);
        case Step::directory:
            return system_error(fmt::format("working directory {}", child.directory), child.error);
        case Step::limits:
            return system_error("limits of resources", child.error);
        case Step::program:
            switch (child.error) {
                case ENOENT:  // the file itself exists
                    return fail(Errc::unavailable,
                                fmt::format("the interpreter of {} does not exist", child.file));
                case ENOEXEC:
                    return fail(Errc::unavailable,
                                fmt::format("{} is not a program that this machine can run", child.file));
                case EACCES:
                    return fail(Errc::unavailable, fmt::format("{} is not executable", child.file));
                case EAGAIN:  // setresuid ignores the limit, execve enforces it
                    return fail(Errc::unavailable,
                                "the command_user has as many processes as it may have (command_processes)");
                case E2BIG:
                    return fail(Errc::unavailable, "arguments and environment are too long");
                default:
                    return system_error(child.file, child.error);
            }
        case Step::session:
        case Step::stdio:
        case Step::confine:
            break;
    }
    return system_error("the process could not be set up", child.error);
}

struct Pipe {
    Descriptor read, write;
};

/// A descriptor other than stdin, stdout and stderr, which the child replaces in turn.
Result<Descriptor> above_stdio(int fd, std::string_view what) {
    if (fd < 0) return system_error(what, errno);
    Descriptor given{fd};
    if (fd > 2) return given;
    Descriptor moved{::fcntl(fd, F_DUPFD_CLOEXEC, 3)};
    if (!moved) return system_error(what, errno);
    return moved;
}

Result<Pipe> make_pipe() {
    std::array<int, 2> ends{-1, -1};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return system_error("no pipe for the output", errno);
    Pipe pipe{Descriptor{ends[0]}, {}};
    auto write = above_stdio(ends[1], "no pipe for the output");
    if (!write) return std::unexpected(write.error());
    pipe.write = std::move(*write);
    ::fcntl(pipe.read.get(), F_SETFL, O_NONBLOCK);
    return pipe;
}

/// A memory file rather than a pipe, so that the input can be written without waiting for the reader.
Result<Descriptor> make_input(const std::optional<std::string>& input) {
    if (!input) return above_stdio(::open("/dev/null", O_RDONLY | O_CLOEXEC), "no input");
    Result<Descriptor> file = above_stdio(::memfd_create("ecron-input", MFD_CLOEXEC), "no input");
    if (!file) return file;
    for (std::size_t written = 0; written < input->size();) {
        const ssize_t count = ::write(file->get(), input->data() + written, input->size() - written);
        if (count < 0) return system_error("no input", errno);
        written += static_cast<std::size_t>(count);
    }
    ::lseek(file->get(), 0, SEEK_SET);
    return file;
}

std::vector<char*> pointers(const std::vector<std::string>& texts) {
    std::vector<char*> all;
    all.reserve(texts.size() + 1);
    for (const std::string& text : texts) all.push_back(const_cast<char*>(text.c_str()));
    all.push_back(nullptr);
    return all;
}

std::vector<std::pair<__rlimit_resource, rlimit>> within_own(const Confinement& confinement) {
    std::vector<std::pair<__rlimit_resource, rlimit>> limits;
    for (const auto& [resource, wanted] : confinement.limits) {
        rlimit own{};
        if (::getrlimit(resource, &own) != 0) continue;
        const rlim_t value = std::min(wanted, own.rlim_max);
        limits.push_back({resource, {value, value}});
    }
    return limits;
}

}  // namespace

Result<Identity> identity_of(const std::string& user) {
    std::array<char, 16'384> buffer{};
    passwd entry{};
    passwd* found = nullptr;
    ::getpwnam_r(user.c_str(), &entry, buffer.data(), buffer.size(), &found);
    uid_t number = 0;
    const auto [stop, error] = std::from_chars(user.data(), user.data() + user.size(), number);
    const bool is_number = error == std::errc{} && stop == user.data() + user.size();
    if (found == nullptr && is_number) ::getpwuid_r(number, &entry, buffer.data(), buffer.size(), &found);
    if (found == nullptr && is_number) return Identity{number, static_cast<gid_t>(number), {}, user, "/"};
    if (found == nullptr) return fail(Errc::invalid, "unknown user " + user);
    Identity identity{entry.pw_uid, entry.pw_gid, {}, entry.pw_name, entry.pw_dir};
    int count = 64;
    identity.groups.resize(static_cast<std::size_t>(count));
    if (::getgrouplist(entry.pw_name, entry.pw_gid, identity.groups.data(), &count) < 0) {
        identity.groups.resize(static_cast<std::size_t>(count));
        ::getgrouplist(entry.pw_name, entry.pw_gid, identity.groups.data(), &count);
    }
    identity.groups.resize(static_cast<std::size_t>(count));
    return identity;
}

Result<Launched> launch(const Program& program, const Confinement& confinement, CommandRecord& record,
                        CommandCgroup cgroup) {
    static thread_local const Stack stack;
    Result<Descriptor> input = make_input(program.input);
    if (!input) return std::unexpected(input.error());
    Result<Pipe> output = make_pipe();
    if (!output) return std::unexpected(output.error());
    Result<Pipe> errors = make_pipe();
    if (!errors) return std::unexpected(errors.error());

    const std::vector<char*> arguments = pointers(program.arguments);
    const std::vector<char*> environment = pointers(program.environment);
    const auto limits = within_own(confinement);
    Child child{.file = program.file.c_str(),
                .arguments = arguments.data(),
                .environment = environment.data(),
                .directory = program.directory.c_str(),
                .identity = confinement.identity ? &*confinement.identity : nullptr,
                .limits = &limits,
                .stdio = {input->get(), output->write.get(), errors->write.get()},
                .record = &record,
                .before = nanoseconds_since_boot(),
                .cgroup = cgroup.members()};

    // Signals are blocked, so that no handler of ecron runs in the child; the child unblocks them after
    // resetting the handlers.
    sigset_t all, before;
    sigfillset(&all);
    ::pthread_sigmask(SIG_BLOCK, &all, &before);
    int pidfd = -1;
    const pid_t pid =
        ::clone(run_child, stack.top(), CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD, &child, &pidfd);
    const int error = errno;
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    if (pid < 0) return system_error("no process could be started", error);
    Launched launched{pid, Descriptor{pidfd}, std::move(output->read), std::move(errors->read),
                      std::move(cgroup)};
    if (child.error == 0) return launched;
    ::waitpid(pid, nullptr, 0);
    record.pid.store(0, std::memory_order_release);
    return failure(child);
}

}  // namespace ecron::execution
