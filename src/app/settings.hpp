#pragma once
#include <memory>

#include "ecron/auth/authenticator.hpp"
#include "ecron/base/error.hpp"
#include "ecron/config/config.hpp"

/// Completes the configured options of a module with what no option sets: version, seeds, connection checks,
/// and values that follow from options of other modules.
namespace ecron::app {

http::ClientOptions client_options(const config::Config& config);
http::ClientOptions webhook_client_options(const config::Config& config);
http::ClientOptions auth_client_options(const config::Config& config);
http::ServerOptions server_options(const config::Config& config);
http::ServerOptions health_options(const config::Config& config);
execution::ExecutorOptions executor_options(const config::Config& config);
analysis::SchedulerOptions scheduler_options(const config::Config& config);
notify::Options notify_options(const config::Config& config);
http::ClientOptions trace_client_options(const config::Config& config);
traces::Options trace_options(const config::Config& config);
notify::Keyring keyring(const config::Config& config);
mq::NsqOptions nsq_options(const config::Config& config);
mq::KafkaOptions kafka_options(const config::Config& config);
management::Options api_options(const config::Config& config);
/// nullptr: authentication is disabled. Errors: the token file is invalid.
Result<std::unique_ptr<auth::Authenticator>> make_authenticator(boost::asio::io_context& io,
                                                                const Clock& clock, http::Client& client,
                                                                const config::Config& config);

}  // namespace ecron::app
