#pragma once
#include <memory>

#include "ecron/analysis/scheduler.hpp"
#include "ecron/auth/authenticator.hpp"
#include "ecron/base/error.hpp"
#include "ecron/config/config.hpp"
#include "ecron/execution/command_runner.hpp"
#include "ecron/execution/egress.hpp"
#include "ecron/execution/http_runner.hpp"
#include "ecron/execution/kubernetes_runner.hpp"
#include "ecron/http/client.hpp"
#include "ecron/http/server.hpp"
#include "ecron/management/api.hpp"
#include "ecron/messages/consumers.hpp"
#include "ecron/mq/kafka.hpp"
#include "ecron/mq/nsq.hpp"
#include "ecron/notify/notifier.hpp"
#include "ecron/store/store.hpp"

/// Maps the configuration to the options of each module. Pure.
namespace ecron::app {

NodeId node_id(const config::Config& config);
store::Options store_options(const config::Config& config);
execution::Egress egress(const config::Config& config);
http::ClientOptions client_options(const config::Config& config);
execution::HttpOptions http_run_options(const config::Config& config);
execution::CommandOptions command_options(const config::Config& config);
execution::KubernetesOptions kubernetes_options(const config::Config& config);
analysis::SchedulerOptions scheduler_options(const config::Config& config);
http::ClientOptions webhook_client_options(const config::Config& config);
notify::Options notify_options(const config::Config& config);
notify::Keyring keyring(const config::Config& config);
mq::NsqOptions nsq_options(const config::Config& config);
mq::KafkaOptions kafka_options(const config::Config& config);
messages::Options message_options(const config::Config& config);
management::Options api_options(const config::Config& config);
http::ClientOptions auth_client_options(const config::Config& config);
/// nullptr: authentication is disabled. Errors: the token file is invalid.
Result<std::unique_ptr<auth::Authenticator>> make_authenticator(boost::asio::io_context& io,
                                                                const Clock& clock, http::Client& client,
                                                                const config::Config& config);
store::HistoryRule history_rule(const config::Config& config);
http::ServerOptions server_options(const config::Config& config);
http::ServerOptions health_options(const config::Config& config);

}  // namespace ecron::app
