#pragma once
#include <sys/resource.h>
#include <sys/types.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ecron/base/error.hpp"
#include "execution/command/command_cgroups.hpp"
#include "execution/command/command_records.hpp"
#include "execution/command/descriptor.hpp"

/// Starts processes. fork copies the page tables, which takes 24 ms with 1 GB of memory. Here the child
/// shares memory as with vfork: the calling thread blocks for about 0.1 ms until the child has executed the
/// program, so it must not be the io_context's. posix_spawn would be as fast, but supports neither users nor
/// limits. Threads: any, one at a time.
namespace ecron::execution {

struct Program {
    std::string file;                      // a path
    std::vector<std::string> arguments;    // the first one is the program's name
    std::vector<std::string> environment;  // NAME=value
    std::string directory;
    std::optional<std::string> input{};  // nullopt: /dev/null
};

struct Identity {
    uid_t user{};
    gid_t group{};
    std::vector<gid_t> groups{};
    std::string name{}, home{};
};
/// Looks up a user by name or number, with its groups.
Result<Identity> identity_of(const std::string& user);

/// Settings common to all programs.
struct Confinement {
    std::optional<Identity> identity{};                          // nullopt: ecron's own
    std::vector<std::pair<__rlimit_resource, rlim_t>> limits{};  // at most ecron's own limits
};

/// A process that leads its own session and process group. It must be reaped through `process`.
struct Launched {
    pid_t pid{};
    Descriptor process;         // a pidfd, readable when the process has ended
    Descriptor output, errors;  // its stdout and stderr, non-blocking
    CommandCgroup cgroup{};     // contains the process and all its descendants
};

/// The child first fills in `record`, then moves into `cgroup` if the kernel permits it. Errors describe the
/// failed step.
Result<Launched> launch(const Program& program, const Confinement& confinement, CommandRecord& record,
                        CommandCgroup cgroup = {});

}  // namespace ecron::execution
