#pragma once
#include <string>
#include <vector>

#include "ecron/command_line/help.hpp"

namespace ecron::app {

/// The introduction of docs/cli.md.
std::string reference_introduction();

/// The sections of the manual page after the commands.
std::vector<command_line::ManualSection> manual_sections();

}  // namespace ecron::app
