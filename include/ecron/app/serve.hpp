#pragma once
#include <cstddef>
#include <map>
#include <optional>
#include <string>

#include "ecron/config/config.hpp"

namespace ecron::app {

/// Runs the service until SIGTERM or SIGINT and returns the process's exit code. As process 1 of a container
/// it runs the service in a child, see src/app/init.hpp. `environment` is that of the process: the
/// ECRON_SECRET_… variables and those set by Kubernetes are read from it.
int serve(const config::Config& config, const std::map<std::string, std::string>& environment);
/// The same with the jobs and the history of a fictional shop, in a temporary folder that is deleted at the
/// end, and with a local target for the jobs (`ecron serve --demo`). Prints the address of the page.
int serve_demo(config::Config config, const std::map<std::string, std::string>& environment);
/// Checks the readiness of the local service with this configuration, or of the one at the URL if given
/// (`ecron health`). Returns the reason if it is not ready, otherwise nullopt.
std::optional<std::string> health(const config::Config& config, const std::string& url);
/// Whether a service answers at the address of this configuration.
bool is_running(const config::Config& config);
/// Changes the number of shards (`ecron db shards N`). Returns the error, or nullopt on success.
std::optional<std::string> set_shards(const config::Config& config, std::size_t shards);

}  // namespace ecron::app
