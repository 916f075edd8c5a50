#pragma once
#include <map>
#include <string>
#include <vector>

#include "ecron/config/config.hpp"

/// What a configuration names on this machine: users, files, folders and ports. Changes nothing.
namespace ecron::app {

struct MachineCheck {
    std::vector<std::string> errors;    // `ecron serve` does not start
    std::vector<std::string> occupied;  // the same, until another process has ended
    std::vector<std::string> warnings;  // some jobs will fail
};
MachineCheck check_machine(const config::Config& config,
                           const std::map<std::string, std::string>& environment);

}  // namespace ecron::app
