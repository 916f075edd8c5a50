#pragma once
#include <string>

namespace ecron {

/// Returns "process 123 on HOST", to identify this process in errors of other processes.
std::string this_process();

}  // namespace ecron
