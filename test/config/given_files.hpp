#pragma once
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "ecron/config/load.hpp"

/// A temporary folder for configuration files, removed at the end of the test.
namespace ecron::config {

class GivenFiles {
public:
    GivenFiles() {
        std::string name = (std::filesystem::temp_directory_path() / "ecron-config-XXXXXX").string();
        folder_ = mkdtemp(name.data());
    }
    ~GivenFiles() { std::filesystem::remove_all(folder_); }
    GivenFiles(const GivenFiles&) = delete;
    GivenFiles& operator=(const GivenFiles&) = delete;

    std::string write(const std::string& name, const std::string& text) const {
        const std::filesystem::path path = folder_ / name;
        std::filesystem::create_directories(path.parent_path());
        std::ofstream{path} << text;
        return path.string();
    }

private:
    std::filesystem::path folder_;
};

inline std::vector<std::string> lines(const std::vector<Problem>& problems) {
    std::vector<std::string> out;
    for (const Problem& problem : problems) out.push_back(format(problem));
    return out;
}

/// The errors, or else the warnings, of load() for one file of the given name; paths shortened to
/// "ecron.yaml:LINE".
inline std::vector<std::string> said_of(const std::string& name, const std::string& text) {
    const GivenFiles files;
    const std::string path = files.write(name, text);
    const auto loaded = load({.flags = {}, .environment = {}, .files = {path}, .files_if_present = {}});
    std::vector<std::string> out = lines(loaded ? loaded->warnings : loaded.error());
    for (std::string& line : out)
        for (std::size_t at = 0; (at = line.find(path)) != std::string::npos;)
            line.replace(at, path.size(), name);
    return out;
}

}  // namespace ecron::config
