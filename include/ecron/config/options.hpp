#pragma once
#include <array>
#include <cstdint>
#include <string_view>

/// The single declaration of every option. An entry yields the key in YAML (`cron_port`), the flag
/// (`--cron-port`, and `--cron_port`), the variable (`ECRON_CRON_PORT`), its row in docs/configuration.md and
/// its lines in etc/cronsvr.yaml. Precedence: flag, environment, file, the default declared here.
namespace ecron::config {

enum class Kind : std::uint8_t {
    text,
    port,      // 0 to 65535; the help defines the meaning of 0
    integer,   // within Limits
    size,      // bytes: 4096, "64KiB", "1MiB"; within Limits
    duration,  // "1m30s", "250ms", or a number of seconds; within Limits, which are milliseconds
    boolean,   // true, false, yes, no, on, off, 1, 0 in any case, quoted or not
    address,   // a host name, or an IP literal with or without brackets
    choice,    // one of `choices`
    path,      // path of a file or folder
    list,      // a YAML sequence, or text separated by commas
};

/// The section of the documentation, in its order.
enum class Group : std::uint8_t {
    listen,
    api,
    store,
    schedule,
    execution,
    webhooks,
    process,
    log,
    access,
    messages
};

enum class Secret : bool { no, yes };  // yes: not accepted as a flag, and shown as ***

/// Whether the value has an effect. `ignored`: accepted for compatibility with old files. `later`: the
/// feature is not implemented yet.
enum class Effect : std::uint8_t { works, ignored, later };

/// Origin of the key; keys of the service that ecron replaces keep their names and meaning.
enum class Origin : bool { ecron, old_service };

/// A value under the minimum is an error, or (as in the old service) raised to the minimum with a warning.
enum class Below : bool { refuse, raise };
struct Limits {
    std::int64_t min{0};
    std::int64_t max{INT64_MAX};
    Below below{Below::refuse};
};

struct Option {
    std::string_view name;
    Kind kind;
    std::string_view fallback;  // the default, in the form used in a file
    Group group;
    Origin origin;
    std::string_view help;  // one sentence: noun phrase or imperative
    Limits limits{};
    std::string_view choices{};  // "sqlite|mysql"
    Secret secret{Secret::no};
    Effect effect{Effect::works};
};

namespace detail {

constexpr std::int64_t kSecond = 1'000, kMinute = 60 * kSecond, kHour = 60 * kMinute, kDay = 24 * kHour;
constexpr std::int64_t kKiB = 1'024, kMiB = 1'024 * kKiB, kGiB = 1'024 * kMiB;

constexpr Option ecron(std::string_view name, Kind kind, std::string_view fallback, Group group,
                       std::string_view help, Limits limits = {}, std::string_view choices = {}) {
    return {name, kind, fallback, group, Origin::ecron, help, limits, choices};
}
constexpr Option old(std::string_view name, Kind kind, std::string_view fallback, Group group,
                     std::string_view help, Limits limits = {}, std::string_view choices = {}) {
    return {name, kind, fallback, group, Origin::old_service, help, limits, choices};
}
constexpr Option secret(Option option) {
    option.secret = Secret::yes;
    return option;
}
constexpr Option ignored(Option option) {
    option.effect = Effect::ignored;
    return option;
}
constexpr Option later(Option option) {
    option.effect = Effect::later;
    return option;
}
/// The intervals of the old service: at least ten seconds; lower values meant ten.
constexpr Limits kOldSleep{10 * kSecond, kDay, Below::raise};

}  // namespace detail

// clang-format off
inline constexpr std::array kOptions = [] {
    using namespace detail;
    using enum Kind;
    using enum Group;
    return std::array{
    old("cron_addr", address, "127.0.0.1", listen, "Address on which the API listens; a name, or an IP address of another machine, listens on all addresses."),
    old("cron_port", port, "12345", listen, "Port of the API; 0: a free port."),
    ignored(old("cron_protocol", text, "", listen, "Protocol of calls between the components of the old service.")),
    old("anlys_port", port, "0", listen, "Port of a second listener that answers health checks with OK; 0: none."),
    old("ssl_on", boolean, "false", listen, "Serve the API over TLS."),
    old("cert_file", path, "", listen, "PEM file with the certificate and its chain, for ssl_on."),
    old("key_file", path, "", listen, "PEM file with the certificate's private key, for ssl_on."),
    ecron("client_ca_file", path, "", listen, "PEM file with the CA certificates for client certificates; if set, ssl_on requires a client certificate."),
    ecron("body_limit", size, "1MiB", listen, "Maximum size of a request body; larger requests are answered with 413.", {1 * kKiB, 1 * kGiB}),
    ecron("buffered_limit", size, "256MiB", listen, "Maximum memory for the bodies of all requests in progress, and the same again for all responses being sent; requests above it are answered with 503. Among several tenants, each can hold at most as much as it leaves free.", {1 * kMiB, 1'024 * kGiB}),
    ecron("header_limit", size, "16KiB", listen, "Maximum size of a request header; larger requests are answered with 431.", {1 * kKiB, 1 * kMiB}),
    ecron("connection_limit", integer, "20000", listen, "Maximum number of open connections; further ones are closed. Lowered at start if the limit of open files requires it.", {1, 1'000'000}),
    ecron("header_timeout", duration, "10s", listen, "Maximum time from the first byte of a request to the end of its header.", {100, kHour}),
    ecron("body_timeout", duration, "30s", listen, "Maximum time from the end of a request's header to the end of its body.", {100, kHour}),
    ecron("send_timeout", duration, "30s", listen, "Maximum time for a client to receive a response.", {100, kHour}),
    ecron("idle_timeout", duration, "75s", listen, "Maximum time that a connection waits for its next request.", {100, kDay}),

    old("lang", choice, "zh_CN", api, "Language of the message in error responses.", {}, "zh_CN|zh_TW|en_US"),
    old("webhook", text, "/api/cronsvr/v1/namespaces/common/executionresult", api, "Path under which targets report the end of asynchronous work."),
    old("management_service_id", text, "", api, "Name of this node in executor lists and logs; empty: node_id."),
    ignored(old("analysis_service_id", text, "", api, "Name of the analysis component of the old service.")),

    ecron("db_driver", choice, "sqlite", store, "Database for jobs and executions: an SQLite file, or a server (MySQL 5.7, 8.0 or 9.7, MariaDB 10.6 or newer). Default: mysql if db_addr is set.", {}, "sqlite|mysql"),
    ecron("db_path", path, "ecron.db", store, "SQLite file, relative to the working directory; created if missing."),
    old("db_addr", address, "127.0.0.1", store, "Host of the MySQL server."),
    old("db_port", port, "3306", store, "Port of the MySQL server.", {1, 65535}),
    old("db_name", text, "ecron", store, "Name of the database."),
    old("system_id", text, "", store, "Prefix of db_name, for installations with one schema per system."),
    old("user_name", text, "root", store, "Database user."),
    secret(old("user_pwd", text, "", store, "Password of the database user.")),
    old("db_format", text, "utf8mb4", store, "Accepted for files of the old service, without effect: database sessions always use utf8mb4."),
    old("timeout", duration, "10s", store, "Timeout for connecting to the database.", {1 * kSecond, kHour}),
    old("read_timeout", duration, "30s", store, "Timeout for a response of the database.", {1 * kSecond, kHour}),
    old("write_timeout", duration, "30s", store, "Timeout for sending a statement to the database.", {1 * kSecond, kHour}),
    old("max_open_conns", integer, "30", store, "Maximum sessions of this process with the MySQL server: one for writes, one for the shard locks, one for the node's lease, the others for reads (db_readers).", {4, 1'000}),
    ecron("db_ca_file", path, "", store, "PEM file with the CA certificates for the MySQL server's certificate; enables TLS."),
    ecron("db_readers", integer, "3", store, "Number of threads that read from the database, each with its own session; on MySQL limited by max_open_conns.", {1, 64}),
    ecron("write_batch", integer, "100", store, "Maximum rows per database write.", {1, 500}),
    ecron("row_cache_bytes", size, "64MiB", store, "Memory for caching recently read rows, if one process owns the store; 0: no cache.", {0, 64 * kGiB}),

    ecron("history_days", integer, "30", store, "Retention of finished executions in days; 0: unlimited. A job's own retention takes precedence.", {0, 36'500}),
    ecron("history_per_job", integer, "0", store, "Number of most recent executions kept per job; 0: all within history_days.", {0, 1'000'000'000}),

    ecron("timezone", text, "UTC", schedule, "Time zone of schedules that specify none; \"Local\" is the machine's time zone."),
    ecron("claim_ahead", duration, "250ms", schedule, "How long before its scheduled time an execution is claimed.", {0, 5 * kSecond}),
    ecron("misfire", choice, "once", schedule, "Policy for occurrences missed by more than misfire_grace: run the newest one (once), run all (all), or run none (skip).", {}, "once|all|skip"),
    ecron("misfire_grace", duration, "60s", schedule, "Occurrences missed by less than this time always run.", {0, 30 * kDay}),
    ecron("overlap", choice, "skip", schedule, "Policy for an execution that is due while the previous one of its job is still running: do not run it (skip), run both (allow), wait (queue), or cancel the previous one (replace).", {}, "skip|allow|queue|replace"),
    ecron("start_deadline", duration, "0", schedule, "Maximum delay of the start of an execution; 0: unlimited.", {0, 365 * kDay}),

    ecron("executor_max", integer, "1000", execution, "Maximum concurrent HTTP attempts per node.", {1, 100'000}),
    ecron("http_timeout", duration, "60s", execution, "Timeout for one HTTP request of an execution, including redirects and the response body.", {1, kDay}),
    ecron("connect_timeout", duration, "10s", execution, "Timeout for connecting to the target of an execution.", {1, kHour}),
    ecron("connections_per_host", integer, "256", execution, "Maximum connections to one target host.", {1, 100'000}),
    ecron("output_max", size, "64KiB", execution, "Maximum bytes of a response, command output or pod log that are stored with the execution.", {0, 1 * kMiB}),
    old("job_failures", integer, "3", execution, "Maximum attempts per execution; values below 3 mean 3.", {3, 1'000, Below::raise}),
    ecron("retry_initial", duration, "1s", execution, "Maximum wait before the second attempt.", {1, kDay}),
    ecron("retry_multiplier", integer, "2", execution, "Factor by which each further wait increases.", {1, 100}),
    ecron("retry_max", duration, "5m", execution, "Maximum wait between two attempts.", {1, 30 * kDay}),
    ecron("callback_timeout", duration, "24h", execution, "Maximum time that an execution waits for the report of its target.", {1 * kSecond, 365 * kDay}),
    ecron("on_node_loss", choice, "retry", execution, "Policy for executions whose node failed: start another attempt (retry), or end them (interrupt).", {}, "retry|interrupt"),
    ecron("ca_file", path, "", execution, "PEM file with the CA certificates for targets; empty: the system's CA bundle."),
    ecron("egress", choice, "private", execution, "Addresses that executions may connect to: also private networks (private), or public addresses only (public).", {}, "private|public"),
    ecron("egress_allow", list, "", execution, "Networks (CIDR) that executions may connect to regardless of egress."),
    ecron("egress_deny", list, "", execution, "Networks (CIDR) that executions may not connect to; takes precedence over egress_allow."),
    ecron("secrets_dir", path, "", execution, "Folder of files that jobs reference as ${secret:FILE}. Files in a subfolder named after a tenant are available to that tenant only. The variable ECRON_SECRET_FILE is used if no file exists. FILE.allow lists the tenants that may send the secret, and the permitted targets. TENANT/webhook_secret signs the webhooks of that tenant."),
    ecron("command_enabled", boolean, "false", execution, "Permit jobs of mode exe to run commands on this machine."),
    ecron("command_allow", list, "", execution, "Programs that commands may run, or folders of programs (with a trailing slash); empty: any program."),
    ecron("command_environment", list, "", execution, "Names of the variables that jobs may set for commands (info.environment) if command_allow is set; empty: none. A variable that a shell, an interpreter or the dynamic linker evaluates (PATH, BASH_ENV, PYTHONPATH, LD_PRELOAD) lets a job run code other than the permitted program."),
    ecron("command_max", integer, "16", execution, "Maximum concurrent commands per node.", {1, 10'000}),
    ecron("command_timeout", duration, "1h", execution, "Timeout for one command.", {1, kDay}),
    ecron("command_kill_grace", duration, "5s", execution, "Time between SIGTERM and SIGKILL when a command is stopped.", {0, kHour}),
    ecron("command_user", text, "", execution, "User (name or number) that commands run as; must not be able to read ecron's files. Empty: ecron's own user, which requires command_as_self."),
    ecron("command_as_self", boolean, "false", execution, "Permit commands to run as ecron's own user, which can read and change ecron's database, token file and secrets: clients that can create commands then have administrator rights."),
    ecron("command_dir", path, "/", execution, "Working directory of commands that specify none."),
    ecron("command_path", text, "/usr/local/bin:/usr/bin:/bin", execution, "Search path for programs; the PATH of commands."),
    ecron("command_memory", size, "0", execution, "Address space limit of a command's process (RLIMIT_AS); 0: no limit.", {0, 1024 * kGiB}),
    ecron("command_cpu_time", duration, "0", execution, "CPU time limit of a command's process in whole seconds (RLIMIT_CPU); 0: no limit.", {0, 30 * kDay}),
    ecron("command_open_files", integer, "1024", execution, "Limit of open files of a command's process (RLIMIT_NOFILE); 0: no limit.", {0, 1'000'000}),
    ecron("command_processes", integer, "4096", execution, "Limit of the processes and threads of command_user on this machine, over all commands (RLIMIT_NPROC), which has no effect for ecron's own user and root; also the limit of each command (pids.max, see command_cgroup); 0: no limit.", {0, 4'194'304}),
    ecron("command_cgroup", path, "", execution, "Folder of a cgroup (v2) delegated to ecron, in which each command gets its own cgroup, with pids.max from command_processes if the controller is available; empty: ecron's own cgroup. If no cgroup can be created, commands run without one."),
    ecron("command_file_size", size, "0", execution, "Maximum size of a file that a command writes (RLIMIT_FSIZE); 0: no limit.", {0, 1024 * kGiB}),
    ecron("kubernetes_enabled", boolean, "false", execution, "Permit jobs of mode exe to create Jobs with ecron's credentials in the Kubernetes cluster of kubernetes_config. Jobs that specify an API proxy (addr) are always permitted."),
    ecron("kubernetes_config", path, "", execution, "Kubeconfig of the cluster; empty: the cluster that ecron's pod runs in."),
    ecron("kubernetes_context", text, "", execution, "Context of the kubeconfig; empty: its current context."),
    ecron("kubernetes_namespace", text, "", execution, "Namespace in which Jobs are created; {tenant} is replaced by the job's tenant. Empty: the namespace of the kubeconfig's context, or default. In a pod, a namespace other than the pod's own is required, because that one holds ecron's Secrets."),
    ecron("kubernetes_namespaces", list, "", execution, "Further namespaces that jobs of all tenants may specify; empty: none."),
    ecron("kubernetes_pod_policy", choice, "restricted", execution, "Pod Security Standard that the pods of these Jobs must meet.", {}, "restricted|baseline|privileged"),
    ecron("kubernetes_service_accounts", list, "", execution, "Service accounts that these Jobs may use besides the default one of their namespace; *: any except ecron's own."),
    ecron("kubernetes_without_auth", boolean, "false", execution, "Consent to kubernetes_enabled with auth_mode none: any client of the API can then create Jobs with ecron's credentials."),
    ecron("kubernetes_max", integer, "2000", execution, "Maximum concurrent Kubernetes Jobs per node.", {1, 10'000}),
    ecron("kubernetes_timeout", duration, "1h", execution, "Timeout for one Kubernetes Job, from its creation.", {1, kDay}),
    ecron("kubernetes_ttl", duration, "1h", execution, "How long finished Jobs are kept in the cluster (ttlSecondsAfterFinished); must exceed the longest expected outage of ecron.", {0, 30 * kDay}),
    ecron("run_dir", path, "ecron-run", execution, "Folder for records of running commands, with which the next start stops the commands of a killed ecron process; created if missing."),

    ecron("webhook_max", integer, "64", webhooks, "Maximum concurrent webhook deliveries; per receiver one eighth of it.", {1, 10'000}),
    ecron("webhook_timeout", duration, "15s", webhooks, "Timeout for delivering a webhook, including the response.", {10, 10 * kMinute}),
    ecron("webhook_retry_for", duration, "24h", webhooks, "How long the delivery of a webhook is retried before it becomes a dead letter.", {0, 30 * kDay}),
    secret(ecron("webhook_secret", text, "", webhooks, "Secret for signing webhooks (whsec_ and base64), or two separated by a space during rotation; empty: only webhooks of tenants with their own secret are signed.")),

    ecron("node_id", text, "", process, "Unique name of this process, at most 64 letters, digits and .-_; empty: the host name, followed by the port if that is not the default."),
    ecron("shutdown_grace", duration, "30s", process, "Maximum time for running executions to finish at shutdown.", {0, kDay}),
    old("multi_node", boolean, "false", process, "Share the jobs among several processes (MySQL and MariaDB); if false, one process is active and the others stand by."),
    ignored(old("analysis_load_sleep", duration, "10s", process, "Interval at which the old service loaded jobs.", kOldSleep)),
    ignored(old("analysis_refresh_sleep", duration, "10s", process, "Interval at which the old service checked its peers.", kOldSleep)),
    ignored(old("job_status_refresh_sleep", duration, "10s", process, "Interval at which the old service wrote states.", kOldSleep)),
    ignored(old("db_client_ping_sleep", duration, "10s", process, "Interval at which the old service checked its database.", kOldSleep)),

    ecron("log_level", choice, "info", log, "Minimum level of log lines.", {}, "debug|info|warn|error"),
    ecron("log_format", choice, "text", log, "Format of log lines.", {}, "text|json"),
    ecron("log_file", path, "", log, "File that the log is written to; empty: standard error."),

    ecron("auth_mode", choice, "none", access, "Authentication of callers: none, tokens of token_file, tokens of Ory Hydra, or tokens signed by jwt_issuer. Default: hydra if auth_enabled is true.", {}, "none|token|hydra|jwt"),
    old("auth_enabled", text, "", access, "false: disable authentication. Any other value requires tokens, as selected by auth_mode, or of Ory Hydra. Empty: as selected by auth_mode."),
    ecron("insecure_no_auth", boolean, "false", access, "Consent to disabled authentication on an address that is not loopback."),
    ecron("allowed_hosts", list, "", access, "Names, or NAME:PORT, by which clients and web pages reach this API. Without authentication, a request with any other Host is answered with 403, except for loopback and the addresses that the server listens on; * permits any Host. If a proxy changes Host, pages served under these names may call the API."),
    ecron("token_file", path, "", access, "File of static tokens (ecron token create) for auth_mode token; reloaded when it changes."),
    ecron("token_init", boolean, "false", access, "Create token_file at start if it is missing, with one token that has all permissions; the token is written to a file with the suffix .initial next to it."),
    ecron("token_cache", duration, "30s", access, "How long the result of a token check is cached, at most until the token expires; 0: not cached.", {0, kHour}),
    ecron("token_cache_size", integer, "10000", access, "Maximum number of tokens in the cache.", {1, 1'000'000}),
    old("oauth_admin_addr", address, "", access, "Host of Hydra's admin API, for auth_mode hydra."),
    old("oauth_admin_port", port, "4445", access, "Port of Hydra's admin API."),
    old("oauth_admin_protocol", choice, "http", access, "Protocol of Hydra's admin API.", {}, "http|https"),
    old("oauth_public_addr", address, "", access, "Host of Hydra's public API, which serves the keys for auth_mode jwt if jwt_keys_url is empty."),
    old("oauth_public_port", port, "4444", access, "Port of Hydra's public API."),
    old("oauth_public_protocol", choice, "http", access, "Protocol of Hydra's public API.", {}, "http|https"),
    ecron("oauth_ca_file", path, "", access, "PEM file with the CA certificates for Hydra and jwt_keys_url; empty: the system's CA bundle."),
    ignored(old("token_refresh_sleep", duration, "10s", access, "Interval at which the old service rechecked its tokens.", kOldSleep)),
    ecron("jwt_issuer", text, "", access, "Issuer (iss) that signed tokens must contain, exact match, for auth_mode jwt."),
    ecron("jwt_audience", list, "", access, "Accepted audiences (aud), of which a signed token must contain one; empty: not checked."),
    ecron("jwt_keys_url", text, "", access, "URL of the issuer's keys (JWKS); empty: /.well-known/jwks.json of Hydra's public API, or of jwt_issuer."),
    ecron("scope_read", list, "ecron.read,all", access, "Scopes that permit reading the caller's tenant's jobs and executions."),
    ecron("scope_write", list, "ecron.write,all", access, "Scopes that permit changing the caller's tenant's jobs."),
    ecron("scope_execute", list, "ecron.execute,all", access, "Scopes that permit running stored jobs, cancelling executions and reporting results."),
    ecron("scope_report", list, "ecron.report", access, "Scopes that permit only reporting results; sufficient for targets."),
    ecron("scope_command", list, "ecron.command", access, "Scopes that permit creating and running jobs that are commands on ecron's machine."),
    ecron("scope_kubernetes", list, "ecron.kubernetes", access, "Scopes that permit creating and running jobs that are Kubernetes Jobs with ecron's credentials; includes scope_kubernetes_proxy."),
    ecron("scope_kubernetes_proxy", list, "ecron.kubernetes,all", access, "Scopes that permit creating and running jobs that are Kubernetes Jobs through an API proxy (addr)."),
    ecron("scope_admin", list, "ecron.admin", access, "Scopes that permit acting for all tenants and inspecting the installation."),
    ecron("metrics_public", boolean, "false", access, "Serve /metrics without a token."),
    ecron("limit_jobs", integer, "0", access, "Maximum jobs per tenant; 0: unlimited.", {0, 1'000'000'000}),
    ecron("limit_bytes", size, "0", access, "Maximum stored bytes per tenant: job_context of its jobs, executions with results and output, dead letters (docs/security.md). 0: unlimited.", {0, 1'024 * kGiB}),
    ecron("limit_interval", duration, "0", access, "Minimum interval between two occurrences of a new or changed schedule; 0: no minimum.", {0, 30 * kDay}),
    ecron("limit_rate", integer, "0", access, "Maximum requests per second and tenant; further requests are answered with 429. 0: unlimited.", {0, 1'000'000}),
    ecron("limit_retry", duration, "100ms", access, "Minimum wait between two attempts of an execution; jobs whose retry.initial is shorter wait this long. 0: no minimum.", {0, kHour}),
    ecron("limit_runs", integer, "0", access, "Maximum concurrent executions per tenant, node and kind; others wait. 0: a fair share.", {0, 100'000}),
    ecron("audit_days", integer, "365", access, "Retention of the audit log in days; 0: unlimited.", {0, 36'500}),

    old("mq_connector_type", choice, "nsq", messages, "Kind of message queue; none is used unless mq_host or mq_lookupd_host is set.", {}, "nsq|kafka"),
    old("mq_host", list, "", messages, "Hosts of the message queue, HOST or HOST:PORT: Kafka brokers, nsqd or nsqlookupd. Port 4150 is nsqd, 4151 is the HTTP port of nsqd (4150 is used instead), 4161 is nsqlookupd; for other ports ecron detects the service."),
    old("mq_port", port, "4150", messages, "Port of hosts that specify none; default for Kafka: 9092."),
    old("mq_lookupd_host", list, "", messages, "Further hosts for NSQ, in the format of mq_host."),
    old("mq_lookupd_port", port, "4161", messages, "Port of hosts in mq_lookupd_host that specify none."),
    ignored(old("mq_type", text, "", messages, "Product name of the old service's message broker.")),
    old("mq_protocol", text, "", messages, "Kafka's security.protocol, such as SASL_SSL; empty: SASL_PLAINTEXT if a mechanism is set, otherwise PLAINTEXT."),
    ignored(old("mq_tenant", text, "", messages, "Tenant at the old service's message queue.")),
    old("mq_username", text, "", messages, "User of the message queue (Kafka)."),
    secret(old("mq_password", text, "", messages, "Password of that user; for NSQ the secret of AUTH.")),
    old("mq_mechanism", text, "", messages, "Kafka's sasl.mechanism, such as PLAIN or SCRAM-SHA-512; empty: no authentication."),
    ecron("mq_kafka", list, "", messages, "Properties of librdkafka as NAME=VALUE, such as ssl.ca.location=/etc/ca.pem; these override all other settings."),
    ecron("mq_in_flight", integer, "1000", messages, "Maximum messages per topic that are processed concurrently.", {1, 100'000}),
    ecron("mq_deliveries", integer, "10", messages, "Maximum deliveries of a message that cannot be processed, before it becomes a dead letter.", {1, 1'000}),
    ecron("mq_command_enabled", boolean, "false", messages, "Accept jobs of mode exe from messages; the sender of a message cannot be identified."),
    ecron("mq_fallback", duration, "2s", messages, "How long an execution is offered to all nodes before the node that planned it runs it itself.", {100, 10 * kMinute}),
    ecron("mq_keep", duration, "24h", messages, "How long unpublished messages are kept.", {1 * kMinute, 30 * kDay}),
    ignored(old("msmq_client_op_sleep", duration, "10s", messages, "Interval at which the old service retried operations on its queue.", kOldSleep)),
    old("lost_immediate_job_sleep", duration, "10s", messages, "How long a message for a still unknown execution is held.", kOldSleep),
    };
}();
// clang-format on

/// The option with that name; nullptr if there is none.
constexpr const Option* find_option(std::string_view name) {
    for (const Option& option : kOptions)
        if (option.name == name) return &option;
    return nullptr;
}

}  // namespace ecron::config
