#pragma once
#include <vector>

#include "ecron/command_line/command.hpp"
#include "ecron/config/load.hpp"

/// The options of the configuration as flags of commands.
namespace ecron::app {

/// A flag for every option, in the order of the table, with those without effect at the end. Flags of secrets
/// are hidden: using one is an error that names the alternatives.
std::vector<command_line::Flag> configuration_flags();

/// The options among the flags given.
std::vector<config::Flag> options_in(const command_line::Arguments& arguments);

}  // namespace ecron::app
