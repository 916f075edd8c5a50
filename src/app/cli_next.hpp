#pragma once
#include "app/cli.hpp"
#include "app/cli_flags.hpp"

namespace ecron::app {

/// `ecron next`: the schedule in words, likely mistakes, and the next runs in the zone's local time.
int next(const Cli& cli, const ParsedFlags& flags);

}  // namespace ecron::app
