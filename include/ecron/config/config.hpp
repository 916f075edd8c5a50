#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "ecron/analysis/scheduler.hpp"
#include "ecron/auth/authenticator.hpp"
#include "ecron/base/log.hpp"
#include "ecron/base/secret.hpp"
#include "ecron/base/time.hpp"
#include "ecron/execution/egress.hpp"
#include "ecron/execution/executors.hpp"
#include "ecron/http/client.hpp"
#include "ecron/http/server.hpp"
#include "ecron/management/api.hpp"
#include "ecron/messages/consumers.hpp"
#include "ecron/mq/kafka.hpp"
#include "ecron/mq/nsq.hpp"
#include "ecron/notify/notifier.hpp"
#include "ecron/store/history.hpp"
#include "ecron/store/store.hpp"
#include "ecron/traces/exporter.hpp"

/// The validated, typed configuration: the options of each module, which src/app passes to it. The table in
/// src/config/options.cpp names the member that each option fills; members that no option fills keep the
/// module's default, or are set by src/app. config::defaults() holds the defaults of the table.
namespace ecron::config {

struct Endpoint {
    std::string protocol{}, host{};
    std::uint16_t port{};
};

/// "http://[fd00::5]:4445"
[[nodiscard]] std::string url_of(const Endpoint& endpoint);

enum class AuthMode : std::uint8_t { none, token, hydra, jwt };
struct Auth {
    AuthMode mode{};
    std::string token_file{};
    bool token_init{};
    auth::CacheOptions cache{};
    Endpoint hydra_public{}, hydra_admin{};
    std::string ca_file{};  // empty: the system's CA bundle
    auth::JwtOptions jwt{};
    std::vector<std::vector<std::string>> scopes =
        std::vector<std::vector<std::string>>(auth::kPermissions);  // in the order of auth::Permission
    [[nodiscard]] bool enabled() const { return mode != AuthMode::none; }
};

/// The message queue. No hosts: none is used.
struct Queue {
    enum class Kind : std::uint8_t { nsq, kafka } kind{};
    std::vector<mq::Address> hosts{};
    std::string protocol{}, username{}, mechanism{};
    SecretText password{};
    std::vector<std::string> kafka_properties{};  // NAME=VALUE
    Millis keep{};                                // how long unpublished messages are kept
};

struct Config {
    http::ServerOptions server{};  // of the API
    std::uint16_t health_port{};   // 0: no second listener
    bool ui_enabled{};             // serve the web page
    management::Options api{};
    store::Options store{};
    store::HistoryRule history{};
    model::Rules rules{};
    analysis::SchedulerOptions scheduler{};
    execution::ExecutorOptions executors{};
    http::ClientOptions targets{};  // of requests to targets
    execution::EgressRules egress{};
    std::string secrets_dir{};      // empty: no secrets folder
    std::size_t runs_per_tenant{};  // concurrent executions per tenant and kind; 0: a fair share
    notify::Options webhooks{};
    SecretText webhook_secret{};  // one secret, or two separated by a space; empty: none
    NodeId node{};
    Millis shutdown_grace{};
    bool multi_node{};
    log::Options log{};
    traces::Options traces{};
    Auth auth{};
    messages::Options messages{};
    Queue queue{};
};

/// The configuration that results from the table's defaults alone.
Config defaults();

}  // namespace ecron::config
