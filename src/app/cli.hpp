#pragma once
#include <functional>
#include <iosfwd>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "app/exit_code.hpp"
#include "app/machine_check.hpp"
#include "ecron/base/error.hpp"
#include "ecron/base/time.hpp"
#include "ecron/client/environment.hpp"
#include "ecron/command_line/command.hpp"
#include "ecron/config/load.hpp"

/// The command line: the commands of the service and of the client. Help, completion and docs/cli.md follow
/// from the declarations (cli.cpp, src/client/commands.cpp) and the table of options.
namespace ecron::app {

enum class Scope : std::uint8_t { jobs, all };  // scope of an export

/// Maintenance of a database: `ecron db migrate`, `db check`, `export` and `import`.
struct Upkeep {
    std::function<Result<void>(const config::Config&)> migrate{};
    /// Integrity violations of the store, one line each.
    std::function<Result<std::vector<std::string>>(const config::Config&)> check{};
    /// Repairs values that can be computed from other rows; returns one line per kind of repair.
    std::function<Result<std::vector<std::string>>(const config::Config&)> repair{};
    /// Changes for jobs taken over from the old service, one line each.
    std::function<Result<std::vector<std::string>>(const config::Config&)> takeover{};
    /// Return the number of rows written or read.
    std::function<Result<std::uint64_t>(const config::Config&, Scope, std::ostream&)> save{};
    std::function<Result<std::uint64_t>(const config::Config&, const std::string& file)> restore{};
};

/// The environment of a command: streams, variables and the functions that it calls.
struct Cli {
    std::ostream& out;
    std::ostream& err;
    const Clock& clock;
    std::map<std::string, std::string> environment;
    std::vector<std::string> usual_files;  // read if no --config is specified
    std::function<int(const config::Config&)> serve;
    /// `ecron db shards N`; returns the error, or nullopt on success.
    std::function<std::optional<std::string>(const config::Config&, std::size_t)> set_shards{};
    /// `ecron health`; returns why the service with this configuration, or the one at the URL, is not ready,
    /// or nullopt if it is.
    std::function<std::optional<std::string>(const config::Config&, const std::string& url)> health{};
    Upkeep upkeep{};
    std::function<MachineCheck(const config::Attempt&)> check_machine{};
    /// Whether a service with this configuration runs already.
    std::function<bool(const config::Config&)> is_running{};
    client::Terminals terminals{};
    std::function<int(const config::Config&)> serve_demo{};
};

/// docs/cli.md, from the declarations of the commands.
std::string command_reference();

/// Runs `arguments` (without the program's name) and returns the exit code.
int run(const Cli& cli, const std::vector<std::string>& arguments);

/// Parses "NAME=value" entries in the format of environ.
std::map<std::string, std::string> environment_of(char** entries);

}  // namespace ecron::app
