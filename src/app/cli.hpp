#pragma once
#include <functional>
#include <iosfwd>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ecron/base/time.hpp"
#include "ecron/config/config.hpp"

/// The command line: subcommands, their flags and help, all from the one table of options.
namespace ecron::app {

inline constexpr int kExitGood = 0;
inline constexpr int kExitBad = 1;    // what was asked is not so
inline constexpr int kExitWrong = 2;  // the command line or the configuration is wrong; nothing was started

/// What a command sees of the world.
struct Cli {
    std::ostream& out;
    std::ostream& err;
    const Clock& clock;
    std::map<std::string, std::string> environment;
    std::vector<std::string> usual_files;  // read when no --config is given
    std::function<int(const config::Config&)> serve;
    /// `ecron db shards N`; what is wrong, or nothing.
    std::function<std::optional<std::string>(const config::Config&, std::size_t)> set_shards{};
    /// `ecron health`; why the service that was started with this configuration is not well, or nothing.
    std::function<std::optional<std::string>(const config::Config&)> health{};
};

/// Runs `arguments` (without the program's name) and returns the exit code.
int run(const Cli& cli, const std::vector<std::string>& arguments);

/// "NAME=value" entries, as environ has them.
std::map<std::string, std::string> environment_of(char** entries);

}  // namespace ecron::app
