#pragma once
#include "ecron/config/config.hpp"

namespace ecron::app {

/// Runs the service until it is told to stop (SIGTERM, SIGINT) and returns the process's exit code.
int serve(const config::Config& config);

}  // namespace ecron::app
