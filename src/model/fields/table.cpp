#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <charconv>

#include "ecron/model/json.hpp"
#include "model/fields/binding.hpp"
#include "model/kubernetes.hpp"

namespace ecron::model {
namespace {

using namespace std::chrono_literals;
using namespace fields;
using enum Presence;
namespace json = boost::json;

constexpr std::int64_t kListLimit = 32;

constexpr std::int64_t ms(Millis duration) { return duration.count(); }
constexpr std::int64_t kSecond = ms(1s), kMinute = ms(1min), kDay = ms(24h);

/// Returns what a notification target can subscribe to: an event, or a state that clients know.
std::optional<std::string> announced_state(const json::value& value) {
    const json::string* text = value.if_string();
    if (text == nullptr) return std::nullopt;
    if (value_of(std::string_view{*text}, kEvents)) return std::string{*text};
    const std::optional<ExecutionState> state = value_of(std::string_view{*text}, kStates);
    if (!state || *state == ExecutionState::pending) return std::nullopt;
    return std::string{to_text(*state)};
}

std::optional<int> whole_number(std::string_view text) {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

/// Parses "404", "500-599" or "5xx".
std::optional<CodeRange> code_range_of(std::string_view text) {
    if (text.size() == 3 && text.substr(1) == "xx" && text[0] >= '1' && text[0] <= '5')
        return CodeRange{(text[0] - '0') * 100, (text[0] - '0') * 100 + 99};
    const std::size_t dash = text.find('-');
    const std::optional<int> first = whole_number(text.substr(0, dash));
    const std::optional<int> last =
        dash == std::string_view::npos ? first : whole_number(text.substr(dash + 1));
    if (!first || !last) return std::nullopt;
    return CodeRange{*first, *last};
}

std::optional<CodeRange> code_range(const json::value& value) {
    std::optional<CodeRange> range;
    if (const json::string* text = value.if_string()) range = code_range_of(*text);
    if (const std::int64_t* code = value.if_int64(); code != nullptr && *code <= 599)
        range = CodeRange{static_cast<int>(*code), static_cast<int>(*code)};
    if (!range || range->first < 1 || range->last > 599 || range->last < range->first) return std::nullopt;
    return range;
}

/// Reads a list element by element; rejects an invalid element with `expected`.
template <class T>
std::vector<T> read_list(Members& members, std::string_view name, std::string_view expected,
                         std::optional<T> (*read)(const json::value&)) {
    std::vector<T> items;
    const json::array* array = members.array(name);
    if (array == nullptr) return items;
    if (std::ssize(*array) > kListLimit) {
        members.refuse(name,
                       fmt::format("has {} elements, at most {} are allowed", array->size(), kListLimit));
        return items;
    }
    for (std::size_t i = 0; i < array->size(); ++i) {
        const std::optional<T> item = read((*array)[i]);
        if (item)
            items.push_back(*item);
        else
            members.refuse(fmt::format("{}[{}]", name, i), fmt::format("must be {}", expected));
    }
    return items;
}

std::string upper(std::string text) {
    for (char& c : text)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    return text;
}

std::vector<std::string_view> methods() { return {kMethods.begin(), kMethods.end()}; }

std::vector<std::string_view> announced_states() {
    std::vector<std::string_view> names{"executing", "success", "failure", "interrupt", "abandon"};
    for (const auto& event : kEvents) names.push_back(event.text);
    return names;
}

/// Lower-case methods are accepted for Origin::client only: the previous service sent a POST for them.
void read_method(Members& info, const Field& field, const Reading& reading, Context& into) {
    std::string method = info.text(field.name).value_or("");
    if (reading.origin == Origin::client) method = upper(std::move(method));
    into.method = std::ranges::find(kMethods, method) != kMethods.end() ? method : "POST";
}

void read_object(Members& members, const Field& field, const Reading& reading, Context& into) {
    if (std::optional<Members> object = members.object(field.name))
        read_fields(*object, field.members, reading, into);
}

void write_object(JsonWriter& json, const Field& field, const Context& context) {
    json.key(field.name).begin_object();
    write_fields(json, field.members, context);
    json.end_object();
}

/// The types of the members are checked in every mode.
void read_kubernetes_object(Members& info, const Field& field, const Reading&, Context& into) {
    into.kubernetes = info.object_text(field.name);
    if (std::optional<Members> members = info.object(field.name))
        static_cast<void>(read_kubernetes(*members));
}

void read_states(Members& notify, const Field& field, const Reading&, Context& into) {
    into.notify_on = read_list<std::string>(
        notify, field.name,
        "executing, success, failure, interrupt, abandon, missed, late, skipped, recovered or running_long",
        announced_state);
}

void read_codes(Members& retry, const Field& field, const Reading&, Context& into) {
    if (retry.find(field.name) != nullptr)
        into.retry->on = read_list<CodeRange>(retry, field.name,
                                              "a code from 1 to 599, \"500-599\" or \"5xx\"", code_range);
}

/// An absent `initial` or `max` takes the default, adjusted so that it does not contradict the other one.
void read_retry(Members& context, const Field& field, const Reading& reading, Context& into) {
    std::optional<Members> members = context.object(field.name);
    if (!members) return;
    constexpr Millis kAbsent{-1};
    const Retry& defaults = reading.retry;
    Retry& retry = into.retry.emplace(defaults);
    retry.initial = retry.max = kAbsent;
    read_fields(*members, field.members, reading, into);
    if (retry.initial == kAbsent)
        retry.initial = retry.max == kAbsent ? defaults.initial : std::min(defaults.initial, retry.max);
    if (retry.max == kAbsent) retry.max = std::max(defaults.max, retry.initial);
    if (retry.max >= retry.initial) return;
    members->refuse("max", fmt::format("{} is shorter than initial, {}", format_duration(retry.max),
                                       format_duration(retry.initial)));
    retry.max = retry.initial;
}

void check_labels(Members& context) {
    const std::optional<NameValues> labels = context.name_values("labels");
    if (!labels) return;
    if (std::ssize(*labels) > kListLimit)
        context.refuse("labels",
                       fmt::format("has {} members, at most {} are allowed", labels->size(), kListLimit));
    for (const auto& [name, value] : *labels)
        if (name.empty() || characters(name) > 63 || characters(value) > 256)
            context.refuse("labels", fmt::format("\"{}\": names have 1 to 63 characters, values at most 256",
                                                 Members::shortened(name)));
}

void read_labels(Members& context, const Field& field, const Reading&, Context& into) {
    check_labels(context);
    into.labels = context.object_text(field.name);
}

constexpr FieldCodec kObject{
    .read = read_object, .write = write_object, .is_set = [](const Context&) { return true; }};

constexpr std::array kKubernetesFields{
    Field{.name = "addr",
          .doc = "Host of an API proxy, which is called without credentials. Absent: the configured cluster.",
          .example = R"("proxy.example.com")"},
    Field{.name = "port",
          .type = FieldType::integer,
          .min = 0,
          .max = 65'535,
          .default_value = "80",
          .doc = "Port of the API proxy."},
    Field{.name = "namespace",
          .doc = "Namespace of the Job. Default: the manifest's, else the configured one.",
          .example = R"("batch")"},
    Field{.name = "image",
          .doc = "Image, required unless info.body is a manifest.",
          .example = R"("alpine:3.20")"},
    Field{.name = "command",
          .type = FieldType::choices,
          .doc = "Command of the container. Default: the words of exec, else the image's own.",
          .example = R"(["sh","-c","date"])"},
    Field{.name = "env",
          .type = FieldType::text_map,
          .doc = "Environment of the container.",
          .example = R"({"MODE":"full"})",
          .secrecy = Secrecy::secret},
    Field{.name = "resources",
          .type = FieldType::json_object,
          .doc = "Requests and limits of the container.",
          .example = R"({"limits":{"memory":"128Mi"}})"},
    Field{.name = "service_account", .doc = "Service account of the pod.", .example = R"("reports")"},
};

constexpr std::array kInfoFields{
    [] {
        Field f = bind<&Context::method, read_method>(
            {.name = "method",
             .default_value = "POST",
             .doc = "HTTP method. An unknown one is replaced by POST, with a warning.",
             .example = R"("GET")",
             .presence = always});
        f.type = FieldType::choice;
        f.choices = methods;
        return f;
    }(),
    bind<&Context::params>(
        {.name = "params",
         .doc = "Parameters of the query; the values are appended to the arguments of a command.",
         .example = R"({"day":"today"})",
         .presence = always,
         .secrecy = Secrecy::secret}),
    bind<&Context::headers>({.name = "headers",
                             .doc = "Header fields of the request. Names are RFC 9110 tokens without the "
                                    "prefix X-Ecron-; values contain no control characters.",
                             .example = R"({"Content-Type":"application/json"})",
                             .presence = always,
                             .secrecy = Secrecy::secret}),
    bind<&Context::body>({.name = "body",
                          .doc = "Body of the request; with kubernetes: the manifest of the Job.",
                          .example = R"({"key":"value"})",
                          .presence = always,
                          .secrecy = Secrecy::secret}),
    bind<&Context::kubernetes, read_kubernetes_object>({.name = "kubernetes",
                                                        .doc = "Runs a Kubernetes Job; with mode exe only.",
                                                        .example = R"({"image":"alpine:3.20"})",
                                                        .presence = always,
                                                        .members = kKubernetesFields}),
    bind<&Context::environment>({.name = "environment",
                                 .doc = "Environment of a command. Names consist of letters, digits and _, "
                                        "without a leading digit or ECRON_.",
                                 .example = R"({"MODE":"full"})",
                                 .secrecy = Secrecy::secret}),
    bind<&Context::working_directory>({.name = "working_directory",
                                       .default_value = "the configured one",
                                       .doc = "Working directory of a command, an absolute path.",
                                       .example = R"("/srv/reports")"}),
    bind<&Context::shell>({.name = "shell",
                           .default_value = "false",
                           .doc = "True: /bin/sh interprets the command (exec), with the values of params as "
                                  "$1, $2, …. On a node only if command_shell permits it.",
                           .example = "true"}),
};

constexpr std::array kNotifyFields{
    bind<&Context::webhook>({.name = "webhook",
                             .doc = "URL that receives the notifications; empty: none.",
                             .example = R"("https://example.com/hook")",
                             .presence = always}),
    [] {
        Field f = bind<&Context::notify_on, read_states>({.name = "on",
                                                          .max = kListLimit,
                                                          .default_value = "every terminal state",
                                                          .doc = "States and events that are notified.",
                                                          .example = R"(["failure","abandon"])"});
        f.choices = announced_states;
        return f;
    }(),
};

constexpr std::array kDstFields{
    bind<&cron::DstPolicy::gap>(
        {.name = "gap",
         .default_value = "run_after",
         .doc = "An occurrence in the hour that the clock skips runs after the gap, or not at all.",
         .example = R"("skip")",
         .presence = always,
         .planning = Planning::occurrences,
         .plan_key = 'g'}),
    bind<&cron::DstPolicy::overlap>(
        {.name = "overlap",
         .default_value = "first",
         .doc = "An occurrence in the hour that the clock repeats runs once or twice.",
         .example = R"("both")",
         .presence = always,
         .planning = Planning::occurrences,
         .plan_key = 'o'}),
};

constexpr std::array kRetryFields{
    bind<&Retry::max_attempts>({.name = "max_attempts",
                                .min = 1,
                                .max = 1'000,
                                .default_value = "job_failures",
                                .doc = "Number of attempts, including the first one.",
                                .example = "5",
                                .presence = always}),
    bind<&Retry::initial>({.name = "initial",
                           .min = 1,
                           .max = 7 * kDay,
                           .default_value = "retry_initial",
                           .doc = "Limit of the random delay before the second attempt.",
                           .example = R"("10s")",
                           .presence = always}),
    bind<&Retry::multiplier>({.name = "multiplier",
                              .min = 1,
                              .max = 100,
                              .default_value = "retry_multiplier",
                              .doc = "Growth of that limit from attempt to attempt.",
                              .example = "2",
                              .presence = always}),
    bind<&Retry::max>({.name = "max",
                       .min = 1,
                       .max = 7 * kDay,
                       .default_value = "retry_max",
                       .doc = "Upper bound of that limit, at least initial.",
                       .example = R"("5m")",
                       .presence = always}),
    bind<&Retry::after_max>({.name = "after_max",
                             .max = 30 * kDay,
                             .default_value = "max",
                             .doc = "Upper bound of the delay that the target requests with Retry-After.",
                             .example = R"("1h")"}),
    bind<&Retry::on, read_codes>(
        {.name = "on",
         .max = kListLimit,
         .default_value = "every failure",
         .doc = "HTTP status or exit codes that are retried: a code from 1 to 599, \"500-599\" or \"5xx\". "
                "Failures without a code are always retried.",
         .example = R"([429,"5xx"])"}),
};

constexpr std::size_t kTargetFields = 7;
constexpr std::array kContextFields{
    [] {
        Field f = bind<&Context::mode, nullptr>(
            {.name = "mode",
             .doc = "Kind of target: an HTTP request, or a command or Kubernetes Job.",
             .example = R"("https")",
             .presence = always,
             .is_required = true});
        return f;
    }(),
    bind<&Context::exec>({.name = "exec",
                          .doc = "http, https: the URL. exe: the command as words of a POSIX shell; empty "
                                 "for a Kubernetes Job with a command of its own.",
                          .example = R"("https://example.com/report")",
                          .presence = always}),
    Field{.name = "info",
          .type = FieldType::object,
          .doc = "Details of the target.",
          .presence = always,
          .members = kInfoFields,
          .codec = &kObject},
    Field{.name = "notify",
          .type = FieldType::object,
          .doc = "Notifications about executions.",
          .presence = always,
          .members = kNotifyFields,
          .codec = &kObject},
    bind<&Plan::begin_at, nullptr>({.name = "begin_at",
                                    .doc = "Earliest occurrence that runs, inclusive, in whole seconds.",
                                    .example = R"("2026-01-01T00:00:00Z")",
                                    .presence = always,
                                    .planning = Planning::occurrences,
                                    .plan_key = 'b'}),
    bind<&Plan::end_at, nullptr>({.name = "end_at",
                                  .doc = "Latest occurrence that runs, inclusive, in whole seconds.",
                                  .example = R"("2026-12-31T23:59:59Z")",
                                  .presence = always,
                                  .planning = Planning::occurrences,
                                  .plan_key = 'e'}),
    bind<&Context::execute_id>({.name = "execute_id",
                                .max = 36,
                                .doc = "Id of the execution, when a job is run on request.",
                                .presence = always}),

    bind<&Plan::timezone>({.name = "timezone",
                           .max = 64,
                           .default_value = "timezone",
                           .doc = "IANA time zone of the expression.",
                           .example = R"("Europe/Berlin")",
                           .planning = Planning::occurrences}),
    bind<&Plan::dialect>({.name = "dialect",
                          .default_value = "cron",
                          .doc = "Syntax of the expression.",
                          .example = R"("quartz")",
                          .planning = Planning::occurrences,
                          .plan_key = 'd'}),
    bind<&Plan::dst, read_object, write_object>(
        {.name = "dst",
         .doc = "Occurrences at changes between standard and daylight saving time.",
         .planning = Planning::occurrences,
         .members = kDstFields}),
    bind<&Plan::misfire>(
        {.name = "misfire",
         .default_value = "misfire",
         .doc = "Occurrences missed by more than misfire_grace: the newest runs, each runs, or none.",
         .example = R"("skip")",
         .planning = Planning::policy,
         .plan_key = 'm'}),
    bind<&Plan::misfire_grace>({.name = "misfire_grace",
                                .max = 30 * kDay,
                                .default_value = "misfire_grace",
                                .doc = "Delay from which an occurrence counts as missed.",
                                .example = R"("1m")",
                                .planning = Planning::policy,
                                .plan_key = 'f'}),
    bind<&Plan::start_deadline>({.name = "start_deadline",
                                 .min = 1,
                                 .max = 30 * kDay,
                                 .default_value = "start_deadline",
                                 .doc = "Maximum delay of a start; a later execution is refused.",
                                 .example = R"("10m")",
                                 .planning = Planning::policy,
                                 .plan_key = 's'}),
    bind<&Plan::overlap>({.name = "overlap",
                          .default_value = "overlap",
                          .doc = "An execution that is due while another one of the job is active is "
                                 "skipped, runs beside it, waits, or replaces it.",
                          .example = R"("queue")",
                          .planning = Planning::policy,
                          .plan_key = 'v'}),
    bind<&Plan::jitter>({.name = "jitter",
                         .max = kDay,
                         .default_value = "0",
                         .doc = "Maximum random delay of each occurrence.",
                         .example = R"("30s")",
                         .planning = Planning::occurrences,
                         .plan_key = 'j'}),
    bind<&Context::timeout>({.name = "timeout",
                             .min = 1,
                             .max = kDay,
                             .default_value = "http_timeout, command_timeout or kubernetes_timeout",
                             .doc = "Maximum duration of an attempt.",
                             .example = R"("1m30s")"}),
    bind<&Context::retry, read_retry, write_object>(
        {.name = "retry",
         .doc = "Retries of failed attempts, with exponential random delays.",
         .members = kRetryFields}),
    bind<&Context::completion>({.name = "completion",
                                .default_value = "auto",
                                .doc = "What completes an execution after a 2xx response: the response, a "
                                       "callback, or auto: 202 means callback.",
                                .example = R"("callback")"}),
    bind<&Context::callback_timeout>({.name = "callback_timeout",
                                      .min = kSecond,
                                      .max = 30 * kDay,
                                      .default_value = "callback_timeout",
                                      .doc = "Maximum wait for the callback.",
                                      .example = R"("1h")"}),
    bind<&Context::on_node_loss>({.name = "on_node_loss",
                                  .default_value = "retry",
                                  .doc = "An execution whose node is lost is attempted again or ends.",
                                  .example = R"("interrupt")"}),
    bind<&Context::priority>({.name = "priority",
                              .min = -1'000,
                              .max = 1'000,
                              .default_value = "0",
                              .doc = "Higher values start first when attempts wait.",
                              .example = "10"}),
    bind<&Plan::concurrency_key>({.name = "concurrency_key",
                                  .max = 128,
                                  .doc = "Jobs with the same key share max_concurrency.",
                                  .example = R"("database")",
                                  .planning = Planning::policy}),
    bind<&Plan::max_concurrency>(
        {.name = "max_concurrency",
         .min = 1,
         .max = 10'000,
         .default_value = "1",
         .doc = "Maximum concurrent executions of the jobs with the same concurrency_key.",
         .example = "2",
         .planning = Planning::policy,
         .plan_key = 'x'}),
    [] {
        Field f = bind<&Context::labels, read_labels>(
            {.name = "labels",
             .max = kListLimit,
             .doc = "At most 32; names up to 63, values up to 256 characters.",
             .example = R"({"team":"billing"})"});
        f.type = FieldType::text_map;  // kept as received
        return f;
    }(),
    bind<&Context::retention>({.name = "retention",
                               .min = kMinute,
                               .max = 3'650 * kDay,
                               .default_value = "history_days",
                               .doc = "Age at which executions of the job are deleted.",
                               .example = R"("30d")"}),
    bind<&Context::max_lateness>({.name = "max_lateness",
                                  .max = 30 * kDay,
                                  .doc =
                                      "Delay of the first attempt beyond which the event late is notified: "
                                      "from the scheduled time, plus jitter.",
                                  .example = R"("5m")"}),
    bind<&Context::max_duration>({.name = "max_duration",
                                  .min = 1,
                                  .max = 30 * kDay,
                                  .doc = "Duration of an execution, retries included, beyond which the event "
                                         "running_long is notified; the execution continues.",
                                  .example = R"("20m")"}),
    bind<&Plan::repeats>({.name = "repeats",
                          .default_value = "false",
                          .doc = "True: a timed job of the previous service, which runs at every match.",
                          .planning = Planning::occurrences,
                          .plan_key = 'r'}),
};
static_assert(kContextFields[kTargetFields].name == "timezone");

std::vector<std::string_view> job_types() { return choices_of<JobType>(); }

constexpr std::array kJobFields{
    Field{.name = "job_id",
          .doc = "Id of the job, a UUID that the server chooses. As input only to run a stored job.",
          .presence = always},
    Field{.name = "job_name",
          .max = 64,
          .doc = "Name, unique in the tenant.",
          .example = R"("report")",
          .presence = always,
          .is_required = true},
    Field{.name = "job_cron_time",
          .max = 256,
          .doc = "Expression or, for a timed job, an instant. May be empty for a real-time job, which then "
                 "runs only on request.",
          .example = R"("30 2 * * 1-5")",
          .presence = always},
    Field{.name = "job_type",
          .type = FieldType::choice,
          .doc = "scheduled: at every occurrence; timed: once; real-time: immediately or on request. cron is "
                 "a synonym of scheduled.",
          .example = R"("scheduled")",
          .presence = always,
          .choices = job_types,
          .is_required = true},
    Field{.name = "job_context",
          .type = FieldType::object,
          .doc = "Target and policies.",
          .presence = always,
          .members = kContextFields,
          .is_required = true},
    Field{.name = "tenant_id",
          .doc = "Tenant of the job. Ignored as input.",
          .presence = always,
          .is_read_only = true},
    Field{.name = "enabled",
          .type = FieldType::boolean,
          .default_value = "false",
          .doc = "Whether planned executions are started.",
          .example = "true",
          .presence = always},
    Field{.name = "remarks", .max = 256, .doc = "Free text.", .presence = always},
    Field{.name = "created_at",
          .type = FieldType::time,
          .doc = "Time of the creation. Ignored as input.",
          .presence = always,
          .is_read_only = true},
    Field{.name = "updated_at",
          .type = FieldType::time,
          .doc = "Time of the last change. Ignored as input.",
          .presence = always,
          .is_read_only = true},
    Field{.name = "revision",
          .type = FieldType::integer,
          .doc = "Number of the last change, which is also the ETag. Ignored as input.",
          .is_read_only = true},
};

bool has_secret(std::span<const Field> fields, std::string_view name) {
    return std::ranges::any_of(fields, [name](const Field& field) {
        return (field.secrecy == Secrecy::secret && field.name == name) || has_secret(field.members, name);
    });
}

}  // namespace

std::span<const Field> job_fields() { return kJobFields; }
std::span<const Field> target_fields() { return std::span{kContextFields}.first(kTargetFields); }
std::span<const Field> policy_fields() { return std::span{kContextFields}.subspan(kTargetFields); }

bool is_secret_field(std::string_view name) { return has_secret(kJobFields, name); }

bool same_occurrences(const Plan& a, const Plan& b) {
    return std::ranges::all_of(kContextFields, [&](const Field& field) {
        return field.planning != Planning::occurrences || field.codec->same(a, b);
    });
}

}  // namespace ecron::model
