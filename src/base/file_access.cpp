#include "ecron/base/file_access.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <functional>

namespace ecron {
namespace {

namespace fs = std::filesystem;

/// Returns true if a file's mode grants these bits (of `rwx`, as for others).
using Grants = std::function<bool(const struct stat& status, mode_t bits)>;

bool grants(const std::string& path, mode_t bits, const Grants& granted) {
    struct stat status{};
    return ::stat(path.c_str(), &status) == 0 && granted(status, bits);
}

/// A file can be opened by its name only if all its parent directories are searchable.
bool is_reachable(const fs::path& file, const Grants& granted) {
    for (fs::path folder = file.parent_path();; folder = folder.parent_path()) {
        if (!grants(folder.string(), S_IXOTH, granted)) return false;
        if (folder == folder.parent_path()) return true;
    }
}

std::optional<std::string> first_readable(const std::string& path, const Grants& granted) {
    constexpr int kDepth = 3;
    std::error_code failed;
    const fs::path real = fs::canonical(path, failed);
    if (failed || !is_reachable(real, granted)) return std::nullopt;
    if (!fs::is_directory(real, failed))
        return grants(real.string(), S_IROTH, granted) ? std::optional{path} : std::nullopt;
    for (fs::recursive_directory_iterator at{real, fs::directory_options::skip_permission_denied, failed},
         end;
         !failed && at != end; at.increment(failed)) {
        const bool is_folder = at->is_directory(failed);
        if (is_folder && at.depth() >= kDepth) at.disable_recursion_pending();
        if (is_folder || !at->is_regular_file(failed)) continue;
        if (grants(at->path().string(), S_IROTH, granted) && is_reachable(at->path(), granted))
            return at->path().string();
    }
    return std::nullopt;
}

Grants to(const Account& account) {
    return [&account](const struct stat& status, mode_t bits) {
        if (account.user == 0) return true;
        constexpr unsigned kOwner = 6, kGroup = 3;
        if (status.st_uid == account.user) return (status.st_mode & (bits << kOwner)) != 0;
        const bool member = status.st_gid == account.group ||
                            std::ranges::find(account.groups, status.st_gid) != account.groups.end();
        return (status.st_mode & (member ? bits << kGroup : bits)) != 0;
    };
}

}  // namespace

std::optional<std::string> readable_file(const std::string& path, const Account& account) {
    return first_readable(path, to(account));
}

std::optional<std::string> replaceable_in(const std::string& path, const Account& account) {
    const Grants granted = to(account);
    std::error_code failed;
    const fs::path real = fs::weakly_canonical(fs::absolute(path), failed);
    if (failed) return std::nullopt;
    for (fs::path folder = real.parent_path();; folder = folder.parent_path()) {
        struct stat status{};
        const bool is_writable = ::stat(folder.c_str(), &status) == 0 && granted(status, S_IWOTH) &&
                                 is_reachable(folder / "any", granted);
        const bool keeps_owners = (status.st_mode & S_ISVTX) != 0 && status.st_uid != account.user;
        if (is_writable && !keeps_owners) return folder.string();
        if (folder == folder.parent_path()) return std::nullopt;
    }
}

std::optional<std::string> file_readable_by_others(const std::string& path) {
    return first_readable(
        path, [](const struct stat& status, mode_t bits) { return (status.st_mode & bits) != 0; });
}

std::optional<std::string> why_not_file(const std::string& path) {
    struct stat status{};
    if (::stat(path.c_str(), &status) != 0 || S_ISREG(status.st_mode)) return std::nullopt;
    return S_ISDIR(status.st_mode) ? "is a directory" : "is not a regular file";
}

std::optional<std::string> why_no_folder(const std::string& path) {
    std::error_code failed;  // a directory that cannot be examined may exist
    const fs::path folder = fs::absolute(path, failed).parent_path();
    const fs::file_status status = fs::status(folder, failed);
    if (status.type() == fs::file_type::not_found)
        return fmt::format("the directory {} does not exist", folder.string());
    if (failed || fs::is_directory(status)) return std::nullopt;
    return fmt::format("{} is not a directory", folder.string());
}

}  // namespace ecron
