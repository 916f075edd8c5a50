#pragma once
#include "client/api/api.hpp"
#include "ecron/client/commands.hpp"

/// The commands about jobs. Each returns its exit code after reporting errors.
namespace ecron::client {

ExitCode list_command(const Environment& environment, const command_line::Arguments& arguments);
ExitCode get_command(const Environment& environment, const command_line::Arguments& arguments);
ExitCode create_command(const Environment& environment, const command_line::Arguments& arguments);
ExitCode edit_command(const Environment& environment, const command_line::Arguments& arguments);
ExitCode delete_command(const Environment& environment, const command_line::Arguments& arguments);
ExitCode enable_command(const Environment& environment, const command_line::Arguments& arguments);
ExitCode disable_command(const Environment& environment, const command_line::Arguments& arguments);
ExitCode run_command(const Environment& environment, const command_line::Arguments& arguments);
ExitCode cancel_command(const Environment& environment, const command_line::Arguments& arguments);
ExitCode history_command(const Environment& environment, const command_line::Arguments& arguments);
ExitCode logs_command(const Environment& environment, const command_line::Arguments& arguments);
ExitCode explain_command(const Environment& environment, const command_line::Arguments& arguments);
ExitCode preview_command(const Environment& environment, const command_line::Arguments& arguments);
ExitCode forecast_command(const Environment& environment, const command_line::Arguments& arguments);
ExitCode login_command(const Environment& environment, const command_line::Arguments& arguments);

/// How a stream that ended before its execution is resumed, as during the restart of a server.
struct Reconnection {
    Millis pause{1'000};
    Millis patience{120'000};  // since the last event
};
struct Ended {
    std::string state;
    std::string reason{};  // empty if there is none
};
/// Follows the output of an execution to its end, across restarts of the server, and returns its final state.
/// Error: unreachable if nothing arrived for the patience; the text states how to continue.
Outcome<Ended> follow_output(const Environment& environment, Api& api, const std::string& execution,
                             const Reconnection& reconnection = {});

/// Connects as the arguments state, then runs `work` and reports its failure.
ExitCode with_api(const Environment& environment, const command_line::Arguments& arguments,
                  const std::function<Outcome<ExitCode>(Api&)>& work);
/// The words of a command that needs at least one, or the error.
Outcome<std::vector<std::string>> required_words(const command_line::Arguments& arguments,
                                                 std::string_view error);

}  // namespace ecron::client
