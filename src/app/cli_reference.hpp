#pragma once
#include <string>

namespace ecron::app {

/// The introduction of docs/cli.md.
std::string reference_introduction();

}  // namespace ecron::app
