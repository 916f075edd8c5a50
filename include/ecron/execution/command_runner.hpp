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
    std::vector<std::string> allow{};        // programs, or folders ("/srv/jobs/") of programs; empty: any
    std::vector<std::string> environment{};  // names that jobs may set where `allow` is not empty
    std::size_t limit{16};                   // processes at once; the pool keeps to it
    Millis timeout{3'600'000};               // of jobs that name none
    Millis kill_grace{5'000};                // between SIGTERM and SIGKILL
    std::size_t output_limit{64UL * 1024};
    std::string directory{"/"};                        // where commands run that name none
    std::string path{"/usr/local/bin:/usr/bin:/bin"};  // where programs are looked for; the commands' PATH
    std::string user{};                                // that they run as; empty: ecron's own
    bool as_self{false};                               // consent to run them as ecron's own user
    std::vector<std::string>
        private_files{};  // that `user` must neither read nor replace; folders: what is in them
    std::uint64_t memory{0}, cpu_seconds{0}, open_files{0}, processes{0}, file_size{0};  // limits; 0: none
    std::string cgroup{};         // a cgroup v2 below which each command gets one; empty: ecron's own
    std::string run_directory{};  // where processes are noted, so that they end with an ecron that is killed
};

/// Runs the job's words as a process of its own: without a shell, in a session and process group of its own,
/// with a clean environment, without new privileges, under the limits. stdin is the job's body, stdout and
/// stderr are kept together, their ends. On time-out and cancellation the whole group gets SIGTERM, after
/// kill_grace SIGKILL; what a command leaves behind ends with it, wherever it is: each has a cgroup of its
/// own where the kernel lets ecron make one, elsewhere processes are found by their parents. Exit code 0 is
/// success.
///
/// The attempt's detail: {"pid", "exit_code" or "signal", "output_size", "stderr": [[offset, size], …] (parts
/// of the output that went there), "cpu_ms", "max_memory"}. Where commands are not enabled every attempt
/// fails. Opening ends what an ecron that was killed has left running; errors: the user does not exist, is
/// ecron's own or root without consent, or can read or replace a private file; the run directory cannot be
/// used. Destruction kills what still runs.
Result<std::unique_ptr<Runner>> make_command_runner(boost::asio::io_context& io, const Secrets& secrets,
                                                    CommandOptions options);

}  // namespace ecron::execution
