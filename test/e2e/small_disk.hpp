#pragma once
#include <string>

namespace ecron::e2e {

/// A small in-memory file system, if this process may mount one.
class SmallDisk {
public:
    explicit SmallDisk(const std::string& size);  // in the format of mount: "3m"
    ~SmallDisk();
    SmallDisk(const SmallDisk&) = delete;
    SmallDisk& operator=(const SmallDisk&) = delete;

    [[nodiscard]] bool mounted() const { return mounted_; }
    [[nodiscard]] const std::string& path() const { return path_; }
    void fill() const;  // to the last byte
    void make_room() const;

private:
    std::string path_;
    bool mounted_{false};
};

}  // namespace ecron::e2e
