#pragma once
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "ecron/base/error.hpp"
#include "execution/descriptor.hpp"

/// A cgroup of its own for each command, where the kernel lets ecron make some (cgroup v2, delegated). All
/// that a command starts is in it, whatever it does to its session, environment and parents, and ends with
/// one write to cgroup.kill. Threads: any. Source: https://docs.kernel.org/admin-guide/cgroup-v2.html
namespace ecron::execution {

/// The cgroup of one command. Removed when it is destroyed, or by the next command's end where the kernel is
/// not done with its processes.
class CommandCgroup {
public:
    CommandCgroup() = default;  // none: nothing below has an effect
    CommandCgroup(std::string folder, Descriptor members)
        : folder_(std::move(folder)),
          members_(std::move(members)) {}

    /// cgroup.procs, for the child to write itself into; -1: none.
    [[nodiscard]] int members() const { return members_.get(); }
    [[nodiscard]] const std::string& folder() const { return folder_; }
    /// SIGKILL to all in it.
    void kill() const;

private:
    std::string folder_{};
    Descriptor members_{};
};

class CommandCgroups {
public:
    struct Limits {
        std::uint64_t processes{};  // pids.max of each command, where the controller is there; 0: none
    };

    /// Below `parent`, a folder of a cgroup2 file system, in one that is named by the hash of `owner` (a path
    /// that one process uses at a time). What is there of an earlier process is killed. Errors: why commands
    /// have no cgroups; nothing is left behind.
    static Result<std::unique_ptr<CommandCgroups>> open(const std::string& parent, std::string_view owner,
                                                        Limits limits);
    ~CommandCgroups();
    CommandCgroups(const CommandCgroups&) = delete;
    CommandCgroups& operator=(const CommandCgroups&) = delete;

    /// Never fails: without a cgroup the command runs as if there were none.
    CommandCgroup make();
    void give_back(const CommandCgroup& cgroup);
    [[nodiscard]] const std::string& folder() const { return folder_; }
    [[nodiscard]] bool limits_processes() const { return limits_processes_; }

private:
    CommandCgroups(std::string folder, Limits limits) : folder_(std::move(folder)), limits_(limits) {}
    void remove_ended();

    std::string folder_;
    Limits limits_;
    bool limits_processes_{false};
    std::mutex mutex_;
    std::uint64_t made_{0};
    std::vector<std::string> ended_{};
};

/// The folder of this process's own cgroup (v2). Errors: there is none that can be seen.
Result<std::string> own_cgroup();

}  // namespace ecron::execution
