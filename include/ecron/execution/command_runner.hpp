#pragma once
#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ecron/base/error.hpp"
#include "ecron/execution/runner.hpp"
#include "ecron/execution/secrets.hpp"

namespace ecron::execution {

struct CommandOptions {
    bool enabled{false};
    std::vector<std::string> allow{};  // programs, or folders of programs ("/srv/jobs/"); empty: any program
    bool shell{false};                 // permits info.shell
    std::vector<std::string> environment{};  // variables that jobs may set if `allow` is not empty
    std::size_t limit{16};                   // concurrent processes; enforced by the pool
    Millis timeout{3'600'000};               // default for jobs that specify none
    Millis kill_grace{5'000};                // between SIGTERM and SIGKILL
    std::size_t output_limit{64UL * 1024};
    std::string directory{"/"};                        // default working directory
    std::string path{"/usr/local/bin:/usr/bin:/bin"};  // search path for programs; the commands' PATH
    std::string user{};                                // user that commands run as; empty: ecron's own
    bool as_self{false};                               // explicit consent to run them as ecron's own user
    std::vector<std::string>
        private_files{};  // must be neither readable nor replaceable by `user`; for folders: their contents
    std::uint64_t memory{0}, open_files{0}, processes{0}, file_size{0};  // limits; 0: none
    Seconds cpu_time{0};                                                 // 0: no limit
    std::string
        cgroup{};  // a cgroup v2 folder in which each command gets its own cgroup; empty: ecron's own cgroup
    std::string run_directory{};  // records of running processes, with which the next start stops those of a
                                  // killed ecron process
};

/// Runs the job's command as a process: without a shell unless the job has info.shell, in its own session and
/// process group, with a clean environment, without new privileges, within the limits. stdin is the job's
/// body; stdout and stderr are kept together, limited to their tail. On timeout and cancellation the process
/// group receives SIGTERM, and SIGKILL after kill_grace. Processes left behind by a command are killed when
/// it ends: by its cgroup if the kernel permits ecron to create one, otherwise they are found by their
/// parents. Exit code 0 is success.
///
/// The attempt's detail: {"pid", "exit_code" or "signal", "output_size", "stderr": [[offset, size], …] (parts
/// of the output written to stderr), "cpu_ms", "max_memory"}. If commands are disabled, every attempt fails.
/// Creation ends the commands left running by a killed ecron process. Errors: the user does not exist, is
/// ecron's own or root without consent, or can read or replace a private file; the run directory cannot be
/// used. Destruction kills running commands.
Result<std::unique_ptr<Runner>> make_command_runner(boost::asio::io_context& io, const Secrets& secrets,
                                                    CommandOptions options);

extern const ExecutorKind kCommandExecutor;

}  // namespace ecron::execution
