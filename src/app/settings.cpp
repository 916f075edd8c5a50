#include "app/settings.hpp"

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

constexpr std::size_t kAuthConnections = 16;
constexpr std::string_view kFirstTenant = "default";

std::string user_agent() { return "ecron/" + std::string{kVersion}; }

std::uint64_t random_seed() {
    std::uint64_t seed = 0;
    std::memcpy(&seed, random_bytes(sizeof seed).data(), sizeof seed);
    return seed;
}

/// Scopes of the first token: for each permission the first scope that grants it, without duplicates.
std::string every_scope(const std::vector<std::vector<std::string>>& scopes) {
    std::vector<std::string> all;
    for (const std::vector<std::string>& granting : scopes)
        if (std::ranges::find(all, granting.front()) == all.end()) all.push_back(granting.front());
    return fmt::format("{}", fmt::join(all, " "));
}

}  // namespace

http::ClientOptions client_options(const config::Config& config) {
    http::ClientOptions options = config.targets;
    options.user_agent = user_agent();
    options.allow_address = [egress = execution::Egress{config.egress}](const sockaddr& address) {
        return egress.allows(address);
    };
    return options;
}

http::ClientOptions webhook_client_options(const config::Config& config) {
    http::ClientOptions options = client_options(config);
    options.connections_kept = options.connections_per_host = config.webhooks.limit;
    return options;
}

http::ClientOptions auth_client_options(const config::Config& config) {
    return {.connections_kept = kAuthConnections,
            .connections_per_host = kAuthConnections,
            .ca_file = config.auth.ca_file,
            .user_agent = user_agent()};
}

http::ServerOptions server_options(const config::Config& config) {
    http::ServerOptions options = config.server;
    options.headers = {{"X-Content-Type-Options", "nosniff"},
                       {"Cache-Control", "no-store"},
                       {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"},
                       {"Referrer-Policy", "no-referrer"}};
    if (options.tls) options.headers.push_back({"Strict-Transport-Security", "max-age=31536000"});
    return options;
}

http::ServerOptions health_options(const config::Config& config) {
    http::ServerOptions options = server_options(config);
    options.port = config.health_port;
    options.connection_limit = kHealthConnections;
    options.tls.reset();
    return options;
}

execution::ExecutorOptions executor_options(const config::Config& config) {
    execution::ExecutorOptions options = config.executors;
    options.kubernetes.user_agent = user_agent();
    return options;
}

analysis::SchedulerOptions scheduler_options(const config::Config& config) {
    analysis::SchedulerOptions options = config.scheduler;
    options.seed = random_seed();
    return options;
}

notify::Options notify_options(const config::Config& config) {
    notify::Options options = config.webhooks;
    options.connect_timeout = std::min(config.executors.http.connect_timeout, options.timeout);
    options.seed = random_seed();
    return options;
}

/// The operator chose the collector: the rules for the addresses of targets do not apply.
http::ClientOptions trace_client_options(const config::Config& config) {
    return {.connections_kept = 1,
            .connections_per_host = 1,
            .ca_file = config.targets.ca_file,
            .user_agent = user_agent()};
}

traces::Options trace_options(const config::Config& config) {
    traces::Options options = config.traces;
    options.version = kVersion;
    options.seed = random_seed();
    return options;
}

notify::Keyring keyring(const config::Config& config) {
    notify::SigningKeys for_all;
    if (!config.webhook_secret.empty())
        for_all = notify::read_signing_keys(config.webhook_secret.reveal()).value();
    return {config.secrets_dir, std::move(for_all)};
}

mq::NsqOptions nsq_options(const config::Config& config) {
    constexpr std::uint16_t kNsqd = 4150;
    constexpr std::uint16_t kNsqdHttp = 4151;
    constexpr std::uint16_t kLookupd = 4161;
    mq::NsqOptions options{
        .secret = config.queue.password, .client_id = config.node.value(), .user_agent = user_agent()};
    for (mq::Address address : config.queue.hosts) {
        if (address.port == kNsqdHttp) address.port = kNsqd;
        auto& role = address.port == kLookupd ? options.lookupds
                     : address.port == kNsqd  ? options.nsqds
                                              : options.unsure;
        role.push_back(std::move(address));
    }
    return options;
}

mq::KafkaOptions kafka_options(const config::Config& config) {
    const config::Queue& queue = config.queue;
    mq::KafkaOptions options{.client_id = config.node.value()};
    for (const mq::Address& host : queue.hosts) {
        if (!options.servers.empty()) options.servers += ',';
        options.servers += host.text();
    }
    const bool authenticates = !queue.mechanism.empty();
    if (authenticates) {
        options.properties = {{"sasl.mechanism", queue.mechanism},
                              {"sasl.username", queue.username},
                              {"sasl.password", queue.password.reveal()}};
    }
    if (!queue.protocol.empty())
        options.properties.emplace_back("security.protocol", queue.protocol);
    else if (authenticates)
        options.properties.emplace_back("security.protocol", "SASL_PLAINTEXT");
    for (const std::string& property : queue.kafka_properties) {
        const std::size_t sign = property.find('=');
        options.properties.emplace_back(property.substr(0, sign), property.substr(sign + 1));
    }
    return options;
}

management::Options api_options(const config::Config& config) {
    management::Options options = config.api;
    options.commands_enabled = config.executors.command.enabled;
    options.shells_enabled = config.executors.command.shell;
    options.version = std::string{kVersion};
    return options;
}

Result<std::unique_ptr<auth::Authenticator>> make_authenticator(boost::asio::io_context& io,
                                                                const Clock& clock, http::Client& client,
                                                                const config::Config& config) {
    const config::Auth& given = config.auth;
    const auth::ScopeMap scopes{given.scopes};
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
                io, clock, client, scopes,
                {.admin_url = config::url_of(given.hydra_admin), .cache = given.cache});
        case config::AuthMode::jwt:
            return auth::make_jwt_authenticator(io, clock, client, scopes, given.jwt);
    }
    return nullptr;
}

}  // namespace ecron::app
