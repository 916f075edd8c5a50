#include "app/init.hpp"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <string_view>
#include <thread>

#include "app/private_process.hpp"

using namespace ecron::app;

namespace {

/// A process that inherits orphans like process 1, and runs `work` as process 1 would.
class GivenInit {
public:
    explicit GivenInit(const std::function<int(int)>& work) {
        std::array<int, 2> ends{};
        REQUIRE(::pipe(ends.data()) == 0);
        pid_ = ::fork();
        if (pid_ == 0) {
            ::prctl(PR_SET_PDEATHSIG, SIGKILL);
            ::prctl(PR_SET_CHILD_SUBREAPER, 1);
            ::_exit(run_as_init([&] {
                ::_exit(work(ends[1]));
                return 0;
            }));
        }
        ::close(ends[1]);
        from_work_ = ends[0];
    }
    ~GivenInit() {
        if (pid_ > 0) ::kill(pid_, SIGKILL), ::waitpid(pid_, nullptr, 0);
        ::close(from_work_);
    }
    GivenInit(const GivenInit&) = delete;
    GivenInit& operator=(const GivenInit&) = delete;

    void signal(int number) const { ::kill(pid_, number); }
    /// The next number written by the work.
    [[nodiscard]] pid_t told() const {
        pid_t number = 0;
        REQUIRE(::read(from_work_, &number, sizeof number) == sizeof number);
        return number;
    }
    int wait_for_end() {
        int status = 0;
        REQUIRE(::waitpid(std::exchange(pid_, -1), &status, 0) > 0);
        REQUIRE(WIFEXITED(status));
        return WEXITSTATUS(status);
    }

private:
    pid_t pid_{};
    int from_work_{};
};

void tell(int pipe, pid_t number) {
    [[maybe_unused]] const auto written = ::write(pipe, &number, sizeof number);
}

int wait_for(int signal) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, signal);
    int got = 0;
    ::sigwait(&set, &got);
    return got;
}

void block(int signal) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, signal);
    ::sigprocmask(SIG_BLOCK, &set, nullptr);
}

}  // namespace

TEST_CASE("process 1 exits with the exit code of its child", "[init]") {
    const auto [work, code] = GENERATE(table<std::function<int(int)>, int>({
        {[](int) { return 0; }, 0},
        {[](int) { return 7; }, 7},
        {[](int) { return ::raise(SIGKILL); }, 128 + SIGKILL},
    }));
    GivenInit init{work};
    CHECK(init.wait_for_end() == code);
}

TEST_CASE("process 1 forwards signals", "[init]") {
    const int signal = GENERATE(SIGTERM, SIGINT, SIGHUP);
    GivenInit init{[&](int pipe) {
        block(signal);
        tell(pipe, ::getpid());
        return wait_for(signal);
    }};
    REQUIRE(init.told() > 0);
    init.signal(signal);
    CHECK(init.wait_for_end() == signal);
}

TEST_CASE("process 1 reaps orphans and keeps running", "[init]") {
    GivenInit init{[](int pipe) {
        block(SIGTERM);
        const pid_t parent = ::fork();
        if (parent == 0) {
            const pid_t orphan = ::fork();
            if (orphan == 0) ::_exit(0);
            tell(pipe, orphan);
            ::_exit(0);
        }
        ::waitpid(parent, nullptr, 0);
        return wait_for(SIGTERM);
    }};
    const pid_t orphan = init.told();
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{20};
    // An unreaped process still accepts signals.
    while (::kill(orphan, 0) == 0 && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
    CHECK(::kill(orphan, 0) == -1);
    CHECK(errno == ESRCH);
    init.signal(SIGTERM);
    CHECK(init.wait_for_end() == SIGTERM);
}

TEST_CASE("private memory stays private in the child of process 1", "[init]") {
    const GivenInit init{[](int pipe) {
        keep_memory_private();
        const pid_t child = ::fork();
        if (child == 0) {
            tell(pipe, ::prctl(PR_GET_DUMPABLE) + 1);
            ::_exit(0);
        }
        ::waitpid(child, nullptr, 0);
        return 0;
    }};
    CHECK(init.told() == 1);
}

TEST_CASE("a taken environment is no longer visible in /proc", "[init]") {
    const GivenInit init{[](int pipe) {
        static std::array<char, 32> secret{"ECRON_USER_PWD=hunter2"};
        static std::array<char, 32> usual{"TZ=Europe/Berlin"};
        static std::array<char*, 3> variables{secret.data(), usual.data(), nullptr};
        environ = variables.data();
        const auto taken = take_environment();
        const bool returned = taken.at("ECRON_USER_PWD") == "hunter2" && taken.at("TZ") == "Europe/Berlin";
        const bool wiped = secret == std::array<char, 32>{} && usual == std::array<char, 32>{};
        const char* const zone = ::getenv("TZ");
        const bool kept = zone != nullptr && std::string_view{zone} == "Europe/Berlin";
        tell(pipe, returned && wiped && kept && ::getenv("ECRON_USER_PWD") == nullptr ? 1 : 2);
        return 0;
    }};
    CHECK(init.told() == 1);
}
