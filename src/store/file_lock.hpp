#pragma once
#include <string>

#include "ecron/base/error.hpp"

namespace ecron::store {

/// The kernel's lock on `<path>.lock`: one process owns a SQLite store. It ends with the process, however
/// that ends.
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
