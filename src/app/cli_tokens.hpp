#pragma once
#include "app/cli_database.hpp"

namespace ecron::app {

/// `ecron token create NAME|list|revoke NAME`.
int token(const Cli& cli, const command_line::Arguments& arguments);

}  // namespace ecron::app
