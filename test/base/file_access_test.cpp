#include "ecron/base/file_access.hpp"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "ecron/base/log.hpp"

using namespace ecron;

namespace {

class Folder {
public:
    Folder() {
        REQUIRE(::mkdtemp(path_.data()) != nullptr);
        ::chmod(path_.c_str(), 0755);
    }
    ~Folder() { std::filesystem::remove_all(path_); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] std::string file(const std::string& name, mode_t mode) const {
        const std::string file = path_ + '/' + name;
        std::filesystem::create_directories(std::filesystem::path{file}.parent_path());
        std::ofstream{file} << name;
        ::chmod(file.c_str(), mode);
        return file;
    }

private:
    std::string path_{"/tmp/ecron-access-XXXXXX"};
};

struct stat status_of(const std::string& path) {
    struct stat status{};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    return status;
}

}  // namespace

TEST_CASE("the last three mode bits apply to others", "[access]") {
    const Folder folder;
    const auto [mode, readable] = GENERATE(
        table<mode_t, bool>({{0600, false}, {0640, false}, {0644, true}, {0604, true}, {0622, false}}));
    CAPTURE(mode);
    CHECK(file_readable_by_others(folder.file("a", mode)).has_value() == readable);
}

TEST_CASE("a file is not readable if a parent directory is not searchable", "[access]") {
    const Folder folder;
    const std::string file = folder.file("inner/a", 0644);
    CHECK(file_readable_by_others(file) == file);
    ::chmod(folder.path().c_str(), 0744);
    CHECK_FALSE(file_readable_by_others(file));
}

TEST_CASE("returns the readable file in a directory", "[access]") {
    const Folder folder;
    const std::string hidden = folder.file("tenant/key", 0600);
    CHECK_FALSE(file_readable_by_others(folder.path()));
    ::chmod(hidden.c_str(), 0644);
    CHECK(file_readable_by_others(folder.path()) == hidden);
    ::chmod((folder.path() + "/tenant").c_str(), 0700);
    CHECK_FALSE(file_readable_by_others(folder.path()));
}

TEST_CASE("an account reads as owner, as group member or as other", "[access]") {
    const Folder folder;
    const std::string file = folder.file("a", 0600);
    const struct stat status = status_of(file);
    const uid_t other = status.st_uid + 1;
    const gid_t group = status.st_gid, other_group = status.st_gid + 1;
    CHECK_FALSE(readable_file(file, {.user = other, .group = group}));
    ::chmod(file.c_str(), 0640);
    CHECK(readable_file(file, {.user = other, .group = group}));
    CHECK(readable_file(file, {.user = other, .group = other_group, .groups = {group}}));
    CHECK_FALSE(readable_file(file, {.user = other, .group = other_group}));
    ::chmod(file.c_str(), 0604);
    CHECK(readable_file(file, {.user = other, .group = other_group}));
    CHECK_FALSE(readable_file(file, {.user = other, .group = group}));
    ::chmod(file.c_str(), 0);
    CHECK(readable_file(file, {.user = 0, .group = other_group}));
    CHECK_FALSE(readable_file(file + ".none", {.user = 0, .group = 0}));
}

TEST_CASE("an account that can write a parent directory can replace a file", "[access]") {
    const Folder folder;
    const std::string file = folder.file("inner/a", 0600);
    const std::string inner = folder.path() + "/inner";
    const struct stat status = status_of(file);
    const Account other{.user = status.st_uid + 1, .group = status.st_gid + 1};
    CHECK_FALSE(replaceable_in(file, other));  // /tmp has the sticky bit
    ::chmod(inner.c_str(), 0777);
    CHECK(replaceable_in(file, other) == inner);
    CHECK(replaceable_in(inner + "/none", other) == inner);
    ::chmod(inner.c_str(), 01777);
    CHECK_FALSE(replaceable_in(file, other));
    ::chmod(folder.path().c_str(), 0777);
    CHECK(replaceable_in(file, other) == folder.path());
    ::chmod(inner.c_str(), 0777);
    ::chmod(folder.path().c_str(), 0700);
    CHECK_FALSE(replaceable_in(file, other));
}

TEST_CASE("a file of ecron's own is a regular file in a folder that exists", "[base]") {
    const Folder folder;
    CHECK_FALSE(why_not_file(folder.path() + "/none"));
    CHECK_FALSE(why_not_file(folder.file("file", 0600)));
    CHECK(why_not_file(folder.path()) == "is a directory");
    CHECK(why_not_file("/dev/null") == "is not a regular file");
    CHECK_FALSE(why_no_folder(folder.path() + "/none"));
    CHECK_FALSE(why_no_folder("none"));
    CHECK(why_no_folder(folder.path() + "/a/b") == "the directory " + folder.path() + "/a does not exist");
    CHECK(why_no_folder(folder.path() + "/file/b") == folder.path() + "/file is not a directory");
}

TEST_CASE("a log file in a missing folder is refused and creates nothing", "[base][log]") {
    const Folder folder;
    const auto refused = log::configure({.file = folder.path() + "/a/b/ecron.log"});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().what == "the directory " + folder.path() + "/a/b does not exist");
    CHECK(std::filesystem::is_empty(folder.path()));
}
