#pragma once
#include <string>

#include "ecron/base/error.hpp"

namespace ecron::store {

/// The kernel's lock on `<path>.lock`: one process owns a SQLite store. It ends with the process, however
/// that ends. The owner also makes the database where it is missing, and takes the permissions of group and
/// others away from it, its -wal and its -shm.
class FileLock {
public:
    FileLock() = default;
    ~FileLock();
    FileLock(const FileLock&) = delete;
    FileLock& operator=(const FileLock&) = delete;
    /// conflict: another process has it; the text names it.
    Result<void> take(const std::string& path);

private:
    int descriptor_{-1};
};

}  // namespace ecron::store
