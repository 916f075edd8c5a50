#pragma once
#include <string>

#include "ecron/base/error.hpp"

namespace ecron::store {

/// The kernel's lock on `<path>.lock`, which ensures that one process owns a SQLite store. It ends with the
/// process in any case. The owner also creates the database if it is missing, and removes the permissions of
/// group and others from it and from its -wal and -shm files.
class FileLock {
public:
    FileLock() = default;
    ~FileLock();
    FileLock(const FileLock&) = delete;
    FileLock& operator=(const FileLock&) = delete;
    /// Error: conflict if another process holds the lock; the text names it.
    Result<void> take(const std::string& path);

private:
    int descriptor_{-1};
};

}  // namespace ecron::store
