#include <fmt/format.h>

#include <algorithm>

#include "config/listen_address.hpp"
#include "config/resolved_options.hpp"
#include "config/values.hpp"
#include "ecron/base/http_url.hpp"

namespace ecron::config {
namespace {

bool is_name(std::string_view text, std::string_view punctuation) {
    return !text.empty() && std::ranges::all_of(text, [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               punctuation.contains(c);
    });
}

/// A secret as defined by the Standard Webhooks specification: "whsec_" and the base64 of 24 to 64 bytes.
bool is_signing_secret(std::string_view text) {
    constexpr std::string_view kPrefix = "whsec_";
    if (!text.starts_with(kPrefix)) return false;
    text.remove_prefix(kPrefix.size());
    if (text.size() % 4 != 0) return false;
    for (int padding = 0; padding < 2 && text.ends_with('='); ++padding) text.remove_suffix(1);
    return text.size() >= 32 && text.size() <= 86 && is_name(text, "+/");
}

class Checks {
public:
    Checks(const ResolvedOptions& options, std::vector<Problem>& errors)
        : options_(options),
          errors_(errors) {}

    void refuse_unless(bool good, std::string_view name, std::string what) {
        if (!good) errors_.push_back({options_.at(name).from, std::string{name}, std::move(what)});
    }

    void networks(std::string_view name) {
        for (const std::string& network : options_.list(name))
            refuse_unless(parse_network(network).has_value(), name,
                          fmt::format("{:?} is not a network such as 10.0.0.0/8 or fd00::/8", network));
    }

    void queue_hosts(std::string_view name) {
        for (const std::string& text : options_.list(name)) {
            const mq::Address host = queue_host(name, text, 1);
            refuse_unless(is_host(host.host) && host.port != 0, name,
                          fmt::format("{:?} is not HOST or HOST:PORT", text));
        }
    }

private:
    const ResolvedOptions& options_;
    std::vector<Problem>& errors_;
};

bool is_url(std::string_view text) { return text.starts_with("https://") || text.starts_with("http://"); }

void check_auth(Checks& checks, const ResolvedOptions& options, const Auth& auth) {
    const bool mode_is_set = options.is_set("auth_mode");
    checks.refuse_unless(!mode_is_set || auth.enabled() || !asks_for_tokens(options), "auth_enabled",
                         "requires tokens, but auth_mode is none");
    checks.refuse_unless(!auth.enabled() || !options.is_set("auth_enabled") || asks_for_tokens(options),
                         "auth_enabled", "is false, but auth_mode requires tokens");
    const auto needed = [&](AuthMode mode, std::string_view option) {
        checks.refuse_unless(auth.mode != mode || options.is_set(option), option,
                             mode == AuthMode::hydra && !mode_is_set
                                 ? "is required: auth_enabled requires tokens of Ory Hydra (see auth_mode)"
                                 : "is required for this auth_mode");
    };
    needed(AuthMode::token, "token_file");
    needed(AuthMode::hydra, "oauth_admin_addr");
    needed(AuthMode::jwt, "jwt_issuer");
    checks.refuse_unless(auth.mode != AuthMode::jwt || is_url(auth.jwt.keys_url), "jwt_keys_url",
                         "is not an http or https URL, and none can be derived from jwt_issuer");
    for (const std::string_view option :
         {"scope_read", "scope_write", "scope_execute", "scope_report", "scope_command", "scope_kubernetes",
          "scope_kubernetes_proxy", "scope_admin"})
        checks.refuse_unless(!options.list(option).empty(), option, "contains no scope");
}

/// Without the user, which a browser would refuse, and the fragment, which RFC 6749 §3.1 forbids.
bool is_endpoint(const std::string& url) {
    return check_http_url(url).has_value() && url.find_first_of("#@") == std::string::npos;
}

void check_sign_in(Checks& checks, const Auth& auth, const management::SignIn& sign_in) {
    if (sign_in.client_id.empty()) return;
    checks.refuse_unless(auth.mode == AuthMode::hydra || auth.mode == AuthMode::jwt, "oauth_client_id",
                         "requires auth_mode hydra or jwt");
    const auto check_url = [&](const std::string& url, std::string_view option) {
        checks.refuse_unless(is_endpoint(url), option,
                             url.empty() ? "is required: oauth_client_id is set, and oauth_public_addr is not"
                                         : "is not an http or https URL without user and fragment");
    };
    check_url(sign_in.authorization_endpoint, "oauth_authorization_url");
    check_url(sign_in.token_endpoint, "oauth_token_url");
    checks.refuse_unless(sign_in.scope.find_first_not_of(' ') != std::string::npos, "oauth_scope",
                         "contains no scope");
}

/// Variables by which the dynamic linker loads arbitrary code into a program.
bool steers_the_linker(std::string_view variable) {
    return variable.starts_with("LD_") || variable == "GLIBC_TUNABLES";
}

void check_commands(Checks& checks, const execution::CommandOptions& commands) {
    checks.refuse_unless(
        !commands.enabled || !commands.user.empty() || commands.as_self, "command_enabled",
        "would run commands as ecron's own user, which can read and change ecron's database, token file and "
        "secrets: set command_user to another user, or consent with command_as_self: true");
    for (const std::string& program : commands.allow)
        checks.refuse_unless(program.starts_with('/'), "command_allow",
                             fmt::format("{:?} is not an absolute path", program));
    for (const std::string& name : commands.environment) {
        checks.refuse_unless(is_name(name, "_"), "command_environment",
                             fmt::format("{:?} is not a valid variable name", name));
        checks.refuse_unless(
            !steers_the_linker(name), "command_environment",
            fmt::format("{} would allow any code to be loaded into an allowed program", name));
    }
    checks.refuse_unless(commands.directory.starts_with('/'), "command_dir", "is not an absolute path");
}

bool is_dns_label(std::string_view text) {
    return is_name(text, "-") && text.size() <= 63 && text.front() != '-' && text.back() != '-' &&
           std::ranges::none_of(text, [](char c) { return c >= 'A' && c <= 'Z'; });
}

/// A namespace, possibly with one {tenant} in it; {tenant} alone would let tenants choose any namespace.
bool is_namespace_pattern(std::string text) {
    constexpr std::string_view kTenant = "{tenant}";
    if (text == kTenant) return false;
    if (const std::size_t at = text.find(kTenant); at != text.npos) text.replace(at, kTenant.size(), "t");
    return is_dns_label(text);
}

void check_kubernetes(Checks& checks, const ResolvedOptions& options, const Config& config) {
    const execution::KubernetesOptions& kubernetes = config.executors.kubernetes;
    const model::ClusterRules& rules = kubernetes.rules;
    checks.refuse_unless(
        !kubernetes.enabled || config.auth.enabled() || options.boolean("kubernetes_without_auth"),
        "kubernetes_enabled",
        "would let any client of the API create Jobs with ecron's credentials: set "
        "auth_mode, or consent with kubernetes_without_auth: true");
    checks.refuse_unless(
        rules.name_space.empty() || is_namespace_pattern(rules.name_space), "kubernetes_namespace",
        fmt::format("{:?} is not a namespace (a DNS label), optionally with {{tenant}} once and "
                    "other characters",
                    rules.name_space));
    for (const std::string& name : rules.name_spaces)
        checks.refuse_unless(is_dns_label(name), "kubernetes_namespaces",
                             fmt::format("{:?} is not a namespace (a DNS label)", name));
}

/// The errors do not show the values, which may contain credentials.
void check_traces(Checks& checks, const traces::Options& traces) {
    const bool is_base = check_http_url(traces.endpoint).has_value() &&
                         traces.endpoint.find_first_of("?#@") == std::string::npos;
    checks.refuse_unless(traces.endpoint.empty() || is_base, "otlp_endpoint",
                         "is not an http or https URL without user, query and fragment");
    for (const SecretText& header : traces.headers) {
        const std::string_view text = header.reveal();
        const std::size_t sign = text.find('=');
        checks.refuse_unless(sign != text.npos && is_name(text.substr(0, sign), "!#$%&'*+-.^_`|~"),
                             "otlp_headers", "contains an entry that is not NAME=VALUE");
    }
}

}  // namespace

void cross_validate(const ResolvedOptions& options, const Config& config, std::vector<Problem>& errors) {
    Checks checks{options, errors};
    for (const std::string_view file : {"cert_file", "key_file"})
        checks.refuse_unless(!config.server.tls || options.is_set(file), file,
                             "is required because ssl_on is true");
    checks.refuse_unless(config.health_port == 0 || config.health_port != config.server.port, "anlys_port",
                         "is the port of cron_port");
    checks.refuse_unless(
        config.api.callback_path.starts_with('/') && is_name(config.api.callback_path, "/.-_~"), "webhook",
        "is not a path such as /api/cronsvr/v1/executionresult");
    const std::size_t sessions = options.number("db_readers") + kSessionsBesideReaders;
    checks.refuse_unless(
        config.store.driver != store::Driver::mysql || !options.is_set("db_readers") ||
            !options.is_set("max_open_conns") || sessions <= options.number("max_open_conns"),
        "max_open_conns", fmt::format("is less than the {} sessions that db_readers requires", sessions));
    checks.refuse_unless(config.node.value().size() <= 64 && is_name(config.node.value(), ".-_"), "node_id",
                         "is not a name of at most 64 letters, digits and .-_");
    checks.refuse_unless(config.rules.retry.initial <= config.rules.retry.max, "retry_initial",
                         "is longer than retry_max");
    check_commands(checks, config.executors.command);
    check_kubernetes(checks, options, config);
    checks.queue_hosts("mq_host");
    if (config.queue.kind == Queue::Kind::nsq) checks.queue_hosts("mq_lookupd_host");
    for (const std::string& property : config.queue.kafka_properties)
        checks.refuse_unless(property.find('=') != property.npos && !property.starts_with('='), "mq_kafka",
                             "contains an entry that is not NAME=VALUE");
    checks.networks("egress_allow");
    checks.networks("egress_deny");
    const std::string& secrets = config.webhook_secret.reveal();
    const std::size_t space = std::min(secrets.find(' '), secrets.size());
    const bool second_good =
        space == secrets.size() || is_signing_secret(std::string_view{secrets}.substr(space + 1));
    checks.refuse_unless(
        secrets.empty() || (is_signing_secret(std::string_view{secrets}.substr(0, space)) && second_good),
        "webhook_secret",
        "is not whsec_ followed by the base64 of 24 to 64 bytes, or two of these separated by a space");
    checks.refuse_unless(
        config.api.executions_url.empty() || check_http_url(config.api.executions_url).has_value(),
        "external_url", "is not an http or https URL");
    check_traces(checks, config.traces);
    check_auth(checks, options, config.auth);
    check_sign_in(checks, config.auth, config.api.sign_in);
}

}  // namespace ecron::config
