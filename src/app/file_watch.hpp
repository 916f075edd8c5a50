#pragma once
#include <sys/stat.h>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace ecron::app {

/// Detects replaced or rewritten files by stat(2). Polled, because inotify is unreliable for mounted
/// container secrets.
class FileWatch {
public:
    explicit FileWatch(std::vector<std::string> files) : files_(std::move(files)) { changed(); }
    /// Whether a file has changed since the previous call.
    bool changed() {
        std::vector<Mark> now;
        for (const std::string& file : files_) now.push_back(mark_of(file));
        const bool differs = now != marks_;
        marks_ = std::move(now);
        return differs;
    }

private:
    using Mark = std::array<std::int64_t, 5>;
    static Mark mark_of(const std::string& file) {
        struct stat status{};
        if (file.empty() || ::stat(file.c_str(), &status) != 0) return {};
        return {static_cast<std::int64_t>(status.st_dev), static_cast<std::int64_t>(status.st_ino),
                static_cast<std::int64_t>(status.st_size), status.st_mtim.tv_sec, status.st_mtim.tv_nsec};
    }

    std::vector<std::string> files_;
    std::vector<Mark> marks_;
};

}  // namespace ecron::app
