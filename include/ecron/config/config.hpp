#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ecron/base/log.hpp"
#include "ecron/base/secret.hpp"
#include "ecron/base/time.hpp"

/// The validated, typed configuration: one struct per module, which src/app passes to it. Names and defaults
/// are those of the table in options.hpp; a value-initialised struct does not hold the defaults: use
/// config::defaults(). Units: std::chrono durations, sizes in bytes.
namespace ecron::config {

struct TlsFiles {
    std::string certificate, key;
    std::string client_ca;  // empty: client certificates are not requested
};

struct Http {
    std::string address;  // an IP literal without brackets
    std::string name;     // cron_addr if it is a name; else empty
    std::uint16_t port{};
    std::uint16_t health_port{};  // anlys_port; 0: none
    std::optional<TlsFiles> tls;
    std::size_t body_limit{}, buffered_limit{}, header_limit{}, connection_limit{};
    Millis header_timeout{}, body_timeout{}, send_timeout{}, idle_timeout{};
};

struct Api {
    std::string language;      // zh_CN, zh_TW, en_US
    std::string webhook_path;  // starts with '/', does not end with '/'
    std::string executor_id;   // management_service_id, or else the node's id
};

enum class Driver : std::uint8_t { sqlite, mysql };
struct Store {
    Driver driver{};
    std::string path;  // sqlite
    // The remaining members apply to mysql only.
    std::string host;  // IPv6 without brackets
    std::uint16_t port{};
    std::string name;  // system_id followed by db_name
    std::string user;
    SecretText password;
    Millis connect_timeout{}, read_timeout{}, write_timeout{};
    std::string ca_file;  // empty: no TLS
    // Both.
    std::size_t readers{};
    std::size_t write_batch{};
    std::size_t row_cache_bytes{};
    Millis history{};               // 0: unlimited
    std::size_t history_per_job{};  // 0: unlimited
};

/// Policies for jobs that specify none. `misfire` and `overlap` are the values of a job's JSON, validated
/// against the table's choices.
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
    std::string ca_file;  // empty: the system's CA bundle
    Egress egress{};
    std::vector<std::string> egress_allow, egress_deny;  // CIDRs
    std::string secrets_dir;                             // empty: no secrets folder
    std::string run_dir;
};

struct Commands {
    bool enabled{};
    std::vector<std::string> allow;        // empty: any
    std::vector<std::string> environment;  // variables that jobs may set if `allow` is not empty
    std::size_t max{};
    Millis timeout{}, kill_grace{};
    std::string user;  // empty: ecron's own user
    bool as_self{};    // explicit consent to run commands as ecron's own user
    std::string directory, path, cgroup;
    std::uint64_t memory{}, open_files{}, processes{}, file_size{};  // 0: no limit
    Seconds cpu_time{};
};

struct Webhooks {
    std::size_t limit{};
    Millis timeout{}, retry_for{};
    SecretText secret;  // one secret, or two separated by a space; empty: none
};

enum class PodPolicy : std::uint8_t { restricted, baseline, privileged };
struct Kubernetes {
    bool enabled{};
    std::string config, context;          // empty: in-cluster configuration; the current context
    std::string name_space;               // may contain {tenant}; empty: the kubeconfig's
    std::vector<std::string> namespaces;  // further permitted namespaces
    PodPolicy policy{};
    std::vector<std::string> service_accounts;
    bool without_auth{};  // explicit consent if authentication is off
    std::size_t max{};
    Millis timeout{};
    Seconds ttl{};
};

struct Process {
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
    bool enabled{};                          // true for every mode except none
    std::vector<std::string> allowed_hosts;  // NAME or NAME:PORT, in lower case; * permits any
    std::string token_file;
    bool token_init{};
    Millis cache{};
    std::size_t cache_size{};
    Endpoint hydra_public, hydra_admin;
    std::string ca_file;  // empty: the system's CA bundle
    std::string issuer;
    std::vector<std::string> audiences;
    std::string keys_url;
    std::vector<std::vector<std::string>> scopes;  // in the order of auth::Permission
    bool metrics_public{};
    Millis audit{};  // retention of the audit log; 0: unlimited
};

/// Limits per tenant; 0: unlimited.
struct TenantLimits {
    std::size_t jobs{}, bytes{}, requests_per_second{}, runs{};
    Millis interval{}, retry{};
};

/// A host of the message queue, and the option that specifies it.
struct QueueHost {
    std::string option, host;
    std::uint16_t port{};
};

/// No hosts: no message queue.
struct Messages {
    bool kafka{};  // false: NSQ
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
    Process process;
    log::Options log;
    Auth auth;
    TenantLimits limits;
    Messages mq;
};

/// The configuration that results from the table's defaults alone.
Config defaults();

}  // namespace ecron::config
