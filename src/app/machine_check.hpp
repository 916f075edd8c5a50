#pragma once
#include <map>
#include <string>
#include <vector>

#include "ecron/config/load.hpp"

/// What a configuration names on this machine: users, files, folders and ports. Changes nothing.
namespace ecron::app {

struct MachineCheck {
    std::vector<std::string> errors;    // `ecron serve` does not start
    std::vector<std::string> occupied;  // the same, until another process has ended
    std::vector<std::string> warnings;  // some jobs will fail
};
MachineCheck check_machine(const config::Config& config,
                           const std::map<std::string, std::string>& environment);

/// The same for a configuration with errors. A file that ecron reads only because of another option is
/// checked even if that option is invalid.
MachineCheck check_machine(const config::Attempt& attempt,
                           const std::map<std::string, std::string>& environment);

}  // namespace ecron::app
