#pragma once
#include "app/cli.hpp"

namespace ecron::app {

/// `ecron next`: a description of the schedule, warnings about likely mistakes, and the next occurrences in
/// the zone's local time.
int next(const Cli& cli, const command_line::Arguments& flags);

}  // namespace ecron::app
