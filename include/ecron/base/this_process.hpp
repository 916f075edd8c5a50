#pragma once
#include <string>

namespace ecron {

/// "process 123 on HOST", for errors of other processes.
std::string this_process();

}  // namespace ecron
