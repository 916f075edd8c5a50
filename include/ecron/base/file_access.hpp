#pragma once
#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

/// Which users can read a file, by the mode bits of the file and of the folders above it; access control
/// lists and capabilities are not looked at. Threads: any. Errors: what cannot be examined counts as not
/// readable.
namespace ecron {

struct Account {
    uid_t user{};
    gid_t group{};
    std::vector<gid_t> groups{};
};

/// The file itself or, of a folder, the first file in it or in its folders that `account` can read; nullopt:
/// none.
[[nodiscard]] std::optional<std::string> readable_file(const std::string& path, const Account& account);

/// The same for a user that neither owns the file nor is in its group.
[[nodiscard]] std::optional<std::string> file_readable_by_others(const std::string& path);

/// The folder above `path` in which `account` can put another file in the place of `path` or of a folder
/// above it; nullopt: none. In a folder with the sticky bit only the owner of a file can.
[[nodiscard]] std::optional<std::string> replaceable_in(const std::string& path, const Account& account);

}  // namespace ecron
