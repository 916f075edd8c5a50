#pragma once
#include <sys/resource.h>
#include <sys/types.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ecron/base/error.hpp"
#include "execution/command_cgroups.hpp"
#include "execution/command_records.hpp"
#include "execution/descriptor.hpp"

/// Starts processes. fork copies the page tables, which takes 24 ms with 1 GB of memory; here the child
/// borrows them, as with vfork: the calling thread stands still until the child has become the program, a
/// tenth of a millisecond, so it must not be the io_context's. posix_spawn would be as quick, but knows
/// neither users nor limits. Threads: any one at a time.
namespace ecron::execution {

struct Program {
    std::string file;                      // a path
    std::vector<std::string> arguments;    // the first is its name
    std::vector<std::string> environment;  // NAME=value
    std::string directory;
    std::optional<std::string> input{};  // nothing: /dev/null
};

struct Identity {
    uid_t user{};
    gid_t group{};
    std::vector<gid_t> groups{};
    std::string name{}, home{};
};
/// A user by name or number, with the groups it is a member of.
Result<Identity> identity_of(const std::string& user);

/// What holds for every program.
struct Confinement {
    std::optional<Identity> identity{};                          // nothing: ecron's own
    std::vector<std::pair<__rlimit_resource, rlim_t>> limits{};  // never above ecron's own
};

/// A process that leads a session and process group of its own. It is to be reaped through `process`.
struct Launched {
    pid_t pid{};
    Descriptor process;         // a pidfd, readable when it has ended
    Descriptor output, errors;  // its stdout and stderr, not blocking
    CommandCgroup cgroup{};     // that it is in, with all that it starts
};

/// The child notes itself in `record` first, then moves into `cgroup`, where the kernel lets it. Errors say
/// in words what did not work.
Result<Launched> launch(const Program& program, const Confinement& confinement, CommandRecord& record,
                        CommandCgroup cgroup = {});

}  // namespace ecron::execution
