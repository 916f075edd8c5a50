#include <fmt/format.h>
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

/// Two processes on one host cannot listen on the same port, and a restarted process uses the same port
/// again.
std::string default_node_id(std::uint16_t port) {
    constexpr std::uint16_t kDefaultPort = 12'345;
    const bool names_host_only = port == kDefaultPort || port == 0;
    return names_host_only ? host_name() : fmt::format("{:.58}-{}", host_name(), port);
}

void derive_node(const ResolvedOptions& options, Config& config) {
    config.node =
        NodeId{options.is_set("node_id") ? options.text("node_id") : default_node_id(config.server.port)};
    const std::string executor_id =
        options.is_set("management_service_id") ? options.text("management_service_id") : config.node.value();
    config.api.node = config.scheduler.node = config.webhooks.node = config.traces.node = config.node;
    config.api.executor_id = config.scheduler.executor_id = executor_id;
}

/// Returns the URL of an execution without its id; empty if the URL of the API is unknown. `base`: of the
/// API.
std::string executions_url(std::string base, const std::string& prefix) {
    while (base.ends_with('/')) base.pop_back();
    return base.empty() ? base : base + prefix + "/jobexecution/";
}

void derive_server(const ResolvedOptions& options, Config& config) {
    const std::string& address = options.text("cron_addr");
    config.server.address = listen_address(address);
    if (options.boolean("ssl_on"))
        config.server.tls = http::TlsFiles{options.text("cert_file"), options.text("key_file"),
                                           options.text("client_ca_file")};
    config.api.hosts = {.listens_on = config.server.address};
    for (const std::string& host : options.list("allowed_hosts"))
        config.api.hosts.allowed.push_back(lower_case(host));
    if (!is_ip_literal(address)) config.api.hosts.allowed.push_back(lower_case(address));
    config.egress.loopback =
        is_loopback(config.server.address) ? execution::Loopback::allowed : execution::Loopback::refused;
    std::string callback_path = options.text("webhook");
    while (callback_path.ends_with('/')) callback_path.pop_back();
    config.api.callback_path = config.executors.http.callback_path = callback_path;
}

/// Configurations of the old service have no db_driver; a configured server selects mysql.
store::Driver driver(const ResolvedOptions& options) {
    if (!options.is_set("db_driver") && options.is_set("db_addr")) return store::Driver::mysql;
    return options.text("db_driver") == "mysql" ? store::Driver::mysql : store::Driver::sqlite;
}

/// A node leads whole shards, so the load is shared evenly by up to about this many nodes.
constexpr std::size_t kNewShards = 16;

void derive_store(const ResolvedOptions& options, Config& config) {
    store::Options& store = config.store;
    const bool is_mysql = driver(options) == store::Driver::mysql;
    store.driver = driver(options);
    store.database = options.text("system_id") + options.text("db_name");
    store.readers = options.number("db_readers");
    if (is_mysql)
        store.readers = std::min(store.readers, options.number("max_open_conns") - kSessionsBesideReaders);
    store.nodes = config.multi_node ? store::Nodes::many : store::Nodes::one;
    store.messages = !config.queue.hosts.empty();
    store.new_shards = is_mysql ? kNewShards : 1;
}

AuthMode auth_mode(const ResolvedOptions& options) {
    if (!options.is_set("auth_mode")) return asks_for_tokens(options) ? AuthMode::hydra : AuthMode::none;
    const std::string& mode = options.text("auth_mode");
    return mode == "token"   ? AuthMode::token
           : mode == "hydra" ? AuthMode::hydra
           : mode == "jwt"   ? AuthMode::jwt
                             : AuthMode::none;
}

std::string keys_url(const ResolvedOptions& options, const Endpoint& hydra) {
    constexpr std::string_view kUsual = "/.well-known/jwks.json";
    if (options.is_set("jwt_keys_url")) return options.text("jwt_keys_url");
    std::string base = hydra.host.empty() ? options.text("jwt_issuer") : url_of(hydra);
    while (base.ends_with('/')) base.pop_back();
    return base + std::string{kUsual};
}

std::string_view name_of(AuthMode mode) {
    switch (mode) {
        case AuthMode::none:
            return "none";
        case AuthMode::token:
            return "token";
        case AuthMode::hydra:
            return "hydra";
        case AuthMode::jwt:
            return "jwt";
    }
    return "";
}

void derive_sign_in(const Auth& auth, management::SignIn& sign_in) {
    sign_in.mode = name_of(auth.mode);
    if (sign_in.client_id.empty() || auth.hydra_public.host.empty()) return;
    const std::string hydra = url_of(auth.hydra_public);
    if (sign_in.authorization_endpoint.empty()) sign_in.authorization_endpoint = hydra + "/oauth2/auth";
    if (sign_in.token_endpoint.empty()) sign_in.token_endpoint = hydra + "/oauth2/token";
}

void derive_auth(const ResolvedOptions& options, Config& config) {
    Auth& auth = config.auth;
    auth.mode = auth_mode(options);
    auth.jwt.keys_url = keys_url(options, auth.hydra_public);
    auth.jwt.cache = auth.cache;
    derive_sign_in(auth, config.api.sign_in);
    config.api.scopes = auth::ScopeMap{auth.scopes};
    config.api.audits = auth.enabled();
    config.webhooks.tenants = auth.enabled() ? notify::Options::Tenants::many : notify::Options::Tenants::one;
    config.messages.own_tenant = auth.enabled() ? TenantId{} : config.api.tenant;
}

void derive_queue(const ResolvedOptions& options, Config& config) {
    constexpr std::uint16_t kKafkaPort = 9092;
    const bool is_kafka = config.queue.kind == Queue::Kind::kafka;
    const std::uint16_t port = is_kafka && !options.is_set("mq_port") ? kKafkaPort : options.port("mq_port");
    for (const std::string& text : options.list("mq_host"))
        config.queue.hosts.push_back(queue_host("mq_host", text, port));
    if (!is_kafka)
        for (const std::string& text : options.list("mq_lookupd_host"))
            config.queue.hosts.push_back(
                queue_host("mq_lookupd_host", text, options.port("mq_lookupd_port")));
    config.messages.accepts_attempts = config.multi_node;
}

void derive_scheduler(Config& config) {
    config.api.executions_url = executions_url(config.api.executions_url, config.api.prefix);
    config.scheduler.executions_url = config.api.executions_url;
    config.scheduler.nodes = config.store.nodes;
    config.scheduler.alone = config.store.driver == store::Driver::sqlite;
    config.scheduler.lease = config.store.lease;
    config.scheduler.retry = config.rules.retry;
    config.scheduler.rules = config.api.rules = config.messages.rules = config.rules;
}

/// Files that commands must not read: their contents would give a job's author administrator rights.
std::vector<std::string> private_files(const Config& config) {
    std::vector<std::string> files{config.secrets_dir, config.executors.kubernetes.config_file,
                                   config.executors.command.run_directory};
    if (!config.auth.token_file.empty())
        files.insert(files.end(), {config.auth.token_file, config.auth.token_file + ".initial"});
    if (config.server.tls) files.push_back(config.server.tls->key_file);
    if (config.store.driver == store::Driver::sqlite)
        for (const char* suffix : {"", "-wal", "-shm"}) files.push_back(config.store.path + suffix);
    std::erase(files, std::string{});
    return files;
}

void derive_commands(Config& config) {
    config.executors.command.private_files = private_files(config);
    // If any program may run, any variable may be set.
    if (!config.executors.command.allow.empty())
        config.api.command_environment = config.executors.command.environment;
}

}  // namespace

mq::Address queue_host(std::string_view option, std::string_view text, std::uint16_t port) {
    const std::size_t bracket = text.starts_with('[') ? text.find(']') : std::string_view::npos;
    const bool bracketed = bracket != std::string_view::npos;
    const std::size_t colon = bracketed                            ? text.find(':', bracket)
                              : std::ranges::count(text, ':') == 1 ? text.find(':')
                                                                   : std::string_view::npos;
    mq::Address host{.option = std::string{option}, .port = port};
    host.host = bracketed ? text.substr(1, bracket - 1) : text.substr(0, colon);
    if (colon != std::string_view::npos) {
        const std::string_view digits = text.substr(colon + 1);
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), host.port);
        if (error != std::errc{} || end != digits.data() + digits.size()) host.port = 0;
    }
    return host;
}

bool asks_for_tokens(const ResolvedOptions& options) {
    return options.is_set("auth_enabled") && lower_case(options.text("auth_enabled")) != "false";
}

std::string url_of(const Endpoint& endpoint) {
    const bool is_v6 = endpoint.host.contains(':');
    return fmt::format("{}://{}{}{}:{}", endpoint.protocol, is_v6 ? "[" : "", endpoint.host, is_v6 ? "]" : "",
                       endpoint.port);
}

Config config_of(const ResolvedOptions& options) {
    Config config;
    for (const Setting& setting : options.settings())
        if (setting.option->assign != nullptr) setting.option->assign(config, *setting.option, setting.value);
    derive_node(options, config);
    derive_server(options, config);
    derive_queue(options, config);
    derive_store(options, config);
    derive_auth(options, config);
    derive_scheduler(config);
    derive_commands(config);
    return config;
}

}  // namespace ecron::config
