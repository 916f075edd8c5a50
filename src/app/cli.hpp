#pragma once
#include <functional>
#include <iosfwd>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ecron/base/error.hpp"
#include "ecron/base/time.hpp"
#include "ecron/config/config.hpp"

/// The command line: subcommands, their flags and help, all from the one table of options.
namespace ecron::app {

inline constexpr int kExitGood = 0;
inline constexpr int kExitBad = 1;    // what was asked is not so
inline constexpr int kExitWrong = 2;  // the command line or the configuration is wrong; nothing was started

enum class Scope : std::uint8_t { jobs, all };  // of an export

/// What is done to a database beside serving from it: `ecron db migrate`, `db check`, `export` and `import`.
struct Upkeep {
    std::function<Result<void>(const config::Config&)> migrate{};
    /// Every promise that the store breaks, a line each.
    std::function<Result<std::vector<std::string>>(const config::Config&)> check{};
    /// Corrects what can be computed from other rows, a line for each kind that was found.
    std::function<Result<std::vector<std::string>>(const config::Config&)> repair{};
    /// What changes for jobs of the old service, a line each.
    std::function<Result<std::vector<std::string>>(const config::Config&)> takeover{};
    /// Rows written and read.
    std::function<Result<std::uint64_t>(const config::Config&, Scope, std::ostream&)> save{};
    std::function<Result<std::uint64_t>(const config::Config&, const std::string& file)> restore{};
};

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
    /// `ecron health`; why the service that was started with this configuration, or the one at that URL, is
    /// not well, or nothing.
    std::function<std::optional<std::string>(const config::Config&, const std::string& url)> health{};
    Upkeep upkeep{};
};

/// Runs `arguments` (without the program's name) and returns the exit code.
int run(const Cli& cli, const std::vector<std::string>& arguments);

/// "NAME=value" entries, as environ has them.
std::map<std::string, std::string> environment_of(char** entries);

}  // namespace ecron::app
