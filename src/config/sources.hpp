#pragma once
#include <string>
#include <vector>

#include "ecron/config/load.hpp"

/// Raw settings of each source, before precedence is applied.
namespace ecron::config {

enum class Source : std::uint8_t { file, environment, flag };

struct RawSetting {
    const Option* option{};
    std::string text;
    std::string where;
    Source source{};
    std::string file{};  // the file it was read from; empty: not from a file
};

/// Collects the settings and errors of all sources, lowest precedence first.
struct Collected {
    std::vector<RawSetting> given;
    std::vector<Problem> errors, warnings;
};

void collect_file(const std::string& path, Collected& into);
void collect_environment(const std::map<std::string, std::string>& environment, Collected& into);
void collect_flags(const std::vector<Flag>& flags, Collected& into);

}  // namespace ecron::config
