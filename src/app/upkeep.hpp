#pragma once
#include "app/cli.hpp"

namespace ecron::app {

/// The maintenance functions of the store.
Upkeep upkeep();

}  // namespace ecron::app
