#pragma once
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "ecron/base/error.hpp"
#include "execution/command/descriptor.hpp"

/// A separate cgroup for each command, if the kernel permits ecron to create them (cgroup v2, delegated). It
/// contains all processes started by the command, regardless of session, environment and parents, and is
/// killed by one write to cgroup.kill. Threads: any. Source:
/// https://docs.kernel.org/admin-guide/cgroup-v2.html
namespace ecron::execution {

/// The cgroup of one command. Removed on destruction, or at the end of a later command if the kernel has not
/// finished with its processes.
class CommandCgroup {
public:
    CommandCgroup() = default;  // no cgroup: the functions below have no effect
    CommandCgroup(std::string folder, Descriptor members)
        : folder_(std::move(folder)),
          members_(std::move(members)) {}

    /// Descriptor of cgroup.procs, into which the child writes itself; -1: none.
    [[nodiscard]] int members() const { return members_.get(); }
    [[nodiscard]] const std::string& folder() const { return folder_; }
    /// Sends SIGKILL to all processes in it.
    void kill() const;

private:
    std::string folder_{};
    Descriptor members_{};
};

class CommandCgroups {
public:
    struct Limits {
        std::uint64_t processes{};  // pids.max of each command, if the controller is available; 0: no limit
    };

    /// Creates cgroups below `parent`, a folder of a cgroup2 file system, in a folder named by the hash of
    /// `owner` (a path used by one process at a time). Leftovers of an earlier process are killed. Errors:
    /// why commands have no cgroups; nothing is left behind.
    static Result<std::unique_ptr<CommandCgroups>> open(const std::string& parent, std::string_view owner,
                                                        Limits limits);
    ~CommandCgroups();
    CommandCgroups(const CommandCgroups&) = delete;
    CommandCgroups& operator=(const CommandCgroups&) = delete;

    /// Never fails: without a cgroup the command runs without one.
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

/// The folder of this process's own cgroup (v2). Errors: none is visible.
Result<std::string> own_cgroup();

}  // namespace ecron::execution
