#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

#include "config/listen_address.hpp"
#include "config/resolved_options.hpp"
#include "ecron/base/text.hpp"

namespace ecron::config {
namespace {

std::string host_name() {
    std::array<char, 256> name{};
    if (gethostname(name.data(), name.size() - 1) != 0) return "ecron";
    return std::string{name.data()}.substr(0, 64);
}

std::vector<std::string> all_lower_case(std::vector<std::string> texts) {
    for (std::string& text : texts) text = lower_case(std::move(text));
    return texts;
}

/// The name under which clients of the old service reach the API; empty if cron_addr is an IP address.
std::string name_of(const std::string& address) {
    in6_addr literal{};
    const bool is_literal = inet_pton(AF_INET, address.c_str(), &literal) == 1 ||
                            inet_pton(AF_INET6, address.substr(0, address.find('%')).c_str(), &literal) == 1;
    return is_literal ? std::string{} : lower_case(address);
}

Http http(const ResolvedOptions& from) {
    Http http;
    http.address = listen_address(from.text("cron_addr"));
    http.name = name_of(from.text("cron_addr"));
    http.port = from.port("cron_port");
    http.health_port = from.port("anlys_port");
    if (from.boolean("ssl_on"))
        http.tls = TlsFiles{from.text("cert_file"), from.text("key_file"), from.text("client_ca_file")};
    http.body_limit = from.number("body_limit");
    http.buffered_limit = from.number("buffered_limit");
    http.header_limit = from.number("header_limit");
    http.connection_limit = from.number("connection_limit");
    http.header_timeout = from.duration("header_timeout");
    http.body_timeout = from.duration("body_timeout");
    http.send_timeout = from.duration("send_timeout");
    http.idle_timeout = from.duration("idle_timeout");
    return http;
}

Api api(const ResolvedOptions& from, const std::string& node_id) {
    Api api;
    api.language = from.text("lang");
    api.webhook_path = from.text("webhook");
    while (api.webhook_path.ends_with('/')) api.webhook_path.pop_back();
    api.executor_id = from.is_set("management_service_id") ? from.text("management_service_id") : node_id;
    return api;
}

/// Configurations of the old service have no db_driver; a configured server selects mysql.
Driver driver(const ResolvedOptions& from) {
    if (!from.is_set("db_driver") && from.is_set("db_addr")) return Driver::mysql;
    return from.text("db_driver") == "mysql" ? Driver::mysql : Driver::sqlite;
}

Store store(const ResolvedOptions& from) {
    Store store;
    store.driver = driver(from);
    store.path = from.text("db_path");
    store.host = from.text("db_addr");
    store.port = from.port("db_port");
    store.name = from.text("system_id") + from.text("db_name");
    store.user = from.text("user_name");
    store.password = SecretText{from.text("user_pwd")};
    store.connect_timeout = from.duration("timeout");
    store.read_timeout = from.duration("read_timeout");
    store.write_timeout = from.duration("write_timeout");
    store.ca_file = from.text("db_ca_file");
    store.readers = from.number("db_readers");
    if (store.driver == Driver::mysql)
        store.readers = std::min(store.readers, from.number("max_open_conns") - kSessionsBesideReaders);
    store.write_batch = from.number("write_batch");
    store.row_cache_bytes = from.number("row_cache_bytes");
    store.history = std::chrono::days{from.number("history_days")};
    store.history_per_job = from.number("history_per_job");
    return store;
}

Schedule schedule(const ResolvedOptions& from) {
    Schedule schedule;
    schedule.timezone = from.text("timezone");
    schedule.claim_ahead = from.duration("claim_ahead");
    schedule.misfire = from.text("misfire");
    schedule.misfire_grace = from.duration("misfire_grace");
    schedule.overlap = from.text("overlap");
    const Millis deadline = from.duration("start_deadline");
    if (deadline > Millis{0}) schedule.start_deadline = deadline;
    return schedule;
}

Execution execution(const ResolvedOptions& from) {
    Execution execution;
    execution.executor_max = from.number("executor_max");
    execution.http_timeout = from.duration("http_timeout");
    execution.connect_timeout = from.duration("connect_timeout");
    execution.connections_per_host = from.number("connections_per_host");
    execution.output_max = from.number("output_max");
    execution.max_attempts = static_cast<unsigned>(from.number("job_failures"));
    execution.retry_initial = from.duration("retry_initial");
    execution.retry_max = from.duration("retry_max");
    execution.retry_multiplier = static_cast<unsigned>(from.number("retry_multiplier"));
    execution.callback_timeout = from.duration("callback_timeout");
    execution.on_node_loss = from.text("on_node_loss") == "retry" ? NodeLoss::retry : NodeLoss::interrupt;
    execution.ca_file = from.text("ca_file");
    execution.egress = from.text("egress") == "private" ? Egress::private_too : Egress::public_only;
    execution.egress_allow = from.list("egress_allow");
    execution.egress_deny = from.list("egress_deny");
    execution.secrets_dir = from.text("secrets_dir");
    execution.run_dir = from.text("run_dir");
    return execution;
}

Commands commands(const ResolvedOptions& from) {
    Commands commands;
    commands.enabled = from.boolean("command_enabled");
    commands.allow = from.list("command_allow");
    commands.environment = from.list("command_environment");
    commands.max = from.number("command_max");
    commands.timeout = from.duration("command_timeout");
    commands.kill_grace = from.duration("command_kill_grace");
    commands.user = from.text("command_user");
    commands.as_self = from.boolean("command_as_self");
    commands.directory = from.text("command_dir");
    commands.cgroup = from.text("command_cgroup");
    commands.path = from.text("command_path");
    commands.memory = from.number("command_memory");
    commands.cpu_time = std::chrono::ceil<Seconds>(from.duration("command_cpu_time"));
    commands.open_files = from.number("command_open_files");
    commands.processes = from.number("command_processes");
    commands.file_size = from.number("command_file_size");
    return commands;
}

Webhooks webhooks(const ResolvedOptions& from) {
    Webhooks webhooks;
    webhooks.limit = from.number("webhook_max");
    webhooks.timeout = from.duration("webhook_timeout");
    webhooks.retry_for = from.duration("webhook_retry_for");
    webhooks.secret = SecretText{from.text("webhook_secret")};
    return webhooks;
}

PodPolicy pod_policy(std::string_view text) {
    return text == "privileged" ? PodPolicy::privileged
           : text == "baseline" ? PodPolicy::baseline
                                : PodPolicy::restricted;
}

Kubernetes kubernetes(const ResolvedOptions& from) {
    Kubernetes kubernetes;
    kubernetes.enabled = from.boolean("kubernetes_enabled");
    kubernetes.config = from.text("kubernetes_config");
    kubernetes.context = from.text("kubernetes_context");
    kubernetes.name_space = from.text("kubernetes_namespace");
    kubernetes.namespaces = from.list("kubernetes_namespaces");
    kubernetes.policy = pod_policy(from.text("kubernetes_pod_policy"));
    kubernetes.service_accounts = from.list("kubernetes_service_accounts");
    kubernetes.without_auth = from.boolean("kubernetes_without_auth");
    kubernetes.max = from.number("kubernetes_max");
    kubernetes.timeout = from.duration("kubernetes_timeout");
    kubernetes.ttl = std::chrono::ceil<Seconds>(from.duration("kubernetes_ttl"));
    return kubernetes;
}

/// Two processes on one host cannot listen on the same port, and a restarted process uses the same port
/// again.
std::string default_node_id(const ResolvedOptions& from) {
    constexpr std::uint16_t kDefaultPort = 12'345;
    const std::uint16_t port = from.port("cron_port");
    const bool names_host_only = port == kDefaultPort || port == 0;
    return names_host_only ? host_name() : fmt::format("{:.58}-{}", host_name(), port);
}

Process process(const ResolvedOptions& from) {
    Process process;
    process.node_id = from.is_set("node_id") ? from.text("node_id") : default_node_id(from);
    process.shutdown_grace = from.duration("shutdown_grace");
    process.multi_node = from.boolean("multi_node");
    return process;
}

log::Options log_options(const ResolvedOptions& from) {
    constexpr std::array kLevels{"debug", "info", "warn", "error"};  // in the order of log::Level
    const auto* const level = std::ranges::find(kLevels, from.text("log_level"));
    return {static_cast<log::Level>(level - kLevels.begin()),
            from.text("log_format") == "json" ? log::Format::json : log::Format::text, from.text("log_file")};
}

AuthMode auth_mode(const ResolvedOptions& from) {
    const std::string& mode = from.text("auth_mode");
    if (from.is_set("auth_mode"))
        return mode == "token"   ? AuthMode::token
               : mode == "hydra" ? AuthMode::hydra
               : mode == "jwt"   ? AuthMode::jwt
                                 : AuthMode::none;
    return asks_for_tokens(from) ? AuthMode::hydra : AuthMode::none;
}

std::string keys_url(const ResolvedOptions& from, const Endpoint& hydra) {
    constexpr std::string_view kUsual = "/.well-known/jwks.json";
    if (from.is_set("jwt_keys_url")) return from.text("jwt_keys_url");
    std::string base = hydra.host.empty() ? from.text("jwt_issuer") : url_of(hydra);
    while (base.ends_with('/')) base.pop_back();
    return base + std::string{kUsual};
}

Auth auth(const ResolvedOptions& from) {
    Auth auth;
    auth.mode = auth_mode(from);
    auth.enabled = auth.mode != AuthMode::none;
    auth.allowed_hosts = all_lower_case(from.list("allowed_hosts"));
    auth.token_file = from.text("token_file");
    auth.token_init = from.boolean("token_init");
    auth.cache = from.duration("token_cache");
    auth.cache_size = from.number("token_cache_size");
    auth.hydra_public = {from.text("oauth_public_protocol"), from.text("oauth_public_addr"),
                         from.port("oauth_public_port")};
    auth.hydra_admin = {from.text("oauth_admin_protocol"), from.text("oauth_admin_addr"),
                        from.port("oauth_admin_port")};
    auth.ca_file = from.text("oauth_ca_file");
    auth.issuer = from.text("jwt_issuer");
    auth.audiences = from.list("jwt_audience");
    auth.keys_url = keys_url(from, auth.hydra_public);
    for (const std::string_view option :
         {"scope_read", "scope_write", "scope_execute", "scope_report", "scope_command", "scope_kubernetes",
          "scope_kubernetes_proxy", "scope_admin"})
        auth.scopes.push_back(from.list(option));
    auth.metrics_public = from.boolean("metrics_public");
    auth.audit = std::chrono::days{from.number("audit_days")};
    return auth;
}

TenantLimits limits(const ResolvedOptions& from) {
    return {.jobs = from.number("limit_jobs"),
            .bytes = from.number("limit_bytes"),
            .requests_per_second = from.number("limit_rate"),
            .runs = from.number("limit_runs"),
            .interval = from.duration("limit_interval"),
            .retry = from.duration("limit_retry")};
}

constexpr std::uint16_t kKafkaPort = 9092;

/// HOST, HOST:PORT, [ADDRESS], [ADDRESS]:PORT; an IPv6 address without brackets has no port.
QueueHost queue_host(std::string_view option, std::string_view text, std::uint16_t port) {
    const std::size_t bracket = text.starts_with('[') ? text.find(']') : std::string_view::npos;
    const bool bracketed = bracket != std::string_view::npos;
    const std::size_t colon = bracketed                            ? text.find(':', bracket)
                              : std::ranges::count(text, ':') == 1 ? text.find(':')
                                                                   : std::string_view::npos;
    QueueHost host{.option = std::string{option}, .port = port};
    host.host = bracketed ? text.substr(1, bracket - 1) : text.substr(0, colon);
    if (colon != std::string_view::npos) {
        const std::string_view digits = text.substr(colon + 1);
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), host.port);
        if (error != std::errc{} || end != digits.data() + digits.size()) host.port = 0;
    }
    return host;
}

Messages messages(const ResolvedOptions& from) {
    Messages mq;
    mq.kafka = from.text("mq_connector_type") == "kafka";
    const std::uint16_t port = mq.kafka && !from.is_set("mq_port") ? kKafkaPort : from.port("mq_port");
    for (const std::string& text : from.list("mq_host"))
        mq.hosts.push_back(queue_host("mq_host", text, port));
    if (!mq.kafka)
        for (const std::string& text : from.list("mq_lookupd_host"))
            mq.hosts.push_back(queue_host("mq_lookupd_host", text, from.port("mq_lookupd_port")));
    mq.protocol = from.text("mq_protocol");
    mq.username = from.text("mq_username");
    mq.mechanism = from.text("mq_mechanism");
    mq.password = SecretText{from.text("mq_password")};
    mq.kafka_properties = from.list("mq_kafka");
    mq.in_flight = from.number("mq_in_flight");
    mq.deliveries = static_cast<int>(from.number("mq_deliveries"));
    mq.commands = from.boolean("mq_command_enabled");
    mq.fallback = from.duration("mq_fallback");
    mq.keep = from.duration("mq_keep");
    mq.hold_immediate = from.duration("lost_immediate_job_sleep");
    return mq;
}

}  // namespace

bool asks_for_tokens(const ResolvedOptions& from) {
    return from.is_set("auth_enabled") && lower_case(from.text("auth_enabled")) != "false";
}

std::string url_of(const Endpoint& endpoint) {
    const bool is_v6 = endpoint.host.contains(':');
    return fmt::format("{}://{}{}{}:{}", endpoint.protocol, is_v6 ? "[" : "", endpoint.host, is_v6 ? "]" : "",
                       endpoint.port);
}

Config typed(const ResolvedOptions& options) {
    const Process node = process(options);
    return {http(options),
            api(options, node.node_id),
            store(options),
            schedule(options),
            execution(options),
            commands(options),
            webhooks(options),
            kubernetes(options),
            node,
            log_options(options),
            auth(options),
            limits(options),
            messages(options)};
}

}  // namespace ecron::config
