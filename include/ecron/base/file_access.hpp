#pragma once
#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

/// Determines which users can read a file, from the mode bits of the file and its parent directories. Access
/// control lists and capabilities are ignored. Threads: any. Errors: an entry that cannot be examined counts
/// as not readable.
namespace ecron {

struct Account {
    uid_t user{};
    gid_t group{};
    std::vector<gid_t> groups{};
};

/// Returns the file itself or, for a directory, the first file below it that `account` can read; nullopt if
/// there is none.
[[nodiscard]] std::optional<std::string> readable_file(const std::string& path, const Account& account);

/// As above, for a user that neither owns the file nor belongs to its group.
[[nodiscard]] std::optional<std::string> file_readable_by_others(const std::string& path);

/// Returns the parent directory of `path` in which `account` can replace `path` or one of its parents;
/// nullopt if there is none. In a directory with the sticky bit, only the owner can replace an entry.
[[nodiscard]] std::optional<std::string> replaceable_in(const std::string& path, const Account& account);

/// Returns why `path` cannot be a file of ecron's own ("is a directory"); nullopt if it is a regular file or
/// does not exist. To be asked before anything is created beside the file.
[[nodiscard]] std::optional<std::string> why_not_file(const std::string& path);

/// Returns why no file can be created at `path` ("the directory /x does not exist"); nullopt if its directory
/// exists.
[[nodiscard]] std::optional<std::string> why_no_folder(const std::string& path);

}  // namespace ecron
