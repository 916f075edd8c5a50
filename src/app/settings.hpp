#pragma once
#include "ecron/analysis/scheduler.hpp"
#include "ecron/base/error.hpp"
#include "ecron/config/config.hpp"
#include "ecron/execution/command_runner.hpp"
#include "ecron/execution/egress.hpp"
#include "ecron/execution/http_runner.hpp"
#include "ecron/execution/kubernetes_runner.hpp"
#include "ecron/http/client.hpp"
#include "ecron/http/server.hpp"
#include "ecron/management/api.hpp"
#include "ecron/notify/notifier.hpp"
#include "ecron/store/store.hpp"

/// From the configuration to what each module takes.
namespace ecron::app {

/// A new name with each call: the operator's for the node, and a few letters. What an earlier process of the
/// node began is its own until its lease has ended, and this one's never.
NodeId process_name(const config::Config& config);
store::Options store_options(const config::Config& config);
http::ClientOptions client_options(const config::Config& config);
execution::HttpOptions http_run_options(const config::Config& config);
execution::CommandOptions command_options(const config::Config& config);
execution::KubernetesOptions kubernetes_options(const config::Config& config);
analysis::SchedulerOptions scheduler_options(const config::Config& config, const NodeId& process);
http::ClientOptions webhook_client_options(const config::Config& config);
notify::Options notify_options(const config::Config& config, const NodeId& process);
notify::Keyring keyring(const config::Config& config);
management::Options api_options(const config::Config& config, const NodeId& process);
http::ServerOptions server_options(const config::Config& config);
http::ServerOptions health_options(const config::Config& config);

}  // namespace ecron::app
