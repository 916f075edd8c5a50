#include "e2e/small_disk.hpp"

#include <sys/mount.h>

#include <filesystem>
#include <fstream>
#include <iostream>

#include "ecron/base/uuid.hpp"

namespace ecron::e2e {

SmallDisk::SmallDisk(const std::string& size)
    : path_(std::filesystem::temp_directory_path() / ("ecron-e2e-disk-" + random_uuid())) {
    std::filesystem::create_directories(path_);
    mounted_ = ::mount("ecron-test", path_.c_str(), "tmpfs", 0, ("size=" + size).c_str()) == 0;
    if (!mounted_) std::cerr << "skipped: mounting a small disk needs the right to do so\n";
}

SmallDisk::~SmallDisk() {
    if (mounted_) ::umount2(path_.c_str(), MNT_DETACH);
    std::filesystem::remove_all(path_);
}

void SmallDisk::fill() const {
    std::ofstream file(path_ + "/filler");
    const std::string block(4'096, 'x');
    while (file << block << std::flush) {}
}

void SmallDisk::make_room() const { std::filesystem::remove(path_ + "/filler"); }

}  // namespace ecron::e2e
