#pragma once
#include <optional>
#include <string>
#include <vector>

#include "ecron/execution/command_runner.hpp"
#include "execution/command/launch.hpp"

namespace ecron::execution {

/// Resolves a program name: a name without a slash is searched in `path`, a relative path is resolved against
/// `directory`. Errors: not found, a folder, not executable.
Result<std::string> find_program(const std::string& name, std::string_view path,
                                 const std::string& directory);

/// The program to execute if an entry permits it: the file itself, or its folder if the entry ends in a
/// slash; nullopt: not permitted. Symbolic links in the folders are resolved on both sides, exactly once, so
/// that the compared path is the executed path; a link as the last component counts as a program of its own.
std::optional<std::string> allowed_program(const std::string& program, const std::vector<std::string>& allow);

/// The program of an attempt. `as` is the user it runs as, or nullptr for ecron's own user.
Result<Program> command_of(const AttemptOrder& order, const CommandOptions& options, const Identity* as,
                           Revealer& revealer);

}  // namespace ecron::execution
