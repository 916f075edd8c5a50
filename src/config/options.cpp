#include "ecron/config/options.hpp"

#include <algorithm>
#include <array>

#include "config/bind.hpp"
#include "config/option_help_zh_cn.hpp"
#include "ecron/config/config.hpp"

namespace ecron::config {
namespace {

constexpr std::int64_t kSecond = 1'000, kMinute = 60 * kSecond, kHour = 60 * kMinute, kDay = 24 * kHour;
/// The intervals of the old service: at least ten seconds; lower values meant ten.
constexpr Limits kOldSleep{10 * kSecond, kDay, Below::raise};

using auth::Permission;
using Server = http::ServerOptions;
using Client = http::ClientOptions;
using Api = management::Options;
using Limit = management::Limits;
using SignIn = management::SignIn;
using Store = store::Options;
using History = store::HistoryRule;
using Rules = model::Rules;
using Retry = model::Retry;
using Cluster = model::ClusterRules;
using Scheduler = analysis::SchedulerOptions;
using Signals = analysis::SignalLimits;
using Policy = analysis::JobPolicy;
using Executors = execution::ExecutorOptions;
using Http = execution::HttpOptions;
using Commands = execution::CommandOptions;
using Kubernetes = execution::KubernetesOptions;
using Egress = execution::EgressRules;
using Webhooks = notify::Options;
using Cache = auth::CacheOptions;
using Jwt = auth::JwtOptions;
using Messages = messages::Options;
using Log = log::Options;
using Traces = traces::Options;

// NOLINTBEGIN(readability-identifier-naming): as in bind.hpp
template <auto... Path> constexpr Assign to_server = to<&Config::server, Path...>;
template <auto... Path> constexpr Assign to_api = to<&Config::api, Path...>;
template <auto... Path> constexpr Assign to_sign_in = to_api<&Api::sign_in, Path...>;
template <auto... Path> constexpr Assign to_store = to<&Config::store, Path...>;
template <auto... Path> constexpr Assign to_scheduler = to<&Config::scheduler, Path...>;
template <auto... Path> constexpr Assign to_policy = to_scheduler<&Scheduler::policy, Path...>;
template <auto... Path> constexpr Assign to_retry = to<&Config::rules, &Rules::retry, Path...>;
template <auto... Path> constexpr Assign to_http = to<&Config::executors, &Executors::http, Path...>;
template <auto... Path> constexpr Assign to_command = to<&Config::executors, &Executors::command, Path...>;
template <auto... Path>
constexpr Assign to_kubernetes = to<&Config::executors, &Executors::kubernetes, Path...>;
template <auto... Path> constexpr Assign to_webhooks = to<&Config::webhooks, Path...>;
template <auto... Path> constexpr Assign to_log = to<&Config::log, Path...>;
template <auto... Path> constexpr Assign to_auth = to<&Config::auth, Path...>;
template <auto... Path> constexpr Assign to_messages = to<&Config::messages, Path...>;
template <auto... Path> constexpr Assign to_queue = to<&Config::queue, Path...>;
// NOLINTEND(readability-identifier-naming)

constexpr Option option(std::string_view name, Kind kind, std::string_view fallback, Group group,
                        std::string_view help, Assign assign, Limits limits = {},
                        std::string_view choices = {}) {
    return {name, kind, fallback, group, help, assign, limits, choices};
}
constexpr Option secret(Option option) {
    option.secret = Secret::yes;
    return option;
}
constexpr Option ignored(Option option) {
    option.effect = Effect::ignored;
    return option;
}

/// Compares an option with the row at its place in the Chinese table. If they differ, compilation fails, and
/// the error names both.
consteval void require_same_option(std::string_view in_table, std::string_view in_chinese) {
    if (in_table != in_chinese) throw "option_help_zh_cn.hpp needs one row per option, in the same order";
}

/// Adds the Chinese help to each option that has an effect.
template <std::size_t Size>
consteval std::array<Option, Size> with_chinese_help(std::array<Option, Size> table) {
    std::size_t row = 0;
    for (Option& option : table) {
        if (option.effect == Effect::ignored) continue;
        const bool has_row = row < kOptionHelpZhCn.size();
        require_same_option(option.name, has_row ? kOptionHelpZhCn[row].option : "no further row");
        option.help_zh_cn = kOptionHelpZhCn[row++].text;
    }
    const bool is_complete = row == kOptionHelpZhCn.size();
    require_same_option("no further option", is_complete ? "no further option" : kOptionHelpZhCn[row].option);
    return table;
}

// clang-format off
constexpr std::array kTable = with_chinese_help([] {
    using enum Kind;
    using enum Group;
    return std::array{
    option("cron_addr", address, "127.0.0.1", listen, "IP address on which the API listens, or localhost; all: all addresses. Another name, or the IP address of another machine, listens on all addresses, too, with a warning.", derived),
    option("cron_port", port, "12345", listen, "Port of the API; 0: a free port.", to_server<&Server::port>),
    ignored(option("cron_protocol", text, "", listen, "Protocol of calls between the components of the old service.", unused)),
    option("anlys_port", port, "0", listen, "Port of a second listener that answers health checks with OK; 0: none.", to<&Config::health_port>),
    option("ui_enabled", boolean, "true", listen, "Serve the web page at /ui/, if this binary contains it.", to<&Config::ui_enabled>),
    option("ssl_on", boolean, "false", listen, "Serve the API over TLS.", derived),
    option("cert_file", path, "", listen, "PEM file with the certificate and its chain, for ssl_on.", derived),
    option("key_file", path, "", listen, "PEM file with the certificate's private key, for ssl_on.", derived),
    option("client_ca_file", path, "", listen, "PEM file with the CA certificates for client certificates; if set, ssl_on requires a client certificate.", derived),
    option("body_limit", size, "1MiB", listen, "Maximum size of a request body; larger requests are answered with 413.", to_server<&Server::body_limit>, {1 * kKiB, 1 * kGiB}),
    option("buffered_limit", size, "256MiB", listen, "Maximum memory for the bodies of all requests in progress, and the same again for all responses being sent; requests above it are answered with 503. Among several tenants, each can hold at most as much as it leaves free.", to_server<&Server::buffered_limit>, {1 * kMiB, 1'024 * kGiB}),
    option("header_limit", size, "16KiB", listen, "Maximum size of a request header; larger requests are answered with 431.", to_server<&Server::header_limit>, {1 * kKiB, 1 * kMiB}),
    option("connection_limit", integer, "20000", listen, "Maximum number of open connections; further ones are closed. Lowered at start if the limit of open files requires it.", to_server<&Server::connection_limit>, {1, 1'000'000}),
    option("header_timeout", duration, "10s", listen, "Maximum time from the first byte of a request to the end of its header.", to_server<&Server::header_timeout>, {100, kHour}),
    option("body_timeout", duration, "30s", listen, "Maximum time from the end of a request's header to the end of its body.", to_server<&Server::body_timeout>, {100, kHour}),
    option("send_timeout", duration, "30s", listen, "Maximum time for a client to receive a response.", to_server<&Server::write_timeout>, {100, kHour}),
    option("idle_timeout", duration, "75s", listen, "Maximum time that a connection waits for its next request.", to_server<&Server::idle_timeout>, {100, kDay}),

    option("lang", choice, "zh_CN", api, "Language of the message in error responses.", to_api<&Api::language>, {}, "zh_CN|zh_TW|en_US"),
    option("webhook", text, "/api/cronsvr/v1/namespaces/common/executionresult", api, "Path under which targets report the end of asynchronous work.", derived),
    option("external_url", text, "", api, "URL under which clients reach the API, such as https://ecron.example.com, for the links in notifications; empty: notifications contain no links.", to_api<&Api::executions_url>),
    option("management_service_id", text, "", api, "Name of this node in executor lists and logs; empty: node_id.", derived),
    ignored(option("analysis_service_id", text, "", api, "Name of the analysis component of the old service.", unused)),

    option("db_driver", choice, "sqlite", store, "Database for jobs and executions: an SQLite file, or a server (MySQL 5.7, 8.0 or 9.7, MariaDB 10.6 or newer). Default: mysql if db_addr is set.", derived, {}, "sqlite|mysql"),
    option("db_path", path, "ecron.db", store, "SQLite file, relative to the working directory; created if missing.", to_store<&Store::path>),
    option("db_addr", address, "127.0.0.1", store, "Host of the MySQL server.", to_store<&Store::host>),
    option("db_port", port, "3306", store, "Port of the MySQL server.", to_store<&Store::port>, {1, 65535}),
    option("db_name", text, "ecron", store, "Name of the database.", derived),
    option("system_id", text, "", store, "Prefix of db_name, for installations with one schema per system.", derived),
    option("user_name", text, "root", store, "Database user.", to_store<&Store::user>),
    secret(option("user_pwd", text, "", store, "Password of the database user.", to_store<&Store::password>)),
    option("db_format", text, "utf8mb4", store, "Accepted for files of the old service, without effect: database sessions always use utf8mb4.", unused),
    option("timeout", duration, "10s", store, "Timeout for connecting to the database.", to_store<&Store::connect_timeout>, {1 * kSecond, kHour}),
    option("read_timeout", duration, "30s", store, "Timeout for a response of the database.", to_store<&Store::read_timeout>, {1 * kSecond, kHour}),
    option("write_timeout", duration, "30s", store, "Timeout for sending a statement to the database.", to_store<&Store::write_timeout>, {1 * kSecond, kHour}),
    option("max_open_conns", integer, "30", store, "Maximum sessions of this process with the MySQL server: one for writes, one for the shard locks, one for the node's lease, the others for reads (db_readers).", derived, {4, 1'000}),
    option("db_ca_file", path, "", store, "PEM file with the CA certificates for the MySQL server's certificate; enables TLS.", to_store<&Store::ca_file>),
    option("db_readers", integer, "3", store, "Number of threads that read from the database, each with its own session; on MySQL limited by max_open_conns.", derived, {1, 64}),
    option("write_batch", integer, "100", store, "Maximum rows per database write.", to_store<&Store::batch_rows>, {1, 500}),
    option("row_cache_bytes", size, "64MiB", store, "Memory for caching recently read rows, if one process owns the store; 0: no cache.", to_store<&Store::row_cache_bytes>, {0, 64 * kGiB}),

    option("history_days", integer, "30", store, "Retention of finished executions in days; 0: unlimited. A job's own retention takes precedence.", days_to<&Config::history, &History::keep>, {0, 36'500}),
    option("history_per_job", integer, "0", store, "Number of most recent executions kept per job; 0: all within history_days.", to<&Config::history, &History::per_job>, {0, 1'000'000'000}),

    option("timezone", text, "UTC", schedule, "Time zone of schedules that specify none; \"Local\" is the machine's time zone.", to<&Config::rules, &Rules::default_timezone>),
    option("claim_ahead", duration, "250ms", schedule, "How long before its scheduled time an execution is claimed.", each<to_scheduler<&Scheduler::claim_ahead>, to_store<&Store::claim_ahead>>, {0, 5 * kSecond}),
    option("misfire", choice, "once", schedule, "Policy for occurrences missed by more than misfire_grace: run the newest one (once), run all (all), or run none (skip).", to_policy<&Policy::misfire>, {}, "once|all|skip"),
    option("misfire_grace", duration, "60s", schedule, "Occurrences missed by less than this time run late, subject to overlap.", to_policy<&Policy::misfire_grace>, {0, 30 * kDay}),
    option("overlap", choice, "skip", schedule, "Policy for an execution that is due while the previous one of its job is still running: do not run it (skip), run both (allow), wait (queue), or cancel the previous one (replace).", to_policy<&Policy::overlap>, {}, "skip|allow|queue|replace"),
    option("start_deadline", duration, "0", schedule, "Maximum delay of the start of an execution; 0: unlimited.", to_policy<&Policy::start_deadline>, {0, 365 * kDay}),

    option("executor_max", integer, "1000", execution, "Maximum concurrent HTTP attempts per node.", each<to_http<&Http::limit>, to<&Config::targets, &Client::connections_kept>>, {1, 100'000}),
    option("http_timeout", duration, "60s", execution, "Timeout for one HTTP request of an execution, including redirects and the response body.", to_http<&Http::timeout>, {1, kDay}),
    option("connect_timeout", duration, "10s", execution, "Timeout for connecting to the target of an execution.", to_http<&Http::connect_timeout>, {1, kHour}),
    option("connections_per_host", integer, "256", execution, "Maximum connections to one target host.", each<to_http<&Http::per_host>, to<&Config::targets, &Client::connections_per_host>>, {1, 100'000}),
    option("output_max", size, "64KiB", execution, "Maximum bytes of a response, command output or pod log that are stored with the execution.", each<to_http<&Http::output_limit>, to_command<&Commands::output_limit>, to_kubernetes<&Kubernetes::output_limit>>, {0, 1 * kMiB}),
    option("job_failures", integer, "3", execution, "Maximum attempts per execution; values below 3 mean 3.", to_retry<&Retry::max_attempts>, {3, 1'000, Below::raise}),
    option("retry_initial", duration, "1s", execution, "Maximum wait before the second attempt.", to_retry<&Retry::initial>, {1, kDay}),
    option("retry_multiplier", integer, "2", execution, "Factor by which each further wait increases.", to_retry<&Retry::multiplier>, {1, 100}),
    option("retry_max", duration, "5m", execution, "Maximum wait between two attempts.", to_retry<&Retry::max>, {1, 30 * kDay}),
    option("callback_timeout", duration, "24h", execution, "Maximum time that an execution waits for the report of its target.", to_scheduler<&Scheduler::callback_timeout>, {1 * kSecond, 365 * kDay}),
    option("on_node_loss", choice, "retry", execution, "Policy for executions whose node failed: start another attempt (retry), or end them (interrupt).", to_scheduler<&Scheduler::on_node_loss>, {}, "retry|interrupt"),
    option("ca_file", path, "", execution, "PEM file with the CA certificates for targets; empty: the system's CA bundle.", to<&Config::targets, &Client::ca_file>),
    option("egress", choice, "private", execution, "Addresses that executions may connect to: also private networks (private), or public addresses only (public).", to<&Config::egress, &Egress::reach>, {}, "private|public"),
    option("egress_allow", list, "", execution, "Networks (CIDR) that executions may connect to regardless of egress.", to<&Config::egress, &Egress::allow>),
    option("egress_deny", list, "", execution, "Networks (CIDR) that executions may not connect to; takes precedence over egress_allow.", to<&Config::egress, &Egress::deny>),
    option("secrets_dir", path, "", execution, "Folder of files that jobs reference as ${secret:FILE}. Files in a subfolder named after a tenant are available to that tenant only. The variable ECRON_SECRET_FILE is used if no file exists. FILE.allow lists the tenants that may send the secret, and the permitted targets. TENANT/webhook_secret signs the webhooks of that tenant.", to<&Config::secrets_dir>),
    option("command_enabled", boolean, "false", execution, "Permit jobs of mode exe to run commands on this machine.", to_command<&Commands::enabled>),
    option("command_allow", list, "", execution, "Programs that commands may run, or folders of programs (with a trailing slash); empty: any program.", to_command<&Commands::allow>),
    option("command_shell", boolean, "false", execution, "Permit commands that /bin/sh interprets (info.shell). With command_allow, /bin/sh must be among the programs.", to_command<&Commands::shell>),
    option("command_environment", list, "", execution, "Names of the variables that jobs may set for commands (info.environment) if command_allow is set; empty: none. A variable that a shell, an interpreter or the dynamic linker evaluates (PATH, BASH_ENV, PYTHONPATH, LD_PRELOAD) lets a job run code other than the permitted program.", to_command<&Commands::environment>),
    option("command_max", integer, "16", execution, "Maximum concurrent commands per node.", to_command<&Commands::limit>, {1, 10'000}),
    option("command_timeout", duration, "1h", execution, "Timeout for one command.", to_command<&Commands::timeout>, {1, kDay}),
    option("command_kill_grace", duration, "5s", execution, "Time between SIGTERM and SIGKILL when a command is stopped.", to_command<&Commands::kill_grace>, {0, kHour}),
    option("command_user", text, "", execution, "User (name or number) that commands run as; must not be able to read ecron's files. Empty: ecron's own user, which requires command_as_self.", to_command<&Commands::user>),
    option("command_as_self", boolean, "false", execution, "Permit commands to run as ecron's own user, which can read and change ecron's database, token file and secrets: clients that can create commands then have administrator rights.", to_command<&Commands::as_self>),
    option("command_dir", path, "/", execution, "Working directory of commands that specify none.", to_command<&Commands::directory>),
    option("command_path", text, "/usr/local/bin:/usr/bin:/bin", execution, "Search path for programs; the PATH of commands.", to_command<&Commands::path>),
    option("command_memory", size, "0", execution, "Address space limit of a command's process (RLIMIT_AS); 0: no limit.", to_command<&Commands::memory>, {0, 1024 * kGiB}),
    option("command_cpu_time", duration, "0", execution, "CPU time limit of a command's process in whole seconds (RLIMIT_CPU); 0: no limit.", to_command<&Commands::cpu_time>, {0, 30 * kDay}),
    option("command_open_files", integer, "1024", execution, "Limit of open files of a command's process (RLIMIT_NOFILE); 0: no limit.", to_command<&Commands::open_files>, {0, 1'000'000}),
    option("command_processes", integer, "4096", execution, "Limit of the processes and threads of command_user on this machine, over all commands (RLIMIT_NPROC), which has no effect for ecron's own user and root; also the limit of each command (pids.max, see command_cgroup); 0: no limit.", to_command<&Commands::processes>, {0, 4'194'304}),
    option("command_cgroup", path, "", execution, "Folder of a cgroup (v2) delegated to ecron, in which each command gets its own cgroup, with pids.max from command_processes if the controller is available; empty: ecron's own cgroup. If no cgroup can be created, commands run without one.", to_command<&Commands::cgroup>),
    option("command_file_size", size, "0", execution, "Maximum size of a file that a command writes (RLIMIT_FSIZE); 0: no limit.", to_command<&Commands::file_size>, {0, 1024 * kGiB}),
    option("kubernetes_enabled", boolean, "false", execution, "Permit jobs of mode exe to create Jobs with ecron's credentials in the Kubernetes cluster of kubernetes_config. Jobs that specify an API proxy (addr) are always permitted.", to_kubernetes<&Kubernetes::enabled>),
    option("kubernetes_config", path, "", execution, "Kubeconfig of the cluster; empty: the cluster that ecron's pod runs in.", to_kubernetes<&Kubernetes::config_file>),
    option("kubernetes_context", text, "", execution, "Context of the kubeconfig; empty: its current context.", to_kubernetes<&Kubernetes::context>),
    option("kubernetes_namespace", text, "", execution, "Namespace in which Jobs are created; {tenant} is replaced by the job's tenant. Empty: the namespace of the kubeconfig's context, or default. In a pod, a namespace other than the pod's own is required, because that one holds ecron's Secrets.", to_kubernetes<&Kubernetes::rules, &Cluster::name_space>),
    option("kubernetes_namespaces", list, "", execution, "Further namespaces that jobs of all tenants may specify; empty: none.", to_kubernetes<&Kubernetes::rules, &Cluster::name_spaces>),
    option("kubernetes_pod_policy", choice, "restricted", execution, "Pod Security Standard that the pods of these Jobs must meet.", to_kubernetes<&Kubernetes::rules, &Cluster::policy>, {}, "restricted|baseline|privileged"),
    option("kubernetes_service_accounts", list, "", execution, "Service accounts that these Jobs may use besides the default one of their namespace; *: any except ecron's own.", to_kubernetes<&Kubernetes::rules, &Cluster::service_accounts>),
    option("kubernetes_without_auth", boolean, "false", execution, "Consent to kubernetes_enabled with auth_mode none: any client of the API can then create Jobs with ecron's credentials.", derived),
    option("kubernetes_max", integer, "2000", execution, "Maximum concurrent Kubernetes Jobs per node.", to_kubernetes<&Kubernetes::limit>, {1, 10'000}),
    option("kubernetes_timeout", duration, "1h", execution, "Timeout for one Kubernetes Job, from its creation.", to_kubernetes<&Kubernetes::timeout>, {1, kDay}),
    option("kubernetes_ttl", duration, "1h", execution, "How long finished Jobs are kept in the cluster (ttlSecondsAfterFinished); must exceed the longest expected outage of ecron.", to_kubernetes<&Kubernetes::ttl>, {0, 30 * kDay}),
    option("run_dir", path, "ecron-run", execution, "Folder for records of running commands, with which the next start stops the commands of a killed ecron process; created if missing.", to_command<&Commands::run_directory>),

    option("webhook_max", integer, "64", webhooks, "Maximum concurrent webhook deliveries; per receiver one eighth of it.", to_webhooks<&Webhooks::limit>, {1, 10'000}),
    option("webhook_timeout", duration, "15s", webhooks, "Timeout for delivering a webhook, including the response.", to_webhooks<&Webhooks::timeout>, {10, 10 * kMinute}),
    option("webhook_retry_for", duration, "24h", webhooks, "How long the delivery of a webhook is retried before it becomes a dead letter.", to_webhooks<&Webhooks::retry_for>, {0, 30 * kDay}),
    secret(option("webhook_secret", text, "", webhooks, "Secret for signing webhooks (whsec_ and base64), or two separated by a space during rotation; empty: only webhooks of tenants with their own secret are signed.", to<&Config::webhook_secret>)),

    option("node_id", text, "", process, "Unique name of this process, at most 64 letters, digits and .-_; empty: the host name, followed by the port if that is not the default.", derived),
    option("shutdown_grace", duration, "30s", process, "Maximum time for running executions to finish at shutdown.", to<&Config::shutdown_grace>, {0, kDay}),
    option("multi_node", boolean, "false", process, "Share the jobs among several processes (MySQL and MariaDB); if false, one process is active and the others are standbys.", to<&Config::multi_node>),
    ignored(option("analysis_load_sleep", duration, "10s", process, "Interval at which the old service loaded jobs.", unused, kOldSleep)),
    ignored(option("analysis_refresh_sleep", duration, "10s", process, "Interval at which the old service checked its peers.", unused, kOldSleep)),
    ignored(option("job_status_refresh_sleep", duration, "10s", process, "Interval at which the old service wrote states.", unused, kOldSleep)),
    ignored(option("db_client_ping_sleep", duration, "10s", process, "Interval at which the old service checked its database.", unused, kOldSleep)),

    option("log_level", choice, "info", log, "Minimum level of log lines; lines of level warn show it as warning.", to_log<&Log::level>, {}, "debug|info|warn|error"),
    option("log_format", choice, "text", log, "Format of log lines.", to_log<&Log::format>, {}, "text|json"),
    option("log_file", path, "", log, "File that the log is written to, in an existing folder; empty: standard error.", to_log<&Log::file>),

    option("otlp_endpoint", text, "", traces, "URL of an OpenTelemetry collector that receives a span for each attempt (OTLP over HTTP, JSON), such as http://127.0.0.1:4318; /v1/traces is appended. Empty: no spans are exported.", to<&Config::traces, &Traces::endpoint>),
    secret(option("otlp_headers", list, "", traces, "Header fields of the requests to otlp_endpoint as NAME=VALUE, such as Authorization=Bearer TOKEN.", to<&Config::traces, &Traces::headers>)),

    option("auth_mode", choice, "none", access, "Authentication of callers: none, tokens of token_file, tokens of Ory Hydra, or tokens signed by jwt_issuer. Default: hydra if auth_enabled is true.", derived, {}, "none|token|hydra|jwt"),
    option("auth_enabled", text, "", access, "false: disable authentication. Any other value requires tokens, as selected by auth_mode, or of Ory Hydra. Empty: as selected by auth_mode.", derived),
    option("insecure_no_auth", boolean, "false", access, "Consent to disabled authentication on an address that is not loopback.", derived),
    option("allowed_hosts", list, "", access, "Names, or NAME:PORT, by which clients and web pages reach this API. Without authentication, a request with any other Host is answered with 403, except for loopback and the addresses that the server listens on; * permits any Host. If a proxy changes Host, pages served under these names may call the API.", derived),
    option("token_file", path, "", access, "File of static tokens (ecron token create) for auth_mode token; reloaded when it changes.", to_auth<&Auth::token_file>),
    option("token_init", boolean, "false", access, "Create token_file at start if it is missing, with one token that has all permissions; the token is written to a file with the suffix .initial next to it.", to_auth<&Auth::token_init>),
    option("token_cache", duration, "30s", access, "How long the result of a token check is cached, at most until the token expires; 0: not cached.", to_auth<&Auth::cache, &Cache::longest>, {0, kHour}),
    option("token_cache_size", integer, "10000", access, "Maximum number of tokens in the cache.", to_auth<&Auth::cache, &Cache::size>, {1, 1'000'000}),
    option("oauth_admin_addr", address, "", access, "Host of Hydra's admin API, for auth_mode hydra.", to_auth<&Auth::hydra_admin, &Endpoint::host>),
    option("oauth_admin_port", port, "4445", access, "Port of Hydra's admin API.", to_auth<&Auth::hydra_admin, &Endpoint::port>),
    option("oauth_admin_protocol", choice, "http", access, "Protocol of Hydra's admin API.", to_auth<&Auth::hydra_admin, &Endpoint::protocol>, {}, "http|https"),
    option("oauth_public_addr", address, "", access, "Host of Hydra's public API, which serves the keys for auth_mode jwt if jwt_keys_url is empty.", to_auth<&Auth::hydra_public, &Endpoint::host>),
    option("oauth_public_port", port, "4444", access, "Port of Hydra's public API.", to_auth<&Auth::hydra_public, &Endpoint::port>),
    option("oauth_public_protocol", choice, "http", access, "Protocol of Hydra's public API.", to_auth<&Auth::hydra_public, &Endpoint::protocol>, {}, "http|https"),
    option("oauth_ca_file", path, "", access, "PEM file with the CA certificates for Hydra and jwt_keys_url; empty: the system's CA bundle.", to_auth<&Auth::ca_file>),
    option("oauth_client_id", text, "", access, "Public OAuth client with which users sign in at the web page (authorization code with PKCE), for auth_mode hydra or jwt; empty: they enter a token.", to_sign_in<&SignIn::client_id>),
    option("oauth_authorization_url", text, "", access, "URL at which users of the web page sign in; empty: /oauth2/auth of Hydra's public API.", to_sign_in<&SignIn::authorization_endpoint>),
    option("oauth_token_url", text, "", access, "URL at which the web page exchanges codes for tokens; empty: /oauth2/token of Hydra's public API. Its server must permit requests of the page's origin (CORS).", to_sign_in<&SignIn::token_endpoint>),
    option("oauth_scope", text, "all", access, "Scopes that the web page requests, separated by spaces.", to_sign_in<&SignIn::scope>),
    ignored(option("token_refresh_sleep", duration, "10s", access, "Interval at which the old service rechecked its tokens.", unused, kOldSleep)),
    option("jwt_issuer", text, "", access, "Issuer (iss) that signed tokens must contain, exact match, for auth_mode jwt.", to_auth<&Auth::jwt, &Jwt::issuer>),
    option("jwt_audience", list, "", access, "Accepted audiences (aud), of which a signed token must contain one; empty: not checked.", to_auth<&Auth::jwt, &Jwt::audiences>),
    option("jwt_keys_url", text, "", access, "URL of the issuer's keys (JWKS); empty: /.well-known/jwks.json of Hydra's public API, or of jwt_issuer.", derived),
    option("scope_read", list, "ecron.read,all", access, "Scopes that permit reading the caller's tenant's jobs and executions.", scopes_of<Permission::read>),
    option("scope_write", list, "ecron.write,all", access, "Scopes that permit changing the caller's tenant's jobs.", scopes_of<Permission::write>),
    option("scope_execute", list, "ecron.execute,all", access, "Scopes that permit running stored jobs, cancelling executions and reporting results.", scopes_of<Permission::execute>),
    option("scope_report", list, "ecron.report", access, "Scopes that permit only reporting results; sufficient for targets.", scopes_of<Permission::report>),
    option("scope_command", list, "ecron.command", access, "Scopes that permit creating and running jobs that are commands on ecron's machine.", scopes_of<Permission::command>),
    option("scope_kubernetes", list, "ecron.kubernetes", access, "Scopes that permit creating and running jobs that are Kubernetes Jobs with ecron's credentials; includes scope_kubernetes_proxy.", scopes_of<Permission::kubernetes>),
    option("scope_kubernetes_proxy", list, "ecron.kubernetes,all", access, "Scopes that permit creating and running jobs that are Kubernetes Jobs through an API proxy (addr).", scopes_of<Permission::kubernetes_proxy>),
    option("scope_admin", list, "ecron.admin", access, "Scopes that permit acting for all tenants and inspecting the installation.", scopes_of<Permission::admin>),
    option("metrics_public", boolean, "false", access, "Serve /metrics without a token.", to_api<&Api::metrics_public>),
    option("metrics_tenants", integer, "0", access, "Maximum number of tenants with metrics of their own, in the order in which they run jobs; all others share the label (others). Whoever may read /metrics sees their names.", to_scheduler<&Scheduler::signals, &Signals::tenants>, {0, 1'000}),
    option("metrics_jobs", integer, "0", access, "Maximum number of jobs whose last success on this node is a metric; beyond it, the job that succeeded longest ago is omitted. Whoever may read /metrics sees their names. 0: none.", to_scheduler<&Scheduler::signals, &Signals::jobs>, {0, 10'000}),
    option("limit_jobs", integer, "0", access, "Maximum jobs per tenant; 0: unlimited.", to_store<&Store::jobs_per_tenant>, {0, 1'000'000'000}),
    option("limit_bytes", size, "0", access, "Maximum stored bytes per tenant: job_context of its jobs, executions with results and output, dead letters (docs/security.md). 0: unlimited.", to_store<&Store::bytes_per_tenant>, {0, 1'024 * kGiB}),
    option("limit_interval", duration, "0", access, "Minimum interval between two occurrences of a new or changed schedule; 0: no minimum.", to_api<&Api::limits, &Limit::interval>, {0, 30 * kDay}),
    option("limit_rate", integer, "0", access, "Maximum requests per second and tenant; further requests are answered with 429. 0: unlimited.", each<to_api<&Api::limits, &Limit::requests_per_second>, to_messages<&Messages::jobs_per_second>>, {0, 1'000'000}),
    option("limit_retry", duration, "100ms", access, "Minimum wait between two attempts of an execution; jobs whose retry.initial is shorter wait this long. 0: no minimum.", to<&Config::rules, &Rules::retry_floor>, {0, kHour}),
    option("limit_retries", integer, "1000", access, "Maximum retries per second, tenant and node; further retries wait. 0: unlimited.", to_scheduler<&Scheduler::retries_per_second>, {0, 1'000'000}),
    option("limit_runs", integer, "0", access, "Maximum concurrent executions per tenant, node and kind; others wait. 0: a fair share.", to<&Config::runs_per_tenant>, {0, 100'000}),
    option("audit_days", integer, "365", access, "Retention of the audit log in days; 0: unlimited.", days_to<&Config::history, &History::audit>, {0, 36'500}),

    option("mq_connector_type", choice, "nsq", messages, "Kind of message queue; none is used unless mq_host or mq_lookupd_host is set.", to_queue<&Queue::kind>, {}, "nsq|kafka"),
    option("mq_host", list, "", messages, "Hosts of the message queue, HOST or HOST:PORT: Kafka brokers, nsqd or nsqlookupd. Port 4150 is nsqd, 4151 is the HTTP port of nsqd (4150 is used instead), 4161 is nsqlookupd; for other ports ecron detects the service.", derived),
    option("mq_port", port, "4150", messages, "Port of hosts that specify none; default for Kafka: 9092.", derived),
    option("mq_lookupd_host", list, "", messages, "Further hosts for NSQ, in the format of mq_host.", derived),
    option("mq_lookupd_port", port, "4161", messages, "Port of hosts in mq_lookupd_host that specify none.", derived),
    ignored(option("mq_type", text, "", messages, "Product name of the old service's message broker.", unused)),
    option("mq_protocol", text, "", messages, "Kafka's security.protocol, such as SASL_SSL; empty: SASL_PLAINTEXT if a mechanism is set, otherwise PLAINTEXT.", to_queue<&Queue::protocol>),
    ignored(option("mq_tenant", text, "", messages, "Tenant at the old service's message queue.", unused)),
    option("mq_username", text, "", messages, "User of the message queue (Kafka).", to_queue<&Queue::username>),
    secret(option("mq_password", text, "", messages, "Password of that user; for NSQ the secret of AUTH.", to_queue<&Queue::password>)),
    option("mq_mechanism", text, "", messages, "Kafka's sasl.mechanism, such as PLAIN or SCRAM-SHA-512; empty: no authentication.", to_queue<&Queue::mechanism>),
    option("mq_kafka", list, "", messages, "Properties of librdkafka as NAME=VALUE, such as ssl.ca.location=/etc/ca.pem; these override all other settings.", to_queue<&Queue::kafka_properties>),
    option("mq_in_flight", integer, "1000", messages, "Maximum messages per topic that are processed concurrently.", to_messages<&Messages::in_flight>, {1, 100'000}),
    option("mq_deliveries", integer, "10", messages, "Maximum deliveries of a message that cannot be processed, before it becomes a dead letter.", to_messages<&Messages::max_deliveries>, {1, 1'000}),
    option("mq_command_enabled", boolean, "false", messages, "Accept jobs of mode exe from messages; the sender of a message cannot be identified.", to_messages<&Messages::commands>),
    option("mq_fallback", duration, "2s", messages, "How long an execution is offered to all nodes before the node that planned it runs it itself.", to_scheduler<&Scheduler::spread_fallback>, {100, 10 * kMinute}),
    option("mq_keep", duration, "24h", messages, "How long unpublished messages are kept.", to_queue<&Queue::keep>, {1 * kMinute, 30 * kDay}),
    ignored(option("msmq_client_op_sleep", duration, "10s", messages, "Interval at which the old service retried operations on its queue.", unused, kOldSleep)),
    option("lost_immediate_job_sleep", duration, "10s", messages, "How long a message for a still unknown execution is held.", to_messages<&Messages::hold>, kOldSleep),
    };
}());
// clang-format on

}  // namespace

constinit const std::span<const Option> kOptions{kTable};

const Option* find_option(std::string_view name) {
    const auto found = std::ranges::find(kOptions, name, &Option::name);
    return found == kOptions.end() ? nullptr : &*found;
}

}  // namespace ecron::config
