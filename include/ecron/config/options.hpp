#pragma once
#include <array>
#include <cstdint>
#include <string_view>

/// Every option of ecron, once. An entry yields the key in YAML (`cron_port`), the flag (`--cron-port`, and
/// `--cron_port`), the variable (`ECRON_CRON_PORT`), its row in docs/configuration.md and its lines in
/// etc/cronsvr.yaml. Flag beats environment beats file beats the default written here.
namespace ecron::config {

enum class Kind : std::uint8_t {
    text,
    port,      // 0 to 65535; 0 where the help says what it means
    integer,   // within Limits
    size,      // bytes: 4096, "64KiB", "1MiB"; within Limits
    duration,  // "1m30s", "250ms", or a number of seconds; within Limits, which are milliseconds
    boolean,   // true, false, yes, no, on, off, 1, 0 in any case, quoted or not
    address,   // a host name, or an IP literal with or without brackets
    choice,    // one of `choices`
    path,      // of a file
    list,      // a YAML sequence, or texts with commas between them
};

/// Which room of ecron reads it; the order is that of the documentation.
enum class Group : std::uint8_t {
    listen,
    api,
    store,
    schedule,
    execution,
    webhooks,
    life,
    log,
    access,
    messages
};

enum class Secret : bool { no, yes };  // yes: never a flag, and shown as ***

/// What the value does. `ignored`: read for the sake of old files. `later`: the feature it belongs to is not
/// built yet.
enum class Effect : std::uint8_t { works, ignored, later };

/// Whose key it is; those of the service that ecron replaces keep their names and meaning.
enum class Origin : bool { ecron, old_service };

/// A value under the minimum is an error, or (as the old service did) raised to it with a warning.
enum class Below : bool { refuse, raise };
struct Limits {
    std::int64_t min{0};
    std::int64_t max{INT64_MAX};
    Below below{Below::refuse};
};

struct Option {
    std::string_view name;
    Kind kind;
    std::string_view fallback;  // the default, as a file would say it
    Group group;
    Origin origin;
    std::string_view help;  // one sentence
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
/// The intervals of the old service: at least ten seconds, lower values meant ten.
constexpr Limits kOldSleep{10 * kSecond, kDay, Below::raise};

}  // namespace detail

// clang-format off
inline constexpr std::array kOptions = [] {
    using namespace detail;
    using enum Kind;
    using enum Group;
    return std::array{
    old("cron_addr", address, "127.0.0.1", listen, "Address of the API; a name, or an IP that is not this machine's, listens on all addresses."),
    old("cron_port", port, "12345", listen, "Port of the API; 0 takes a free one."),
    ignored(old("cron_protocol", text, "", listen, "Protocol of the old service's calls between its parts.")),
    old("anlys_port", port, "0", listen, "Port of a second listener that answers OK to health checks; 0: none."),
    old("ssl_on", boolean, "false", listen, "Whether the API speaks TLS; this alone decides."),
    old("cert_file", path, "", listen, "PEM file with the certificate and its chain, for ssl_on."),
    old("key_file", path, "", listen, "PEM file with the certificate's private key, for ssl_on."),
    ecron("client_ca_file", path, "", listen, "PEM file with the authorities of client certificates; given, ssl_on asks each client for one."),
    ecron("body_limit", size, "1MiB", listen, "Largest request body; larger ones are answered 413.", {1 * kKiB, 1 * kGiB}),
    ecron("buffered_limit", size, "256MiB", listen, "Maximum memory for the bodies of all requests under way, and again for all answers that are being sent; requests beyond it are answered 503. Of several tenants, each may hold as much as it leaves free.", {1 * kMiB, 1'024 * kGiB}),
    ecron("header_limit", size, "16KiB", listen, "Largest request header; larger ones are answered 431.", {1 * kKiB, 1 * kMiB}),
    ecron("connection_limit", integer, "20000", listen, "Maximum open connections; further ones are closed. At start it is lowered to what the limit of open files leaves.", {1, 1'000'000}),
    ecron("header_timeout", duration, "10s", listen, "Time from a request's first byte to the end of its header.", {100, kHour}),
    ecron("body_timeout", duration, "30s", listen, "Time from the end of a request's header to the end of its body.", {100, kHour}),
    ecron("send_timeout", duration, "30s", listen, "Time for a client to take an answer.", {100, kHour}),
    ecron("idle_timeout", duration, "75s", listen, "How long a connection may wait for its next request.", {100, kDay}),

    old("lang", choice, "zh_CN", api, "Language of the message in error answers.", {}, "zh_CN|zh_TW|en_US"),
    old("webhook", text, "/api/cronsvr/v1/namespaces/common/executionresult", api, "Path under which targets report the end of work that they took on."),
    old("management_service_id", text, "", api, "Name of this node in executors and logs; empty: node_id."),
    ignored(old("analysis_service_id", text, "", api, "Name of the old service's analysis part.")),

    ecron("db_driver", choice, "sqlite", store, "Where jobs are kept: an SQLite file, or a server: MySQL 5.7, 8.0 or 9.7, MariaDB 10.6 or newer. Default: mysql if db_addr is set.", {}, "sqlite|mysql"),
    ecron("db_path", path, "ecron.db", store, "SQLite file; relative to the working directory, made when missing."),
    old("db_addr", address, "127.0.0.1", store, "Host of the MySQL server."),
    old("db_port", port, "3306", store, "Port of the MySQL server.", {1, 65535}),
    old("db_name", text, "ecron", store, "Name of the database."),
    old("system_id", text, "", store, "Put in front of db_name, for schemas named by system."),
    old("user_name", text, "root", store, "User of the database."),
    secret(old("user_pwd", text, "", store, "Password of the database user.")),
    old("db_format", text, "utf8mb4", store, "Accepted for the old service's files, without effect: database sessions always use utf8mb4."),
    old("timeout", duration, "10s", store, "Time to connect to the database.", {1 * kSecond, kHour}),
    old("read_timeout", duration, "30s", store, "Time to wait for an answer of the database.", {1 * kSecond, kHour}),
    old("write_timeout", duration, "30s", store, "Time to send a statement to the database.", {1 * kSecond, kHour}),
    old("max_open_conns", integer, "30", store, "Maximum sessions of this process with the MySQL server: one writes, one holds the shards' locks, one renews the node's lease, the others read (db_readers).", {4, 1'000}),
    ecron("db_ca_file", path, "", store, "PEM file with the authorities that may sign the MySQL server's certificate; turns TLS on."),
    ecron("db_readers", integer, "3", store, "Threads that read from the database, each with a session of its own; on MySQL no more than max_open_conns leaves room for.", {1, 64}),
    ecron("write_batch", integer, "100", store, "Rows in one write to the database, at most.", {1, 500}),
    ecron("row_cache_bytes", size, "64MiB", store, "Memory for rows read lately, where one process owns the store; 0: none.", {0, 64 * kGiB}),

    ecron("history_days", integer, "30", store, "Days that ended executions are kept; 0: for ever. A job's retention is stronger.", {0, 36'500}),
    ecron("history_per_job", integer, "0", store, "Newest executions of a job that are kept; 0: all that history_days keeps.", {0, 1'000'000'000}),

    ecron("timezone", text, "UTC", schedule, "Zone of schedules that name none; \"Local\" is the machine's own."),
    ecron("claim_ahead", duration, "250ms", schedule, "How long before its instant a run is claimed.", {0, 5 * kSecond}),
    ecron("misfire", choice, "once", schedule, "What becomes of runs missed by more than misfire_grace: the newest runs, all run, none runs.", {}, "once|all|skip"),
    ecron("misfire_grace", duration, "60s", schedule, "Runs missed by less than this always run.", {0, 30 * kDay}),
    ecron("overlap", choice, "skip", schedule, "What a run does while the one before it is still going.", {}, "skip|allow|queue|replace"),
    ecron("start_deadline", duration, "0", schedule, "How late a run may start; 0: as late as it must.", {0, 365 * kDay}),

    ecron("executor_max", integer, "1000", execution, "Runs going at once, at most.", {1, 100'000}),
    ecron("http_timeout", duration, "60s", execution, "Time for one request of a run, all of it.", {1, kDay}),
    ecron("connect_timeout", duration, "10s", execution, "Time to connect to a run's target.", {1, kHour}),
    ecron("connections_per_host", integer, "256", execution, "Connections to one target host, at most.", {1, 100'000}),
    ecron("output_max", size, "64KiB", execution, "Bytes of a target's answer that are kept with the run.", {0, 1 * kMiB}),
    old("job_failures", integer, "3", execution, "Attempts before a run is given up; less than 3 means 3.", {3, 1'000, Below::raise}),
    ecron("retry_initial", duration, "1s", execution, "Longest wait before the second attempt.", {1, kDay}),
    ecron("retry_multiplier", integer, "2", execution, "Each further wait is this many times longer.", {1, 100}),
    ecron("retry_max", duration, "5m", execution, "Longest wait between two attempts.", {1, 30 * kDay}),
    ecron("callback_timeout", duration, "24h", execution, "How long a run waits for its target's report.", {1 * kSecond, 365 * kDay}),
    ecron("on_node_loss", choice, "retry", execution, "What becomes of runs whose node died: run again, or end.", {}, "retry|interrupt"),
    ecron("ca_file", path, "", execution, "PEM file with the authorities that targets' certificates are checked against; empty: the system's."),
    ecron("egress", choice, "private", execution, "Which addresses runs may reach: private networks too, or public ones only.", {}, "private|public"),
    ecron("egress_allow", list, "", execution, "Networks (CIDR) that runs may reach whatever egress says."),
    ecron("egress_deny", list, "", execution, "Networks (CIDR) that runs may not reach; stronger than egress_allow."),
    ecron("secrets_dir", path, "", execution, "Folder of files that jobs name as ${secret:FILE}; one in a folder named as a tenant is that tenant's only; ECRON_SECRET_FILE is looked at last. FILE.allow says which tenants may send it where. TENANT/webhook_secret signs that tenant's webhooks."),
    ecron("command_enabled", boolean, "false", execution, "Whether jobs of mode exe may run commands on this machine."),
    ecron("command_allow", list, "", execution, "Programs that commands may be, or folders of them, which end in a slash; empty: any."),
    ecron("command_environment", list, "", execution, "Names of the variables that jobs may set for commands (info.environment) while command_allow names programs; empty: none. A variable that a shell, an interpreter or the dynamic linker evaluates (PATH, BASH_ENV, PYTHONPATH, LD_PRELOAD) lets a job run other code than the allowed program's."),
    ecron("command_max", integer, "16", execution, "Commands going at once, at most.", {1, 10'000}),
    ecron("command_timeout", duration, "1h", execution, "Time for one command.", {1, kDay}),
    ecron("command_kill_grace", duration, "5s", execution, "Time between SIGTERM and SIGKILL for a command that is to end.", {0, kHour}),
    ecron("command_user", text, "", execution, "User, by name or number, that commands run as; one that cannot read ecron's files. Empty: ecron's own, which command_as_self must allow."),
    ecron("command_as_self", boolean, "false", execution, "Let commands run as ecron's own user, which can read and change ecron's database, token file and secrets: clients that may create commands then have the rights of an administrator."),
    ecron("command_dir", path, "/", execution, "Working directory of commands that name none."),
    ecron("command_path", text, "/usr/local/bin:/usr/bin:/bin", execution, "Where programs are looked for; the PATH of commands."),
    ecron("command_memory", size, "0", execution, "Address space of a command's process (RLIMIT_AS); 0: no limit.", {0, 1024 * kGiB}),
    ecron("command_cpu_time", duration, "0", execution, "Processor time of a command's process (RLIMIT_CPU), in whole seconds; 0: no limit.", {0, 30 * kDay}),
    ecron("command_open_files", integer, "1024", execution, "Files that a command's process may have open (RLIMIT_NOFILE); 0: no limit.", {0, 1'000'000}),
    ecron("command_processes", integer, "4096", execution, "Processes and threads that command_user may have on this machine (RLIMIT_NPROC), those of all commands together; without effect on ecron's own user and on root, but as pids.max of each command (command_cgroup); 0: no limit.", {0, 4'194'304}),
    ecron("command_cgroup", path, "", execution, "Folder of a cgroup (v2) that is delegated to ecron, below which each command gets one of its own, with pids.max from command_processes where the controller is there; empty: ecron's own cgroup. Where none can be made, commands run without."),
    ecron("command_file_size", size, "0", execution, "Largest file that a command may write (RLIMIT_FSIZE); 0: no limit.", {0, 1024 * kGiB}),
    ecron("kubernetes_enabled", boolean, "false", execution, "Whether jobs of mode exe may make Jobs with ecron's credentials in the Kubernetes cluster that kubernetes_config names. Those that name an API proxy themselves (addr) always may."),
    ecron("kubernetes_config", path, "", execution, "Kubeconfig of that cluster; empty: the cluster in one of whose pods ecron runs."),
    ecron("kubernetes_context", text, "", execution, "Context of the kubeconfig; empty: its current one."),
    ecron("kubernetes_namespace", text, "", execution, "Namespace of that cluster in which Jobs are made; {tenant} in it stands for the job's tenant. Empty: that of the kubeconfig's context, or default; a pod must name one other than its own, which holds ecron's Secrets."),
    ecron("kubernetes_namespaces", list, "", execution, "Further namespaces that jobs of every tenant may name; empty: none."),
    ecron("kubernetes_pod_policy", choice, "restricted", execution, "Pod Security Standard that the pods of these Jobs must meet.", {}, "restricted|baseline|privileged"),
    ecron("kubernetes_service_accounts", list, "", execution, "Service accounts that these Jobs may have beside their namespace's default one; *: any but ecron's own."),
    ecron("kubernetes_without_auth", boolean, "false", execution, "Consent to kubernetes_enabled where auth_mode is none: everybody who reaches the API can make Jobs with ecron's credentials."),
    ecron("kubernetes_max", integer, "2000", execution, "Kubernetes Jobs going at once, at most.", {1, 10'000}),
    ecron("kubernetes_timeout", duration, "1h", execution, "Time for one Kubernetes Job, from when it is made.", {1, kDay}),
    ecron("kubernetes_ttl", duration, "1h", execution, "How long ended Jobs stay in the cluster (ttlSecondsAfterFinished); longer than ecron may be away.", {0, 30 * kDay}),
    ecron("run_dir", path, "ecron-run", execution, "Folder where running commands are noted, so that the next start ends those of an ecron that was killed; made when missing."),

    ecron("webhook_max", integer, "64", webhooks, "Webhooks on their way at once, at most; of one receiver an eighth of it.", {1, 10'000}),
    ecron("webhook_timeout", duration, "15s", webhooks, "Time for a receiver to take a webhook and answer.", {10, 10 * kMinute}),
    ecron("webhook_retry_for", duration, "24h", webhooks, "How long a webhook is tried again before it becomes a dead letter.", {0, 30 * kDay}),
    secret(ecron("webhook_secret", text, "", webhooks, "Secret that webhooks are signed with (whsec_ and base64), or two with a space between while one replaces the other; empty: only those of tenants with a secret of their own are signed.")),

    ecron("node_id", text, "", life, "Name of this process among others, at most 64 letters, digits and .-_; empty: the host's name, with the port if that is not the default one."),
    ecron("shutdown_grace", duration, "30s", life, "How long runs under way may take to end when ecron is told to stop.", {0, kDay}),
    old("multi_node", boolean, "false", life, "Whether several processes share the work (MySQL and MariaDB); else the others stand by."),
    ignored(old("analysis_load_sleep", duration, "10s", life, "Interval of the old service's loading of jobs.", kOldSleep)),
    ignored(old("analysis_refresh_sleep", duration, "10s", life, "Interval of the old service's look at its peers.", kOldSleep)),
    ignored(old("job_status_refresh_sleep", duration, "10s", life, "Interval of the old service's writing of states.", kOldSleep)),
    ignored(old("db_client_ping_sleep", duration, "10s", life, "Interval of the old service's check of its database.", kOldSleep)),

    ecron("log_level", choice, "info", log, "Least important log lines to write.", {}, "debug|info|warn|error"),
    ecron("log_format", choice, "text", log, "Shape of log lines.", {}, "text|json"),
    ecron("log_file", path, "", log, "Where the log goes; empty: standard error."),

    ecron("auth_mode", choice, "none", access, "Who may call: anybody, or who brings a token of token_file, of Ory Hydra, or signed by jwt_issuer; not said while auth_enabled is true: hydra.", {}, "none|token|hydra|jwt"),
    old("auth_enabled", text, "", access, "false: anybody may call. Anything else asks for tokens: those of auth_mode, or of Ory Hydra. Empty: as auth_mode says."),
    ecron("insecure_no_auth", boolean, "false", access, "Consent to answer anybody on an address that is not loopback."),
    ecron("allowed_hosts", list, "", access, "Names, or NAME:PORT, by which clients and pages reach this API. Without authentication a request whose Host is none of them, nor loopback, nor an address that the server listens on, is answered 403; * allows any Host. Behind a proxy that changes Host, pages at these names may call."),
    ecron("token_file", path, "", access, "File of static tokens (ecron token create), read again when it changes, for auth_mode token."),
    ecron("token_init", boolean, "false", access, "Whether a start without token_file makes it, with one token of all permissions, which is put into a file beside it whose name ends in .initial."),
    ecron("token_cache", duration, "30s", access, "How long an answer about a token is believed, at most until the token ends; 0: not at all.", {0, kHour}),
    ecron("token_cache_size", integer, "10000", access, "Tokens whose answers are kept.", {1, 1'000'000}),
    old("oauth_admin_addr", address, "", access, "Host of Hydra's administration side, for auth_mode hydra."),
    old("oauth_admin_port", port, "4445", access, "Port of Hydra's administration side."),
    old("oauth_admin_protocol", choice, "http", access, "Protocol of Hydra's administration side.", {}, "http|https"),
    old("oauth_public_addr", address, "", access, "Host of Hydra's public side, where the keys of auth_mode jwt are when jwt_keys_url is empty."),
    old("oauth_public_port", port, "4444", access, "Port of Hydra's public side."),
    old("oauth_public_protocol", choice, "http", access, "Protocol of Hydra's public side.", {}, "http|https"),
    ecron("oauth_ca_file", path, "", access, "PEM file with the authorities that certificates of Hydra and of jwt_keys_url are checked against; empty: the system's."),
    ignored(old("token_refresh_sleep", duration, "10s", access, "Interval at which the old service looked at its tokens again.", kOldSleep)),
    ecron("jwt_issuer", text, "", access, "What signed tokens must name as their issuer (iss), to the letter, for auth_mode jwt."),
    ecron("jwt_audience", list, "", access, "Of these a signed token must name one as its audience (aud); empty: any will do."),
    ecron("jwt_keys_url", text, "", access, "Where the issuer tells its keys (JWKS); empty: /.well-known/jwks.json of Hydra's public side, or of jwt_issuer."),
    ecron("scope_read", list, "ecron.read,all", access, "Scopes that let a caller read its tenant's jobs and runs."),
    ecron("scope_write", list, "ecron.write,all", access, "Scopes that let a caller change its tenant's jobs."),
    ecron("scope_execute", list, "ecron.execute,all", access, "Scopes that let a caller run stored jobs, cancel and report."),
    ecron("scope_report", list, "ecron.report", access, "Scopes that let a caller report the end of work, and nothing else; all that a target needs."),
    ecron("scope_command", list, "ecron.command", access, "Scopes that let a caller make and run jobs that are commands on ecron's machine."),
    ecron("scope_kubernetes", list, "ecron.kubernetes", access, "Scopes that let a caller make and run jobs that are Kubernetes Jobs made with ecron's credentials; includes scope_kubernetes_proxy."),
    ecron("scope_kubernetes_proxy", list, "ecron.kubernetes,all", access, "Scopes that let a caller make and run jobs that are Kubernetes Jobs at an API proxy (addr)."),
    ecron("scope_admin", list, "ecron.admin", access, "Scopes that let a caller act for every tenant, and look at the installation."),
    ecron("metrics_public", boolean, "false", access, "Whether /metrics is told without a token."),
    ecron("limit_jobs", integer, "0", access, "Jobs that a tenant may have; 0: any number.", {0, 1'000'000'000}),
    ecron("limit_bytes", size, "0", access, "Bytes that a tenant may store: its jobs' job_context, executions with results and output, dead letters (docs/security.md). 0: any number.", {0, 1'024 * kGiB}),
    ecron("limit_interval", duration, "0", access, "Shortest time between two runs that a new or changed schedule may name; 0: any.", {0, 30 * kDay}),
    ecron("limit_rate", integer, "0", access, "Requests a second of one tenant; what goes beyond is answered 429. 0: any number.", {0, 1'000'000}),
    ecron("limit_retry", duration, "100ms", access, "Minimum wait between two attempts of an execution; jobs whose retry.initial is shorter wait this long. 0: no minimum.", {0, kHour}),
    ecron("limit_runs", integer, "0", access, "Runs of one tenant going at once on one node, of each kind; others wait. 0: what is fair.", {0, 100'000}),
    ecron("audit_days", integer, "365", access, "Days that the audit log is kept; 0: for ever.", {0, 36'500}),

    old("mq_connector_type", choice, "nsq", messages, "Kind of message queue; none is used unless mq_host or mq_lookupd_host is given.", {}, "nsq|kafka"),
    old("mq_host", list, "", messages, "Hosts of the message queue, HOST or HOST:PORT: Kafka's brokers, nsqds, or nsqlookupds. Port 4150 is an nsqd, 4151 an nsqd's HTTP side (its 4150 is used), 4161 an nsqlookupd; at other ports ecron finds out."),
    old("mq_port", port, "4150", messages, "Port of those that name none; for Kafka, where it is not given, 9092."),
    old("mq_lookupd_host", list, "", messages, "More hosts, for NSQ; read as mq_host's."),
    old("mq_lookupd_port", port, "4161", messages, "Port of those of mq_lookupd_host that name none."),
    ignored(old("mq_type", text, "", messages, "Name of the old service's message broker product.")),
    old("mq_protocol", text, "", messages, "Kafka's security.protocol, such as SASL_SSL; empty: SASL_PLAINTEXT where there is a mechanism, else PLAINTEXT."),
    ignored(old("mq_tenant", text, "", messages, "Tenant at the old service's message queue.")),
    old("mq_username", text, "", messages, "User of the message queue (Kafka)."),
    secret(old("mq_password", text, "", messages, "Password of that user; for NSQ the secret of AUTH.")),
    old("mq_mechanism", text, "", messages, "Kafka's sasl.mechanism, such as PLAIN or SCRAM-SHA-512; empty: no authentication."),
    ecron("mq_kafka", list, "", messages, "Properties of librdkafka as NAME=VALUE, such as ssl.ca.location=/etc/ca.pem; stronger than everything else."),
    ecron("mq_in_flight", integer, "1000", messages, "Messages of one topic that are handled at once, at most.", {1, 100'000}),
    ecron("mq_deliveries", integer, "10", messages, "How often a message is delivered that cannot be handled, before it is a dead letter.", {1, 1'000}),
    ecron("mq_command_enabled", boolean, "false", messages, "Whether jobs of mode exe may come by message; a message tells nobody who sent it."),
    ecron("mq_fallback", duration, "2s", messages, "How long an execution is offered to all nodes before the node that planned it carries it out itself.", {100, 10 * kMinute}),
    ecron("mq_keep", duration, "24h", messages, "How long what could not be published is kept.", {1 * kMinute, 30 * kDay}),
    ignored(old("msmq_client_op_sleep", duration, "10s", messages, "Interval of the old service's retries at its queue.", kOldSleep)),
    old("lost_immediate_job_sleep", duration, "10s", messages, "How long a message for an execution that is not known yet is held.", kOldSleep),
    };
}();
// clang-format on

/// The option of that name; nullptr: there is none.
constexpr const Option* find_option(std::string_view name) {
    for (const Option& option : kOptions)
        if (option.name == name) return &option;
    return nullptr;
}

}  // namespace ecron::config
