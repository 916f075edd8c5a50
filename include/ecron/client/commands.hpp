#pragma once
#include <functional>
#include <vector>

#include "ecron/client/environment.hpp"
#include "ecron/client/exit_code.hpp"
#include "ecron/command_line/command.hpp"

/// The commands that use the API of a server. Each runs to its end on the calling thread.
namespace ecron::client {

struct ClientCommand {
    command_line::Command declaration;
    std::function<ExitCode(const Environment&, const command_line::Arguments&)> run;
};

[[nodiscard]] const std::vector<ClientCommand>& commands();

/// `ecron export -o yaml|json`, whose name it shares with the export of a database: the flags that it adds,
/// and its function.
[[nodiscard]] const std::vector<command_line::Flag>& export_flags();
ExitCode export_jobs(const Environment& environment, const command_line::Arguments& arguments);

}  // namespace ecron::client
