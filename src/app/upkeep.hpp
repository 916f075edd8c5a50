#pragma once
#include "app/cli.hpp"

namespace ecron::app {

/// The store's.
Upkeep upkeep();

}  // namespace ecron::app
