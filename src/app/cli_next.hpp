#pragma once
#include "app/cli.hpp"
#include "app/cli_flags.hpp"

namespace ecron::app {

/// `ecron next`: a description of the schedule, warnings about likely mistakes, and the next occurrences in
/// the zone's local time.
int next(const Cli& cli, const ParsedFlags& flags);

}  // namespace ecron::app
