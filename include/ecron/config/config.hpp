#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ecron/base/log.hpp"
#include "ecron/base/secret.hpp"
#include "ecron/base/time.hpp"

/// What ecron was told, checked and typed: one struct a module, which src/app hands to it. The names and
/// defaults are those of the table in options.hpp, so a value-initialised struct is not the default:
/// config::defaults() is. Units: std::chrono durations, sizes in bytes.
namespace ecron::config {

struct TlsFiles {
    std::string certificate, key;
    std::string client_ca;  // empty: clients show no certificate
};

struct Http {
    std::string address;  // an IP literal without brackets
    std::string name;     // cron_addr where it is a name; else empty
    std::uint16_t port{};
    std::uint16_t health_port{};  // anlys_port; 0: none
    std::optional<TlsFiles> tls;
    std::size_t body_limit{}, buffered_limit{}, header_limit{}, connection_limit{};
    Millis header_timeout{}, body_timeout{}, send_timeout{}, idle_timeout{};
};

struct Api {
    std::string language;      // zh_CN, zh_TW, en_US
    std::string webhook_path;  // begins with '/', does not end with one
    std::string executor_id;   // management_service_id, else the node's id
};

enum class Driver : std::uint8_t { sqlite, mysql };
struct Store {
    Driver driver{};
    std::string path;  // sqlite
    // From here on mysql.
    std::string host;  // IPv6 without brackets
    std::uint16_t port{};
    std::string name;  // system_id and db_name
    std::string user;
    SecretText password;
    Millis connect_timeout{}, read_timeout{}, write_timeout{};
    std::string ca_file;  // empty: no TLS
    // Both.
    std::size_t readers{};
    std::size_t write_batch{};
    std::size_t row_cache_bytes{};
    Millis history{};               // 0: for ever
    std::size_t history_per_job{};  // 0: all
};

/// Policies for jobs that name none. `misfire` and `overlap` are words of a job's JSON, one of the table's
/// choices.
struct Schedule {
    std::string timezone;
    Millis claim_ahead{};
    std::string misfire;
    Millis misfire_grace{};
    std::string overlap;
    std::optional<Millis> start_deadline;
};

enum class NodeLoss : std::uint8_t { retry, interrupt };
enum class Egress : std::uint8_t { private_too, public_only };
struct Execution {
    std::size_t executor_max{};
    Millis http_timeout{}, connect_timeout{};
    std::size_t connections_per_host{};
    std::size_t output_max{};
    unsigned max_attempts{};  // job_failures
    Millis retry_initial{}, retry_max{};
    unsigned retry_multiplier{};
    Millis callback_timeout{};
    NodeLoss on_node_loss{};
    std::string ca_file;  // empty: the system's
    Egress egress{};
    std::vector<std::string> egress_allow, egress_deny;  // CIDRs
    std::string secrets_dir;                             // empty: none
    std::string run_dir;
};

struct Commands {
    bool enabled{};
    std::vector<std::string> allow;        // empty: any
    std::vector<std::string> environment;  // names that jobs may set where `allow` is not empty
    std::size_t max{};
    Millis timeout{}, kill_grace{};
    std::string user;  // empty: ecron's own
    bool as_self{};    // consent to run commands as ecron's own user
    std::string directory, path, cgroup;
    std::uint64_t memory{}, open_files{}, processes{}, file_size{};  // 0: no limit
    Seconds cpu_time{};
};

struct Webhooks {
    std::size_t limit{};
    Millis timeout{}, retry_for{};
    SecretText secret;  // one, or two with a space between; empty: none
};

enum class PodPolicy : std::uint8_t { restricted, baseline, privileged };
struct Kubernetes {
    bool enabled{};
    std::string config, context;          // empty: the pod's own cluster; the current context
    std::string name_space;               // may hold {tenant}; empty: the kubeconfig's
    std::vector<std::string> namespaces;  // others
    PodPolicy policy{};
    std::vector<std::string> service_accounts;
    bool without_auth{};  // consent where anybody may call
    std::size_t max{};
    Millis timeout{};
    Seconds ttl{};
};

struct Life {
    std::string node_id;
    Millis shutdown_grace{};
    bool multi_node{};
};

struct Endpoint {
    std::string protocol, host;
    std::uint16_t port{};
};

/// "http://[fd00::5]:4445"
[[nodiscard]] std::string url_of(const Endpoint& endpoint);

enum class AuthMode : std::uint8_t { none, token, hydra, jwt };
struct Auth {
    AuthMode mode{};
    bool enabled{};                          // a mode other than none
    std::vector<std::string> allowed_hosts;  // NAME or NAME:PORT, in lower case; * is any
    std::string token_file;
    bool token_init{};
    Millis cache{};
    std::size_t cache_size{};
    Endpoint hydra_public, hydra_admin;
    std::string ca_file;  // empty: the system's
    std::string issuer;
    std::vector<std::string> audiences;
    std::string keys_url;
    std::vector<std::vector<std::string>> scopes;  // by the order of auth::Permission
    bool metrics_public{};
    Millis audit{};  // how long the audit log is kept; 0: for ever
};

/// Of each tenant; 0: none.
struct TenantLimits {
    std::size_t jobs{}, bytes{}, requests_per_second{}, runs{};
    Millis interval{}, retry{};
};

/// A host of the message queue, and the option that names it.
struct QueueHost {
    std::string option, host;
    std::uint16_t port{};
};

/// No hosts: no message queue.
struct Messages {
    bool kafka{};  // else NSQ
    std::vector<QueueHost> hosts;
    std::string protocol, username, mechanism;
    SecretText password;
    std::vector<std::string> kafka_properties;  // NAME=VALUE
    std::size_t in_flight{};
    int deliveries{};
    bool commands{};
    Millis fallback{}, keep{}, hold_immediate{};
};

struct Config {
    Http http;
    Api api;
    Store store;
    Schedule schedule;
    Execution execution;
    Commands commands;
    Webhooks webhooks;
    Kubernetes kubernetes;
    Life life;
    log::Options log;
    Auth auth;
    TenantLimits limits;
    Messages mq;
};

/// What the table alone says.
Config defaults();

}  // namespace ecron::config
