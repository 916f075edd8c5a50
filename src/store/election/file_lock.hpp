#pragma once
#include <string>

#include "ecron/base/error.hpp"
#include "ecron/store/options.hpp"

namespace ecron::store {

/// Whether a SQLite database is or can be created at `path`: the file is missing, empty, or has SQLite's
/// header. Changes nothing. Error: invalid.
Result<void> check_database_file(const std::string& path);

/// The kernel's lock on `<path>.lock`, which ensures that one process owns a SQLite store. It ends with the
/// process in any case. The owner also creates the database if it is missing, and removes the permissions of
/// group and others from it and from its -wal and -shm files.
class FileLock {
public:
    FileLock() = default;
    ~FileLock();
    FileLock(const FileLock&) = delete;
    FileLock& operator=(const FileLock&) = delete;
    /// Has no effect for a server. Errors: as check_database_file, which precedes every change; conflict if
    /// another process holds the lock; the text names it.
    Result<void> take(const Options& options);

private:
    int descriptor_{-1};
};

}  // namespace ecron::store
