#include "settings.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <cstring>

#include "app/descriptors.hpp"
#include "ecron/app/version.hpp"
#include "ecron/auth/token_file.hpp"
#include "ecron/base/log.hpp"
#include "ecron/base/uuid.hpp"

namespace ecron::app {
namespace {

Seconds whole_seconds(Millis value) { return std::chrono::ceil<Seconds>(value); }

model::Misfire misfire(std::string_view word) {
    return word == "all" ? model::Misfire::all : word == "skip" ? model::Misfire::skip : model::Misfire::once;
}

model::Overlap overlap(std::string_view word) {
    if (word == "allow") return model::Overlap::allow;
    if (word == "queue") return model::Overlap::queue;
    return word == "replace" ? model::Overlap::replace : model::Overlap::skip;
}

model::Retry retry(const config::Execution& execution) {
    return {.max_attempts = static_cast<int>(execution.max_attempts),
            .initial = execution.retry_initial,
            .multiplier = static_cast<double>(execution.retry_multiplier),
            .max = execution.retry_max};
}

model::Rules rules(const config::Config& config) {
    return {.default_timezone = config.schedule.timezone,
            .retry = retry(config.execution),
            .retry_floor = config.limits.retry};
}

management::Language language(std::string_view word) {
    if (word == "en_US") return management::Language::en_us;
    return word == "zh_TW" ? management::Language::zh_tw : management::Language::zh_cn;
}

bool is_loopback(std::string_view address) { return address == "::1" || address.starts_with("127."); }

std::vector<execution::Network> networks(const std::vector<std::string>& texts) {
    std::vector<execution::Network> parsed;
    for (const std::string& text : texts) parsed.push_back(execution::parse_network(text).value());
    return parsed;
}

constexpr std::size_t kAuthConnections = 16;
constexpr std::string_view kFirstTenant = "default";

/// Scopes of the first token: for each permission the first scope that grants it, without duplicates.
std::string every_scope(const std::vector<std::vector<std::string>>& scopes) {
    std::vector<std::string> all;
    for (const std::vector<std::string>& granting : scopes)
        if (std::ranges::find(all, granting.front()) == all.end()) all.push_back(granting.front());
    return fmt::format("{}", fmt::join(all, " "));
}

model::PodPolicy pod_policy(config::PodPolicy policy) {
    switch (policy) {
        case config::PodPolicy::restricted:
            return model::PodPolicy::restricted;
        case config::PodPolicy::baseline:
            return model::PodPolicy::baseline;
        case config::PodPolicy::privileged:
            return model::PodPolicy::privileged;
    }
    return model::PodPolicy::restricted;
}

std::uint64_t random_seed() {
    std::uint64_t seed = 0;
    std::memcpy(&seed, random_bytes(sizeof seed).data(), sizeof seed);
    return seed;
}

}  // namespace

namespace {

store::Nodes nodes(const config::Config& config) {
    return config.process.multi_node ? store::Nodes::many : store::Nodes::one;
}

}  // namespace

/// A node leads whole shards, so the load is shared evenly by up to about this many nodes.
constexpr std::size_t kNewShards = 16;

NodeId node_id(const config::Config& config) { return NodeId{config.process.node_id}; }

store::Options store_options(const config::Config& config) {
    const config::Store& given = config.store;
    return {.driver = given.driver == config::Driver::mysql ? store::Driver::mysql : store::Driver::sqlite,
            .path = given.path,
            .host = given.host,
            .port = given.port,
            .database = given.name,
            .user = given.user,
            .password = given.password,
            .ca_file = given.ca_file,
            .connect_timeout = whole_seconds(given.connect_timeout),
            .read_timeout = whole_seconds(given.read_timeout),
            .write_timeout = whole_seconds(given.write_timeout),
            .readers = given.readers,
            .row_cache_bytes = given.row_cache_bytes,
            .batch_rows = given.write_batch,
            .nodes = nodes(config),
            .messages = !config.mq.hosts.empty(),
            .jobs_per_tenant = config.limits.jobs,
            .bytes_per_tenant = config.limits.bytes,
            .new_shards = given.driver == config::Driver::mysql ? kNewShards : 1};
}

store::HistoryRule history_rule(const config::Config& config) {
    return {
        .keep = config.store.history, .per_job = config.store.history_per_job, .audit = config.auth.audit};
}

execution::Egress egress(const config::Config& config) {
    const config::Execution& given = config.execution;
    return {given.egress == config::Egress::public_only ? execution::Reach::public_only
                                                        : execution::Reach::private_too,
            is_loopback(config.http.address) ? execution::Loopback::allowed : execution::Loopback::refused,
            networks(given.egress_allow), networks(given.egress_deny)};
}

http::ClientOptions client_options(const config::Config& config) {
    const config::Execution& given = config.execution;
    return {.connections_kept = given.executor_max,
            .connections_per_host = given.connections_per_host,
            .ca_file = given.ca_file,
            .user_agent = "ecron/" + std::string{kVersion},
            .allow_address = [allowed = egress(config)](const sockaddr& address) {
                return allowed.allows(address);
            }};
}

execution::HttpOptions http_run_options(const config::Config& config) {
    return {.connect_timeout = config.execution.connect_timeout,
            .timeout = config.execution.http_timeout,
            .output_limit = config.execution.output_max,
            .callback_path = config.api.webhook_path};
}

namespace {

/// Files that commands must not read: their contents would give a job's author administrator rights.
std::vector<std::string> private_files(const config::Config& config) {
    std::vector<std::string> files{config.execution.secrets_dir, config.kubernetes.config,
                                   config.execution.run_dir};
    if (!config.auth.token_file.empty())
        files.insert(files.end(), {config.auth.token_file, config.auth.token_file + ".initial"});
    if (config.http.tls) files.push_back(config.http.tls->key);
    if (config.store.driver == config::Driver::sqlite)
        for (const char* suffix : {"", "-wal", "-shm"}) files.push_back(config.store.path + suffix);
    std::erase(files, std::string{});
    return files;
}

}  // namespace

execution::CommandOptions command_options(const config::Config& config) {
    const config::Commands& given = config.commands;
    return {.enabled = given.enabled,
            .allow = given.allow,
            .environment = given.environment,
            .limit = given.max,
            .timeout = given.timeout,
            .kill_grace = given.kill_grace,
            .output_limit = config.execution.output_max,
            .directory = given.directory,
            .path = given.path,
            .user = given.user,
            .as_self = given.as_self,
            .private_files = private_files(config),
            .memory = given.memory,
            .cpu_seconds = static_cast<std::uint64_t>(given.cpu_time.count()),
            .open_files = given.open_files,
            .processes = given.processes,
            .file_size = given.file_size,
            .cgroup = given.cgroup,
            .run_directory = config.execution.run_dir};
}

http::ClientOptions webhook_client_options(const config::Config& config) {
    http::ClientOptions options = client_options(config);
    options.connections_kept = options.connections_per_host = config.webhooks.limit;
    return options;
}

notify::Options notify_options(const config::Config& config) {
    return {.node = node_id(config),
            .limit = config.webhooks.limit,
            .connect_timeout = std::min(config.execution.connect_timeout, config.webhooks.timeout),
            .timeout = config.webhooks.timeout,
            .retry_for = config.webhooks.retry_for,
            .tenants = config.auth.enabled ? notify::Options::Tenants::many : notify::Options::Tenants::one,
            .seed = random_seed()};
}

notify::Keyring keyring(const config::Config& config) {
    notify::SigningKeys for_all;
    if (!config.webhooks.secret.empty())
        for_all = notify::read_signing_keys(config.webhooks.secret.reveal()).value();
    return {config.execution.secrets_dir, std::move(for_all)};
}

execution::KubernetesOptions kubernetes_options(const config::Config& config) {
    const config::Kubernetes& given = config.kubernetes;
    return {.enabled = given.enabled,
            .config_file = given.config,
            .context = given.context,
            .rules = {.policy = pod_policy(given.policy),
                      .name_space = given.name_space,
                      .name_spaces = given.namespaces,
                      .service_accounts = given.service_accounts},
            .timeout = given.timeout,
            .ttl = given.ttl,
            .output_limit = config.execution.output_max,
            .user_agent = "ecron/" + std::string{kVersion}};
}

analysis::SchedulerOptions scheduler_options(const config::Config& config) {
    return {.node = node_id(config),
            .nodes = nodes(config),
            .alone = config.store.driver == config::Driver::sqlite,
            .lease = store_options(config).lease,
            .executor_id = config.api.executor_id,
            .claim_ahead = config.schedule.claim_ahead,
            .policy = {.misfire = misfire(config.schedule.misfire),
                       .overlap = overlap(config.schedule.overlap),
                       .misfire_grace = config.schedule.misfire_grace,
                       .start_deadline = config.schedule.start_deadline},
            .retry = retry(config.execution),
            .callback_timeout = config.execution.callback_timeout,
            .on_node_loss = config.execution.on_node_loss == config::NodeLoss::interrupt
                                ? model::NodeLoss::interrupt
                                : model::NodeLoss::retry,
            .rules = rules(config),
            .seed = random_seed()};
}

mq::NsqOptions nsq_options(const config::Config& config) {
    constexpr std::uint16_t kNsqd = 4150;
    constexpr std::uint16_t kNsqdHttp = 4151;
    constexpr std::uint16_t kLookupd = 4161;
    mq::NsqOptions options{.secret = config.mq.password,
                           .client_id = config.process.node_id,
                           .user_agent = "ecron/" + std::string{kVersion}};
    for (const config::QueueHost& host : config.mq.hosts) {
        mq::Address address{.option = host.option, .host = host.host, .port = host.port};
        if (address.port == kNsqdHttp) address.port = kNsqd;
        auto& role = address.port == kLookupd ? options.lookupds
                     : address.port == kNsqd  ? options.nsqds
                                              : options.unsure;
        role.push_back(std::move(address));
    }
    return options;
}

mq::KafkaOptions kafka_options(const config::Config& config) {
    const config::Messages& given = config.mq;
    mq::KafkaOptions options{.client_id = config.process.node_id};
    for (const config::QueueHost& host : given.hosts) {
        if (!options.servers.empty()) options.servers += ',';
        options.servers += mq::Address{.host = host.host, .port = host.port}.text();
    }
    const bool authenticates = !given.mechanism.empty();
    if (authenticates) {
        options.properties = {{"sasl.mechanism", given.mechanism},
                              {"sasl.username", given.username},
                              {"sasl.password", given.password.reveal()}};
    }
    if (!given.protocol.empty())
        options.properties.emplace_back("security.protocol", given.protocol);
    else if (authenticates)
        options.properties.emplace_back("security.protocol", "SASL_PLAINTEXT");
    for (const std::string& property : given.kafka_properties) {
        const std::size_t sign = property.find('=');
        options.properties.emplace_back(property.substr(0, sign), property.substr(sign + 1));
    }
    return options;
}

messages::Options message_options(const config::Config& config) {
    return {.rules = rules(config),
            .commands = config.mq.commands,
            .own_tenant = config.auth.enabled ? TenantId{} : api_options(config).tenant,
            .hold = config.mq.hold_immediate,
            .in_flight = config.mq.in_flight,
            .max_deliveries = config.mq.deliveries,
            .accepts_attempts = config.process.multi_node,
            .jobs_per_second = config.limits.requests_per_second};
}

namespace {

/// If any program may run, any variable may be set.
std::optional<std::vector<std::string>> command_environment(const config::Config& config) {
    if (config.commands.allow.empty()) return std::nullopt;
    return config.commands.environment;
}

}  // namespace

management::HostRules host_rules(const config::Config& config) {
    management::HostRules rules{.listens_on = config.http.address, .allowed = config.auth.allowed_hosts};
    if (!config.http.name.empty()) rules.allowed.push_back(config.http.name);
    return rules;
}

management::Options api_options(const config::Config& config) {
    return {.language = language(config.api.language),
            .callback_path = config.api.webhook_path,
            .scopes = auth::ScopeMap{config.auth.scopes},
            .metrics_public = config.auth.metrics_public,
            .hosts = host_rules(config),
            .audits = config.auth.enabled,
            .limits = {.requests_per_second = config.limits.requests_per_second,
                       .interval = config.limits.interval},
            .command_environment = command_environment(config),
            .rules = rules(config),
            .version = std::string{kVersion},
            .node = node_id(config),
            .executor_id = scheduler_options(config).executor_id};
}

http::ClientOptions auth_client_options(const config::Config& config) {
    return {.connections_kept = kAuthConnections,
            .connections_per_host = kAuthConnections,
            .ca_file = config.auth.ca_file,
            .user_agent = "ecron/" + std::string{kVersion}};
}

Result<std::unique_ptr<auth::Authenticator>> make_authenticator(boost::asio::io_context& io,
                                                                const Clock& clock, http::Client& client,
                                                                const config::Config& config) {
    const config::Auth& given = config.auth;
    const auth::ScopeMap scopes{given.scopes};
    const auth::CacheOptions cache{.longest = given.cache, .size = given.cache_size};
    switch (given.mode) {
        case config::AuthMode::none:
            return nullptr;
        case config::AuthMode::token:
            if (given.token_init) {
                const auto made = auth::create_first_token(
                    given.token_file, TenantId{std::string{kFirstTenant}}, every_scope(given.scopes));
                if (!made) return std::unexpected(made.error());
                if (*made) log::info("created first token: file={}.initial", given.token_file);
            }
            return auth::make_token_authenticator(given.token_file, scopes);
        case config::AuthMode::hydra:
            return auth::make_hydra_authenticator(
                io, clock, client, scopes, {.admin_url = config::url_of(given.hydra_admin), .cache = cache});
        case config::AuthMode::jwt:
            return auth::make_jwt_authenticator(io, clock, client, scopes,
                                                {.issuer = given.issuer,
                                                 .audiences = given.audiences,
                                                 .keys_url = given.keys_url,
                                                 .cache = cache});
    }
    return nullptr;
}

http::ServerOptions server_options(const config::Config& config) {
    const config::Http& given = config.http;
    http::ServerOptions options{.address = given.address,
                                .port = given.port,
                                .body_limit = given.body_limit,
                                .buffered_limit = given.buffered_limit,
                                .header_limit = given.header_limit,
                                .connection_limit = given.connection_limit,
                                .header_timeout = given.header_timeout,
                                .body_timeout = given.body_timeout,
                                .write_timeout = given.send_timeout,
                                .idle_timeout = given.idle_timeout};
    if (given.tls) options.tls = http::TlsFiles{given.tls->certificate, given.tls->key, given.tls->client_ca};
    options.headers = {{"X-Content-Type-Options", "nosniff"},
                       {"Cache-Control", "no-store"},
                       {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"},
                       {"Referrer-Policy", "no-referrer"}};
    if (given.tls) options.headers.push_back({"Strict-Transport-Security", "max-age=31536000"});
    return options;
}

http::ServerOptions health_options(const config::Config& config) {
    http::ServerOptions options = server_options(config);
    options.port = config.http.health_port;
    options.connection_limit = kHealthConnections;
    options.tls.reset();
    return options;
}

}  // namespace ecron::app
