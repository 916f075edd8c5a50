#include "e2e/fake_clock.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>

namespace ecron::e2e {
namespace {

std::string library() {
    for (const auto* folder : {"/usr/lib/x86_64-linux-gnu/faketime", "/usr/lib/aarch64-linux-gnu/faketime"}) {
        std::string path = std::string{folder} + "/libfaketimeMT.so.1";
        if (std::filesystem::exists(path)) return path;
    }
    return {};
}

}  // namespace

FakeClock::FakeClock(std::string file) : file_(std::move(file)) { set_ahead({}); }

bool FakeClock::is_there() { return !library().empty(); }

void FakeClock::set_ahead(std::chrono::milliseconds by) const {
    const std::string written = file_ + ".new";
    std::ofstream{written} << fmt::format("{:+.3f}", static_cast<double>(by.count()) / 1'000);
    std::filesystem::rename(written, file_);
}

std::map<std::string, std::string> FakeClock::environment() const {
    return {{"LD_PRELOAD", library()},
            {"FAKETIME_TIMESTAMP_FILE", file_},
            {"FAKETIME_NO_CACHE", "1"},
            {"FAKETIME_DONT_FAKE_MONOTONIC", "1"}};
}

}  // namespace ecron::e2e
