#include "ecron/execution/command_runner.hpp"

#include <dirent.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <thread>

#include "execution/command/command_cgroups.hpp"
#include "execution/command/launch.hpp"

// ThreadSanitizer treats a clone that shares memory as a fork, and fails itself.
#if !__has_feature(thread_sanitizer)

using namespace ecron;
using namespace ecron::execution;
using namespace std::chrono_literals;
namespace json = boost::json;

namespace {

class Folder {
public:
    Folder() { REQUIRE(::mkdtemp(path_.data()) != nullptr); }
    ~Folder() { std::filesystem::remove_all(path_); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    [[nodiscard]] const std::string& path() const { return path_; }
    std::string file(const std::string& name, const std::string& text, mode_t mode = 0644) const {
        const std::string path = path_ + '/' + name;
        std::ofstream{path} << text;
        ::chmod(path.c_str(), mode);
        return path;
    }

private:
    std::string path_{"/tmp/ecron-command-XXXXXX"};
};

std::size_t open_descriptors() {
    std::size_t count = 0;
    DIR* const folder = ::opendir("/proc/self/fd");
    while (::readdir(folder) != nullptr) ++count;
    ::closedir(folder);
    return count;
}

bool is_alive(pid_t pid) { return ::kill(pid, 0) == 0; }

class CommandWorld {
public:
    explicit CommandWorld(CommandOptions options = {}, std::map<std::string, std::string> environment = {})
        : secrets("", environment) {
        options.enabled = true;
        options.as_self = options.user.empty();
        options.run_directory = folder.path() + "/run";
        if (options.kill_grace == CommandOptions{}.kill_grace) options.kill_grace = 200ms;
        auto made = make_command_runner(io, secrets, std::move(options));
        REQUIRE(made);
        runner = std::move(*made);
    }

    ExecuteId start(model::Context context) {
        context.mode = model::Mode::exe;
        auto task = std::make_shared<Task>();
        task->job_id = JobId{"job-1"};
        task->job_name = "a job";
        task->context = std::move(context);
        const ExecuteId id{"e-" + std::to_string(++count_)};
        runner->start({id, 2, from_unix_millis(1'767'225'600'123), task, traceparent},
                      [this, id](AttemptResult result) { results[id.value()] = std::move(result); });
        return id;
    }
    AttemptResult await(const ExecuteId& id) {
        run_until([&] { return results.contains(id.value()); });
        return results.at(id.value());
    }
    AttemptResult run(model::Context context) { return await(start(std::move(context))); }
    AttemptResult run(const std::string& exec) { return run(model::Context{.exec = exec}); }
    /// A script for /bin/sh.
    static model::Context shell(const std::string& script) {
        return {.exec = "/bin/sh -c", .params = model::NameValues{{"", script}}};
    }

    template <class Done> void run_until(const Done& done) {
        const auto deadline = std::chrono::steady_clock::now() + 20s;
        while (!done()) {
            REQUIRE(std::chrono::steady_clock::now() < deadline);
            io.run_one_for(20ms);
        }
    }

    Folder folder;
    boost::asio::io_context io;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{io.get_executor()};
    Secrets secrets;
    std::unique_ptr<Runner> runner;
    std::map<std::string, AttemptResult> results;
    std::string traceparent{};  // of the attempts

private:
    int count_{0};
};

json::object detail(const AttemptResult& result) { return json::parse(result.detail).as_object(); }

constexpr auto kSuccess = model::ExecutionState::success;
constexpr auto kFailure = model::ExecutionState::failure;
constexpr Millis kTimeForAShell = 2s;  // to execute its first lines on a busy machine

}  // namespace

TEST_CASE("a command receives its words and the values of params without a shell", "[command]") {
    CommandWorld world;
    const AttemptResult result =
        world.run({.exec = "/usr/bin/printf '[%s]' a 'b c' $HOME *",
                   .params = model::NameValues{{"z", "first"}, {"a", "x y"}, {"m", "$(id)"}}});
    CHECK(result.outcome == kSuccess);
    CHECK(result.code == 0);
    CHECK(result.output == "[a][b c][$HOME][*][first][x y][$(id)]");
}

TEST_CASE("a command's environment contains only the documented variables", "[command]") {
    ::setenv("ECRON_TEST_OF_LEAK", "seen", 1);
    CommandWorld world;
    const AttemptResult result =
        world.run({.exec = "env", .environment = model::NameValues{{"COLOUR", "blue"}, {"LANG", "C"}}});
    ::unsetenv("ECRON_TEST_OF_LEAK");
    CHECK(result.output ==
          "COLOUR=blue\nECRON_ATTEMPT=2\nECRON_EXECUTE_ID=e-1\nECRON_JOB_ID=job-1\nECRON_JOB_NAME=a job\n"
          "ECRON_SCHEDULED_AT=2026-01-01T00:00:00.123Z\nHOME=/\nLANG=C\n"
          "PATH=/usr/local/bin:/usr/bin:/bin\n");
}

TEST_CASE("a command gets the trace of its attempt, unless the job sets it", "[command]") {
    CommandWorld world;
    world.traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    CHECK(world.run(CommandWorld::shell("echo $TRACEPARENT")).output == world.traceparent + "\n");
    model::Context own = CommandWorld::shell("echo $TRACEPARENT");
    own.environment = model::NameValues{{"TRACEPARENT", "mine"}};
    CHECK(world.run(own).output == "mine\n");
}

TEST_CASE("the body is a command's stdin", "[command]") {
    CommandWorld world;
    CHECK(world.run({.exec = "cat", .body = R"({"a":1})"}).output == R"({"a":1})");
    CHECK(world.run("cat").output.empty());
    const std::string large = "{\"a\":\"" + std::string(1 << 20, 'x') + "\"}";
    CHECK(world.run({.exec = "wc -c", .body = large}).output == std::to_string(large.size()) + "\n");
}

TEST_CASE("a shell interprets a command if the job wants it and the node permits it", "[command]") {
    const model::Context job{
        .exec = "echo a$1 | tr a b", .params = model::NameValues{{"x", "'c d'"}}, .shell = true};
    CHECK(CommandWorld{{.shell = true}}.run(job).output == "b'c d'\n");
    const AttemptResult refused = CommandWorld{{}}.run(job);
    CHECK(refused.outcome == kFailure);
    CHECK(refused.reason == "info.shell is not permitted on this node (command_shell)");
    const AttemptResult limited = CommandWorld{{.allow = {"/bin/echo"}, .shell = true}}.run(job);
    CHECK(limited.reason == "/bin/sh is not among the programs that may run (command_allow)");
}

TEST_CASE("a command runs in the job's directory, or else in the configured one", "[command]") {
    CommandWorld world{{.directory = "/usr"}};
    CHECK(world.run("pwd").output == "/usr\n");
    CHECK(world.run({.exec = "pwd", .working_directory = "/tmp"}).output == "/tmp\n");
    const AttemptResult result = world.run({.exec = "pwd", .working_directory = "/nowhere"});
    CHECK(result.outcome == kFailure);
    CHECK(result.reason == "working directory /nowhere: No such file or directory");
}

TEST_CASE("exit codes and signals are reported", "[command]") {
    CommandWorld world;
    const auto [script, code, reason] = GENERATE(table<std::string, int, std::string>({
        {"exit 3", 3, "exit code 3"},
        {"exit 255", 255, "exit code 255"},
        {"kill -9 $$", 137, "ended by signal 9 (Killed)"},
        {"kill -SEGV $$", 139, "ended by signal 11 (Segmentation fault)"},
    }));
    CAPTURE(script);
    const AttemptResult result = world.run(CommandWorld::shell(script));
    CHECK(result.outcome == kFailure);
    CHECK(result.code == code);
    CHECK(result.reason == reason);
}

TEST_CASE("both streams are kept together, with the stream of each part", "[command]") {
    CommandWorld world;
    const AttemptResult result =
        world.run(CommandWorld::shell("echo one; sleep 0.1; echo two >&2; sleep 0.1; echo three"));
    CHECK(result.output == "one\ntwo\nthree\n");
    CHECK(json::serialize(detail(result).at("stderr")) == "[[4,4]]");
    CHECK(detail(result).at("output_size") == 14);
}

TEST_CASE("the tail of large output is kept, and memory stays bounded", "[command]") {
    CommandWorld world{{.output_limit = 1'000}};
    const AttemptResult result = world.run("seq 1 200000");
    CHECK(result.outcome == kSuccess);
    CHECK(result.output.size() == 1'000);
    CHECK(result.output.ends_with("\n199999\n200000\n"));
    CHECK(detail(result).at("output_size") == 1'288'895);
}

TEST_CASE("an endless writer is read until its timeout", "[command]") {
    CommandWorld world{{.output_limit = 4}};
    const AttemptResult result = world.run({.exec = "yes", .timeout = 300ms});
    CHECK(result.outcome == kFailure);
    CHECK(result.reason == "no end within 300ms; SIGTERM ended it");
    CHECK(result.output == "y\ny\n");
    CHECK(detail(result).at("output_size").as_int64() > 100'000);
}

TEST_CASE("binary output is kept unchanged", "[command]") {
    CommandWorld world;
    CHECK(world.run({.exec = R"(printf '\000\377\n\200')"}).output == std::string("\0\377\n\200", 4));
}

TEST_CASE("a command that cannot be started fails with the reason", "[command]") {
    CommandWorld world;
    const std::string plain = world.folder.file("plain", "#!/bin/sh\n");
    const std::string orphan = world.folder.file("orphan", "#!/no/such/interpreter\n", 0755);
    const std::string nonsense = world.folder.file("nonsense", "\x7f\x01\x02", 0755);
    const auto reason_of = [&](const std::string& exec) {
        const AttemptResult result = world.run(exec);
        CHECK(result.outcome == kFailure);
        CHECK(result.code == 0);
        return result.reason;
    };
    CHECK(reason_of("/no/such/program") == "command not found: /no/such/program");
    CHECK(reason_of("no-such-program") == "command not found: no-such-program");
    CHECK(reason_of("/tmp") == "/tmp is a folder");
    CHECK(reason_of(plain) == plain + " is not executable");
    CHECK(reason_of(orphan) == "the interpreter of " + orphan + " does not exist");
    CHECK(reason_of(nonsense) == nonsense + " is not a program that this machine can run");
    CHECK(reason_of("echo 'a") == "exec: a ' is not closed (at position 5)");
    CHECK(reason_of("''") == "exec names no command");
    const AttemptResult long_one =
        world.run({.exec = "echo", .params = model::NameValues{{"a", std::string(1 << 18, 'x')}}});
    CHECK(long_one.reason == "arguments and environment are too long");
}

TEST_CASE("only permitted programs run", "[command]") {
    Folder folder;
    folder.file("job", "#!/bin/sh\necho ran\n", 0755);
    std::filesystem::create_directory(folder.path() + "/inner");
    std::filesystem::create_directory_symlink(folder.path(), folder.path() + "/link");
    const std::string hidden = folder.file("inner/job", "#!/bin/sh\necho hidden\n", 0755);
    CommandWorld world{{.allow = {"/bin/echo", folder.path() + "/"}}};
    CHECK(world.run("/bin/echo a").output == "a\n");
    CHECK(world.run("echo b").outcome == kSuccess);
    CHECK(world.run(folder.path() + "/job").output == "ran\n");
    CHECK(world.run(folder.path() + "/link/job").output == "ran\n");
    CHECK(world.run(folder.path() + "/inner/../job").output == "ran\n");
    // The compared path is executed: a symbolic link in it could have been replaced meanwhile.
    folder.file("where", "#!/bin/sh\necho $0\n", 0755);
    CHECK(world.run(folder.path() + "/link/where").output == folder.path() + "/where\n");
    for (const std::string& program : {std::string{"/bin/cat"}, hidden, folder.path() + "/../../bin/cat"}) {
        const AttemptResult result = world.run(program);
        CHECK(result.outcome == kFailure);
        CHECK(result.reason == program + " is not among the programs that may run (command_allow)");
    }
}

TEST_CASE("variables of a job cannot make a permitted program run other code", "[command]") {
    const Folder folder;
    const std::string path = folder.path();
    const std::string marker = path + "/ran";
    const std::string code = folder.file("code", "touch " + marker + "\n", 0755);
    const std::string script = folder.file("script", "#!/bin/bash\necho \"$COLOUR\"\n", 0755);
    const auto [name, value] = GENERATE_COPY(table<std::string, std::string>({
        {"BASH_ENV", code},
        {"ENV", code},
        {"SHELLOPTS", "xtrace"},
        {"PS4", "$(touch " + marker + ")"},
        {"PATH", path},
        {"PYTHONPATH", path},
        {"PERL5OPT", "-Mevil"},
        {"RUBYOPT", "-revil"},
        {"NODE_OPTIONS", "--require=" + code},
        {"LD_PRELOAD", "/tmp/other.so"},
        {"GLIBC_TUNABLES", "glibc.malloc.check=1"},
        {"BASH_FUNC_echo%%", "() { touch " + marker + "; }"},
        {"EDITOR", code},
    }));
    CAPTURE(name);
    CommandWorld limited{{.allow = {script}, .environment = {"COLOUR"}}};
    const AttemptResult refused =
        limited.run({.exec = script, .environment = model::NameValues{{name, value}}});
    CHECK(refused.outcome == kFailure);
    CHECK(refused.reason == "environment: " + name +
                                " is not among the variables that jobs may set (command_environment), which "
                                "command_allow limits");
    CHECK_FALSE(std::filesystem::exists(marker));
    const AttemptResult allowed =
        limited.run({.exec = script, .environment = model::NameValues{{"COLOUR", "blue"}}});
    CHECK(allowed.output == "blue\n");
}

TEST_CASE("if any program may run, jobs may set any variable", "[command]") {
    CommandWorld world;
    const AttemptResult result =
        world.run({.exec = "/bin/sh -c 'echo $PS4'", .environment = model::NameValues{{"PS4", "mine"}}});
    CHECK(result.output == "mine\n");
}

TEST_CASE("disabled commands fail with the reason", "[command]") {
    boost::asio::io_context io;
    const Secrets none;
    const auto runner = make_command_runner(io, none, {});
    REQUIRE(runner);
    AttemptResult result;
    (*runner)->start({.task = std::make_shared<Task>()}, [&](AttemptResult told) { result = told; });
    io.run();
    CHECK(result.reason == "commands are switched off (command_enabled)");
}

TEST_CASE("a command that times out is ended with its process group", "[command]") {
    CommandWorld world;
    model::Context context = CommandWorld::shell("sleep 60 & echo $!; wait");
    context.timeout = kTimeForAShell;
    const AttemptResult result = world.run(context);
    CHECK(result.outcome == kFailure);
    CHECK(result.reason == "no end within 2s; SIGTERM ended it");
    const pid_t child = std::stoi(result.output);
    world.run_until([&] { return !is_alive(child); });
}

TEST_CASE("a command that ignores SIGTERM is killed", "[command]") {
    CommandWorld world;
    model::Context context = CommandWorld::shell("trap '' TERM; echo ready; while :; do sleep 1; done");
    context.timeout = kTimeForAShell;
    const AttemptResult result = world.run(context);
    CHECK(result.reason == "no end within 2s; it did not end on SIGTERM and was killed");
    CHECK(result.code == 137);
    CHECK(result.output == "ready\n");
}

TEST_CASE("a stopped command can be ended", "[command]") {
    CommandWorld world;
    model::Context context = CommandWorld::shell("kill -STOP $$");
    context.timeout = kTimeForAShell;
    CHECK(world.run(context).reason == "no end within 2s; SIGTERM ended it");
}

TEST_CASE("processes left behind in the group are killed and not waited for", "[command]") {
    CommandWorld world;
    const AttemptResult result = world.run(CommandWorld::shell("sleep 60 & echo $!"));
    CHECK(result.outcome == kSuccess);
    const pid_t child = std::stoi(result.output);
    world.run_until([&] { return !is_alive(child); });
}

namespace {

/// Ended, or a zombie that has not been reaped yet.
bool has_ended(pid_t pid) {
    std::ifstream status{"/proc/" + std::to_string(pid) + "/stat"};
    std::string text;
    return !std::getline(status, text) || text.contains(") Z ");
}

/// A killed process may take a while to end on a busy machine.
void await_end(pid_t pid) {
    const auto deadline = std::chrono::steady_clock::now() + 20s;
    while (!has_ended(pid)) {
        REQUIRE(std::chrono::steady_clock::now() < deadline);
        std::this_thread::sleep_for(1ms);
    }
}

/// A line of a shell script that starts a process outside its command's session or group, prints its pid, and
/// keeps running for a minute as `last`.
std::string leaves(const std::string& pids, const std::string& how, const std::string& last = "sleep 60") {
    return how + " sh -c 'echo $$ > " + pids + ".new; mv " + pids + ".new " + pids + "; exec " + last +
           "' & ";
}
pid_t number_in(const std::string& path) {
    pid_t number = 0;
    return std::ifstream{path} >> number ? number : 0;
}

}  // namespace

TEST_CASE("processes that left the command's session or group end with the command", "[command]") {
    CommandWorld world;
    const std::string pids = world.folder.path() + "/pid";
    const std::string how = GENERATE("setsid", "setsid setsid", "set -m; ");
    CAPTURE(how);
    std::string script = leaves(pids, how) + "until [ -e " + pids + " ]; do sleep 0.01; done; ";
    const bool runs_on = GENERATE(false, true);
    script += runs_on ? "sleep 60" : "exit 0";
    const ExecuteId id = world.start(CommandWorld::shell(script));
    world.run_until([&] { return number_in(pids) > 0; });
    const pid_t left = number_in(pids);
    if (runs_on) {
        CHECK(is_alive(left));
        world.runner->cancel(id);
    }
    world.await(id);
    world.run_until([&] { return !is_alive(left); });  // and is reaped
}

TEST_CASE("an orphan that conceals its command is ended too", "[command]") {
    CommandWorld world;
    const std::string pids = world.folder.path() + "/pid";
    const std::string hidden = leaves(pids, "setsid", "env -i sleep 60");
    world.run(CommandWorld::shell("(" + hidden + "); until [ -e " + pids + " ]; do sleep 0.01; done"));
    world.run_until([&] { return !is_alive(number_in(pids)); });
}

TEST_CASE("processes that left a running command's session keep running", "[command]") {
    CommandWorld world;
    const std::string pids = world.folder.path() + "/pid";
    const std::string go = world.folder.path() + "/go";
    // Its parent ends at once, so that it becomes an orphan; meanwhile another command ends.
    const ExecuteId id = world.start(CommandWorld::shell("(" + leaves(pids, "setsid") + "); until [ -e " +
                                                         go + " ]; do sleep 0.01; done"));
    world.run_until([&] { return number_in(pids) > 0; });
    const pid_t left = number_in(pids);
    const std::string stray = world.folder.path() + "/stray";
    world.run(
        CommandWorld::shell(leaves(stray, "setsid") + "until [ -e " + stray + " ]; do sleep 0.01; done"));
    world.run_until([&] { return has_ended(number_in(stray)); });  // the orphans have been inspected
    CHECK_FALSE(has_ended(left));
    world.folder.file("go", "");
    CHECK(world.await(id).outcome == kSuccess);
    world.run_until([&] { return has_ended(left); });
}

TEST_CASE("processes that left their command's session end with the runner", "[command]") {
    pid_t left = 0;
    {
        CommandWorld world;
        const std::string pids = world.folder.path() + "/pid";
        world.start(CommandWorld::shell(leaves(pids, "setsid") + "sleep 60"));
        world.run_until([&] { return number_in(pids) > 0; });
        left = number_in(pids);
    }
    await_end(left);
}

TEST_CASE("a command that closes its output keeps running", "[command]") {
    CommandWorld world;
    CHECK(world.run(CommandWorld::shell("exec >&- 2>&-; sleep 0.2; exit 7")).code == 7);
}

TEST_CASE("a cancelled command ends as interrupt, also while it is being started", "[command]") {
    CommandWorld world;
    const ExecuteId id = world.start({.exec = "sleep 60"});
    SECTION("running") {
        world.run_until([&] { return world.io.poll() == 0; });
    }
    SECTION("starting") {}
    world.runner->cancel(id);
    const AttemptResult result = world.await(id);
    CHECK(result.outcome == model::ExecutionState::interrupt);
    CHECK(result.reason == "cancelled");
}

TEST_CASE("commands leave no zombie and no descriptor", "[command]") {
    CommandWorld world;
    world.run("true");
    const std::size_t before = open_descriptors();
    std::vector<ExecuteId> ids;
    for (int i = 0; i < 10; ++i) ids.push_back(world.start({.exec = i % 2 == 0 ? "true" : "/no/such"}));
    for (const ExecuteId& id : ids) world.await(id);
    world.run_until(
        [&] { return open_descriptors() <= before; });  // the inspection of orphans opens some temporarily
    CHECK(::waitpid(-1, nullptr, WNOHANG) == -1);
    CHECK(errno == ECHILD);
}

TEST_CASE("a command inherits no descriptors, signal dispositions or privileges", "[command]") {
    ::signal(SIGPIPE, SIG_IGN);
    CommandWorld world;
    const AttemptResult descriptors = world.run("ls /proc/self/fd");
    CHECK(descriptors.output == "0\n1\n2\n3\n");  // 3 is the folder opened by ls
    const AttemptResult status = world.run("grep -E 'NoNewPrivs|SigIgn|SigBlk' /proc/self/status");
    CHECK(status.output == "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\nNoNewPrivs:\t1\n");
    const AttemptResult session = world.run("cat /proc/self/stat");
    std::istringstream numbers{session.output};
    std::string name, state;
    int pid = 0, parent = 0, group = 0, leader = 0;
    numbers >> pid >> name >> state >> parent >> group >> leader;
    CHECK(pid > 0);
    CHECK(group == pid);
    CHECK(leader == pid);
}

TEST_CASE("limits are enforced, and a command can run as another user", "[command]") {
    CommandOptions options{.open_files = 50, .file_size = 1'000};
    if (::geteuid() == 0) options.user = "nobody";
    CommandWorld world{options};
    CHECK(world.run(CommandWorld::shell("ulimit -n")).output == "50\n");
    CHECK(world.run(CommandWorld::shell("ulimit -c")).output == "0\n");
    CHECK(world.run("head -c 5000 /dev/zero").code == 0);  // a pipe is not a file
    if (::geteuid() != 0) return;
    CHECK(world.run("id").output == "uid=65534(nobody) gid=65534(nogroup) groups=65534(nogroup)\n");
    CHECK(world.run("cat /proc/1/environ").code == 1);
}

TEST_CASE("an unknown user is reported at start", "[command]") {
    boost::asio::io_context io;
    const Secrets none;
    const auto runner = make_command_runner(
        io, none, {.enabled = true, .user = "no-such-user", .run_directory = "/tmp/ecron-none"});
    REQUIRE_FALSE(runner);
    CHECK(runner.error().what == "command_user: unknown user no-such-user");
}

namespace {

/// The error when the runner is created; empty: none.
std::string refusal_of(CommandOptions options) {
    const Folder folder;
    boost::asio::io_context io;
    const Secrets none;
    options.enabled = true;
    options.run_directory = folder.path() + "/run";
    const auto runner = make_command_runner(io, none, std::move(options));
    return runner ? "" : runner.error().what;
}

}  // namespace

TEST_CASE("running commands as ecron's own user or as root requires consent", "[command]") {
    using Catch::Contains;
    const std::string self = std::to_string(::geteuid());
    const std::string consent = "set command_user to another user, or consent with command_as_self: true";
    CHECK_THAT(refusal_of({}), Contains("ecron's own user") && Contains(consent));
    CHECK_THAT(refusal_of({.user = self}), Contains("ecron's own user") && Contains(consent));
    if (::geteuid() != 0) CHECK_THAT(refusal_of({.user = "0"}), Contains("is root") && Contains(consent));
    CHECK(refusal_of({.as_self = true}).empty());
    CHECK(refusal_of({.user = self, .as_self = true}).empty());
}

TEST_CASE("a command_user that can read or replace ecron's files is rejected", "[command]") {
    if (::geteuid() != 0) return;
    const Folder folder;
    ::chmod(folder.path().c_str(), 0755);
    const std::string tokens = folder.file("tokens", "secret", 0600);
    const auto refusal = [&] {
        return refusal_of({.user = "nobody", .private_files = {folder.path() + "/none", tokens}});
    };
    CHECK(refusal().empty());
    ::chmod(tokens.c_str(), 0644);
    CHECK(refusal() == "command_user: nobody can read " + tokens +
                           ", and so can every command: remove that permission (chmod o-rwx, or another "
                           "group)");
    ::chmod(tokens.c_str(), 0600);
    ::chmod(folder.path().c_str(), 0777);
    CHECK_THAT(refusal(), Catch::Contains("command_user: nobody can write " + folder.path()));
    ::chmod(tokens.c_str(), 0644);
    ::chmod(folder.path().c_str(), 0700);
    CHECK(refusal().empty());
}

TEST_CASE("processes of the command_user are limited, including a fork bomb", "[command]") {
    if (::geteuid() != 0) return;
    CommandWorld world{{.user = "64321", .processes = 5}};  // a user without other processes
    const AttemptResult result =
        world.run(CommandWorld::shell("for i in 1 2 3 4 5 6 7 8 9; do sleep 60 & done; echo started; wait"));
    CHECK(result.outcome == kFailure);
    CHECK_FALSE(result.output.contains("started"));
    std::string soft, hard;
    std::istringstream{world.run("grep processes /proc/self/limits").output.substr(25)} >> soft >> hard;
    CHECK(soft == "5");
    CHECK(hard == "5");
}

TEST_CASE("secrets reach a command's environment and stdin, but not its stored output", "[command]") {
    CommandWorld world{{}, {{"ECRON_SECRET_DB_KEY", "s3cr\"et-value"}}};
    const AttemptResult result = world.run(
        {.exec =
             R"(sh -c 'printf %s "$KEY" | wc -c; echo "$KEY"; cat; printf s3cr\"e >&2; printf t-value >&2')",
         .body = R"({"k":"${secret:db-key}"})",
         .environment = model::NameValues{{"KEY", "${secret:db-key}"}}});
    CHECK(result.outcome == kSuccess);
    CHECK_FALSE(result.output.contains("et-value"));
    CHECK(result.output.contains("13\n***\n{\"k\":\"***\"}"));
    CHECK(world.run({.exec = "env", .environment = model::NameValues{{"A", "${secret:none}"}}}).reason ==
          "the secret none is not known");
}

TEST_CASE("commands are killed when their runner is destroyed", "[command]") {
    pid_t pid = 0;
    {
        CommandWorld world;
        const std::string file = world.folder.path() + "/pid";
        world.start(CommandWorld::shell("echo $$ > " + file + "; exec sleep 60"));
        world.run_until([&] { return std::ifstream{file} >> pid && pid > 0; });
        CHECK(is_alive(pid));
    }
    CHECK_FALSE(is_alive(pid));
}

TEST_CASE("commands left running by a killed ecron process are ended at the next start", "[command]") {
    Folder folder;
    const std::string run = folder.path() + "/run";
    const std::string pids = folder.path() + "/pids";
    const auto options = [&] {
        return CommandOptions{.enabled = true, .kill_grace = 200ms, .as_self = true, .run_directory = run};
    };
    const pid_t first = ::fork();
    if (first == 0) {  // the ecron process to be killed
        boost::asio::io_context io;
        const Secrets none;
        auto runner = make_command_runner(io, none, options());
        auto task = std::make_shared<Task>();
        task->context.exec = "/bin/sh -c";
        task->context.params =
            model::NameValues{{"", "trap '' TERM; sleep 60 & one=$!; setsid sleep 60 & echo $$ $one $! > " +
                                       pids + ".new; mv " + pids + ".new " + pids + "; wait; sleep 60"}};
        (*runner)->start({.execute_id = ExecuteId{"e-1"}, .task = task}, [](AttemptResult) {});
        const auto work = boost::asio::make_work_guard(io);  // the start is issued from another thread
        io.run_for(30s);
        ::_exit(0);
    }
    pid_t leader = 0, child = 0, left = 0;
    const auto deadline = std::chrono::steady_clock::now() + 20s;
    while (!(std::ifstream{pids} >> leader >> child >> left)) {
        REQUIRE(std::chrono::steady_clock::now() < deadline);
        std::this_thread::sleep_for(10ms);
    }
    ::kill(first, SIGKILL);
    ::waitpid(first, nullptr, 0);
    REQUIRE(is_alive(leader));
    REQUIRE(is_alive(child));
    REQUIRE(is_alive(left));

    SECTION("with its session leader") {}
    SECTION("whose session leader has died") { ::kill(leader, SIGKILL); }
    boost::asio::io_context io;
    const Secrets none;
    const auto runner = make_command_runner(io, none, options());
    REQUIRE(runner);
    for (const pid_t pid : {leader, child, left}) await_end(pid);
}

namespace {

/// A cgroup for this test, if the machine permits its creation.
class CgroupParent {
public:
    CgroupParent() {
        const auto own = own_cgroup();
        if (!own) return;
        path_ = *own + "/ecron-test-" + std::to_string(::getpid());
        if (::mkdir(path_.c_str(), 0755) != 0) path_.clear();
    }
    ~CgroupParent() {
        if (!path_.empty()) ::rmdir(path_.c_str());
    }
    CgroupParent(const CgroupParent&) = delete;
    CgroupParent& operator=(const CgroupParent&) = delete;
    [[nodiscard]] bool is_missing() const {
        if (path_.empty()) WARN("skipped: no writable cgroup v2");
        return path_.empty();
    }
    [[nodiscard]] const std::string& path() const { return path_; }

private:
    std::string path_;
};

std::string contents(const std::string& file) {
    std::ostringstream text;
    text << std::ifstream{file}.rdbuf();
    return text.str();
}

/// Starts a process in that cgroup that is not a command.
Launched sleeper(CommandRecord& record, CommandCgroup cgroup) {
    const Program program{
        .file = "/bin/sh", .arguments = {"sh", "-c", "setsid sleep 60 & exec sleep 60"}, .directory = "/"};
    auto launched = launch(program, {}, record, std::move(cgroup));
    REQUIRE(launched);
    return std::move(*launched);
}

bool is_empty(const std::string& cgroup) {
    return contents(cgroup + "/cgroup.events").contains("populated 0");
}

}  // namespace

TEST_CASE("a command runs in its own cgroup, which is removed with it", "[command][cgroup]") {
    const CgroupParent parent;
    if (parent.is_missing()) return;
    {
        CommandWorld world{{.cgroup = parent.path()}};
        const std::string first = world.run("cat /proc/self/cgroup").output;
        const std::string second = world.run("cat /proc/self/cgroup").output;
        CHECK_THAT(first, Catch::Contains(parent.path().substr(parent.path().rfind('/')) + "/ecron-"));
        CHECK_THAT(first, Catch::Contains("/command-1\n"));
        CHECK_THAT(second, Catch::Contains("/command-2\n"));
        // The cgroup of a killed command is removed at the end of a later command, when the kernel has
        // finished with it.
        const std::string pids = world.folder.path() + "/pid";
        world.run(CommandWorld::shell("(" + leaves(pids, "setsid", "env -i sleep 60") + "); until [ -e " +
                                      pids + " ]; do sleep 0.01; done"));
        world.run_until([&] { return has_ended(number_in(pids)); });
        world.run_until([&] {
            world.run("true");
            std::size_t left = 0;
            for (const auto& entry : std::filesystem::recursive_directory_iterator{parent.path()})
                left +=
                    entry.is_directory() && entry.path().filename().string().starts_with("command-") ? 1 : 0;
            return left == 0;
        });
    }
    std::size_t left = 0;
    for (const auto& entry : std::filesystem::directory_iterator{parent.path()})
        left += entry.is_directory() ? 1 : 0;
    CHECK(left == 0);
}

TEST_CASE("all processes of a cgroup are killed at once, and leftovers at the next start",
          "[command][cgroup]") {
    const CgroupParent parent;
    if (parent.is_missing()) return;
    auto groups = CommandCgroups::open(parent.path(), "owner", {});
    REQUIRE(groups);
    CommandCgroup cgroup = (*groups)->make();
    const std::string folder = cgroup.folder();
    CommandRecord record;
    const Launched launched = sleeper(record, std::move(cgroup));
    CHECK_FALSE(is_empty(folder));
    SECTION("killed") {
        launched.cgroup.kill();
        ::waitpid(launched.pid, nullptr, 0);
        while (!is_empty(folder)) std::this_thread::sleep_for(1ms);
    }
    SECTION("left behind") {
        auto next = CommandCgroups::open(parent.path(), "owner", {});
        REQUIRE(next);
        CHECK_FALSE(std::filesystem::exists(folder));
        ::waitpid(launched.pid, nullptr, 0);
    }
}

TEST_CASE("pids.max of a command's cgroup is set to command_processes", "[command][cgroup]") {
    const CgroupParent parent;
    if (parent.is_missing()) return;
    auto groups = CommandCgroups::open(parent.path(), "owner", {.processes = 7});
    REQUIRE(groups);
    if (!(*groups)->limits_processes()) {
        WARN("skipped: the controller pids is not available");
        return;
    }
    const CommandCgroup cgroup = (*groups)->make();
    CHECK(contents(cgroup.folder() + "/pids.max") == "7\n");
    (*groups)->give_back(cgroup);
}

TEST_CASE("commands run without a cgroup if none can be created", "[command][cgroup]") {
    CommandWorld world{{.cgroup = GENERATE("/nowhere", "/proc", "/tmp")}};
    CHECK(world.run("echo good").output == "good\n");
}

#endif
