#include "store/election/file_lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string_view>

#include "ecron/base/file_access.hpp"
#include "ecron/base/log.hpp"
#include "ecron/base/this_process.hpp"
#include "ecron/store/upkeep.hpp"
#include "store/sql/dialect.hpp"

namespace ecron::store {

namespace {

/// A lock of the open file, not of the process: a second store in the same process is also refused.
flock whole_file() {
    flock lock{};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    return lock;
}

std::string holder(int descriptor) {
    std::array<char, 320> text{};
    const auto size = pread(descriptor, text.data(), text.size() - 1, 0);
    const std::string name =
        size > 0 ? std::string(text.data(), static_cast<std::size_t>(size)) : std::string();
    return name.empty() ? "another process" : name.substr(0, name.find('\n'));
}

Error in_use(const std::string& path, int descriptor) {
    return {Errc::conflict, fmt::format("{} is in use by {}", path, holder(descriptor)), {"db_path"}};
}

/// Includes user and group ids, the most useful facts in a container, where they often differ from the
/// volume's.
std::string not_writable(const std::string& name, int error) {
    std::error_code unknown;
    const std::filesystem::path folder = std::filesystem::absolute(name, unknown).parent_path();
    return fmt::format("{} cannot be written by user {}:{} ({}: {})", folder.string(), geteuid(), getegid(),
                       std::filesystem::path{name}.filename().string(), std::strerror(error));
}

/// Restricts the permissions, since the database contains the jobs of all tenants. SQLite gives its -wal and
/// -shm files the mode of the database, which it creates according to the umask. A file whose mode cannot be
/// changed belongs to another user or is on a file system without modes.
void keep_private(const std::string& path) {
    const int made = open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (made >= 0) close(made);
    constexpr mode_t kOthers = S_IRWXG | S_IRWXO;
    for (const char* suffix : {"", "-wal", "-shm", ".lock"}) {
        const std::string name = path + suffix;
        struct stat status{};
        if (stat(name.c_str(), &status) != 0 || !S_ISREG(status.st_mode) || (status.st_mode & kOthers) == 0)
            continue;
        const mode_t mode = status.st_mode & ~kOthers & ~static_cast<mode_t>(S_IFMT);
        if (chmod(name.c_str(), mode) == 0)
            log::info("permissions of group and others removed file={} mode={:o} before={:o}", name, mode,
                      status.st_mode & ~static_cast<mode_t>(S_IFMT));
        else
            log::warn("failed to restrict permissions, database readable by other users: file={} error={}",
                      name, std::strerror(errno));
    }
}

}  // namespace

Result<void> check_database_file(const std::string& path) {
    if (const auto why = why_not_file(path); why)
        return fail(Errc::invalid, fmt::format("db_path: {} {}", path, *why), {"db_path"});
    if (const auto why = why_no_folder(path); why)
        return fail(Errc::invalid, fmt::format("db_path: {}", *why), {"db_path"});
    constexpr std::string_view kHeader{"SQLite format 3\0", 16};
    std::ifstream file{path, std::ios::binary};  // if it cannot be read, opening the database reports why
    std::string begin(kHeader.size(), '\0');
    file.read(begin.data(), static_cast<std::streamsize>(begin.size()));
    if (file.gcount() == 0 || begin == kHeader) return {};
    return fail(Errc::invalid, fmt::format("db_path: {} is not an SQLite database", path), {"db_path"});
}

Result<void> check_free(const Options& options) {
    if (!dialect_of(options.driver).flags.owned_by_one_process) return {};
    if (const Result<void> usable = check_database_file(options.path); !usable) return usable;
    const std::string name = options.path + ".lock";
    const int descriptor = open(name.c_str(), O_RDWR | O_CLOEXEC);
    if (descriptor < 0) {
        const std::string folder = std::filesystem::path{name}.parent_path().string();
        if (errno == ENOENT && access(folder.empty() ? "." : folder.c_str(), W_OK | X_OK) == 0) return {};
        return fail(Errc::denied, not_writable(name, errno), {"db_path"});
    }
    flock lock = whole_file();
    const bool is_locked = fcntl(descriptor, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
    const Error error = is_locked ? in_use(options.path, descriptor) : Error{};
    close(descriptor);
    return is_locked ? Result<void>{std::unexpected(error)} : Result<void>{};
}

FileLock::~FileLock() {
    if (descriptor_ >= 0) close(descriptor_);
}

Result<void> FileLock::take(const Options& options) {
    if (!dialect_of(options.driver).flags.owned_by_one_process) return {};
    const std::string& path = options.path;
    if (const Result<void> usable = check_database_file(path); !usable) return usable;
    const std::string name = path + ".lock";
    const int descriptor = open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor < 0) return fail(Errc::denied, not_writable(name, errno));
    flock lock = whole_file();
    if (fcntl(descriptor, F_OFD_SETLK, &lock) != 0) {
        const Error error = in_use(path, descriptor);
        close(descriptor);
        return std::unexpected(error);
    }
    const std::string self = this_process() + "\n";
    // The name is only informative; a full disk must not prevent ecron from starting.
    if (ftruncate(descriptor, 0) == 0) [[maybe_unused]]
        const auto written = pwrite(descriptor, self.data(), self.size(), 0);
    descriptor_ = descriptor;
    keep_private(path);
    return {};
}

}  // namespace ecron::store
