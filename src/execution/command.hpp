#pragma once
#include <optional>
#include <string>
#include <vector>

#include "ecron/execution/command_runner.hpp"
#include "execution/launch.hpp"

namespace ecron::execution {

/// Where the program of that name is: a name without a slash is looked for in `path`, one that is not
/// absolute is of `directory`. Errors: not found, a folder, not executable.
Result<std::string> find_program(const std::string& name, std::string_view path,
                                 const std::string& directory);

/// The program to execute if one of the entries names it: the file itself or, where it ends in a slash, its
/// folder; nullopt: none does. Links in the folders' names are resolved on both sides, and once, so that what
/// was compared is what is executed; a link as the last name is a program of its own.
std::optional<std::string> allowed_program(const std::string& program, const std::vector<std::string>& allow);

/// The process of an attempt. `as` is whom it runs as, or nothing.
Result<Program> command_of(const AttemptOrder& order, const CommandOptions& options, const Identity* as,
                           Revealer& revealer);

}  // namespace ecron::execution
