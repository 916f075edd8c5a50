#include "execution/command/command_cgroups.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "ecron/base/time.hpp"
#include "ecron/base/uuid.hpp"

namespace ecron::execution {
namespace {

namespace fs = std::filesystem;

constexpr int kRemovals = 200;  // of 5 ms each: the kernel ends killed processes soon, but not at once

std::unexpected<Error> refused(std::string_view what, int error) {
    return fail(Errc::unavailable, fmt::format("{}: {}", what, std::strerror(error)));
}

bool write_file(const std::string& file, std::string_view text) {
    const Descriptor open{::open(file.c_str(), O_WRONLY | O_CLOEXEC)};
    return open && ::write(open.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

bool remove_folder(const std::string& folder) { return ::rmdir(folder.c_str()) == 0 || errno == ENOENT; }

/// Kills all processes below a cgroup folder and removes it. False: something is left.
bool clear(const std::string& folder) {
    if (!fs::exists(folder)) return true;
    write_file(folder + "/cgroup.kill", "1");
    for (int left = kRemovals; left > 0; --left) {
        std::error_code ignored;
        for (fs::directory_iterator entry{folder, ignored}, end; !ignored && entry != end;
             entry.increment(ignored))
            if (entry->is_directory(ignored)) remove_folder(entry->path());
        if (remove_folder(folder)) return true;
        std::this_thread::sleep_for(Millis{5});
    }
    return false;
}

}  // namespace

void CommandCgroup::kill() const {
    if (!folder_.empty()) write_file(folder_ + "/cgroup.kill", "1");
}

Result<std::string> own_cgroup() {
    std::ifstream mounts{"/proc/self/mountinfo"};
    std::string root, mounted;
    for (std::string line; std::getline(mounts, line);) {
        if (line.find(" - cgroup2 ") == line.npos) continue;
        std::istringstream words{line};
        std::string skipped;
        words >> skipped >> skipped >> skipped >> root >> mounted;
        break;
    }
    if (mounted.empty()) return fail(Errc::not_found, "no cgroup v2 is mounted");
    std::ifstream own{"/proc/self/cgroup"};
    for (std::string line; std::getline(own, line);) {
        if (!line.starts_with("0::/")) continue;
        std::string path = line.substr(3);
        if (root != "/" && path.starts_with(root)) path.erase(0, root.size());  // only a subtree is mounted
        std::string folder = path == "/" || path.empty() ? mounted : mounted + path;
        struct stat found{};
        if (::stat((folder + "/cgroup.procs").c_str(), &found) != 0)
            return refused("this process's cgroup is not visible", errno);
        return folder;
    }
    return fail(Errc::not_found, "this process is not in a cgroup v2");
}

Result<std::unique_ptr<CommandCgroups>> CommandCgroups::open(const std::string& parent,
                                                             std::string_view owner, Limits limits) {
    const std::string folder = fmt::format("{}/ecron-{}", parent, keyed_uuid("cgroup", owner, Instant{}));
    if (!clear(folder)) return fail(Errc::unavailable, folder + " cannot be cleared");
    if (::mkdir(folder.c_str(), 0755) != 0) return refused(folder, errno);
    std::unique_ptr<CommandCgroups> groups{new CommandCgroups{folder, limits}};
    if (::access((folder + "/cgroup.kill").c_str(), W_OK) != 0)  // Linux 5.14
        return refused(folder + "/cgroup.kill", errno);
    // Each child has to try to move itself: permission depends on its current cgroup.
    write_file(parent + "/cgroup.subtree_control", "+pids");  // refused while ecron itself is in `parent`
    groups->limits_processes_ =
        limits.processes > 0 && write_file(folder + "/cgroup.subtree_control", "+pids");
    return groups;
}

CommandCgroups::~CommandCgroups() { clear(folder_); }

CommandCgroup CommandCgroups::make() {
    std::uint64_t number = 0;
    {
        const std::lock_guard lock{mutex_};
        number = ++made_;
    }
    std::string folder = fmt::format("{}/command-{}", folder_, number);
    if (::mkdir(folder.c_str(), 0755) != 0) return {};
    if (limits_processes_) write_file(folder + "/pids.max", std::to_string(limits_.processes));
    Descriptor members{::open((folder + "/cgroup.procs").c_str(), O_WRONLY | O_CLOEXEC)};
    if (!members) {
        remove_folder(folder);
        return {};
    }
    return {std::move(folder), std::move(members)};
}

void CommandCgroups::give_back(const CommandCgroup& cgroup) {
    const std::lock_guard lock{mutex_};
    if (!cgroup.folder().empty()) ended_.push_back(cgroup.folder());
    remove_ended();
}

void CommandCgroups::remove_ended() {
    std::erase_if(ended_, [](const std::string& folder) { return remove_folder(folder); });
}

}  // namespace ecron::execution
