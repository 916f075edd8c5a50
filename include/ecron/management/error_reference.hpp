#pragma once
#include <string>

namespace ecron::management {

/// Returns docs/errors.md: every cause of an error, its status and code, its meaning, and the remedy.
[[nodiscard]] std::string error_reference();

}  // namespace ecron::management
