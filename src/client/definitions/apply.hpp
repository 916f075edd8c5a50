#pragma once
#include "ecron/client/commands.hpp"

namespace ecron::client {

/// `ecron apply -f FILE… [--prune [-l KEY=VALUE]] [--dry-run]`.
ExitCode apply(const Environment& environment, const command_line::Arguments& arguments);
/// `ecron diff -f FILE…`.
ExitCode diff(const Environment& environment, const command_line::Arguments& arguments);

}  // namespace ecron::client
