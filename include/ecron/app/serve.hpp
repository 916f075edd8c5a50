#pragma once
#include <cstddef>
#include <map>
#include <optional>
#include <string>

#include "ecron/config/config.hpp"

namespace ecron::app {

/// Runs the service until it is told to stop (SIGTERM, SIGINT) and returns the process's exit code.
/// As the first process of a container it does so in a child, see src/app/init.hpp. `environment` is that of
/// the process: the ECRON_SECRET_… and what Kubernetes sets are read from it.
int serve(const config::Config& config, const std::map<std::string, std::string>& environment);
/// Asks the service that runs with this configuration on this machine, or the one at the URL if one is given,
/// whether it is ready (`ecron health`); why it is not, or nothing.
std::optional<std::string> health(const config::Config& config, const std::string& url);
/// Divides planning anew (`ecron db shards N`); says what is wrong, or nothing.
std::optional<std::string> set_shards(const config::Config& config, std::size_t shards);

}  // namespace ecron::app
