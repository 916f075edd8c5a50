#include "management/openapi/document.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cctype>
#include <set>

#include "ecron/base/json_writer.hpp"
#include "ecron/management/openapi.hpp"

namespace ecron::management {
namespace {

struct ParameterDoc {
    std::string_view name;
    std::string_view place;   // query, header or path
    std::string_view schema;  // JSON
    std::string_view text;
};

constexpr std::string_view kTime = R"({"type":"string","format":"date-time"})";
constexpr std::string_view kCount =
    R"({"type":"integer","format":"int64","minimum":1,"maximum":9223372036854775807})";
constexpr std::string_view kText = R"({"type":"string"})";
constexpr std::string_view kAnyText = R"({"type":"string","pattern":"^[^\\u0000]*$"})";
constexpr std::string_view kSearchText = R"({"type":"string","maxLength":256,"pattern":"^[^\\u0000]*$"})";
// Same as auth::can_be_tenant: no control characters, no leading or trailing white space.
constexpr std::string_view kTenant =
    R"({"type":"string","maxLength":36,"pattern":"^([^\\s\\uFEFF\\u0000-\\u001F\\u007F-\\u009F])"
    R"(([^\\u0000-\\u001F\\u007F-\\u009F]*[^\\s\\uFEFF\\u0000-\\u001F\\u007F-\\u009F])?)?$"})";

constexpr std::string_view kCursor =
    "Cursor: X-Next-After of the list's previous response; takes precedence over page.";
/// Lists of executions are sorted by their begin and then by row; other lists by row.
constexpr ParameterDoc kExecutionCursor{
    "after", "query", R"({"type":"string","pattern":"^([0-9]{1,11}-[1-9][0-9]{0,17})?$"})", kCursor};

constexpr ParameterDoc kJobCursor{
    "after", "query", R"({"type":"string","pattern":"^([1-9][0-9]{0,17}([.][A-Za-z0-9_-]*)?)?$"})", kCursor};
constexpr ParameterDoc kEventId{
    "after", "query", kText, "Like Last-Event-ID, for clients that cannot set it; the header field counts."};
constexpr ParameterDoc kOneJob{"job_id", "query", kText, "Only rows of this job."};
constexpr ParameterDoc kHistoryFrom{
    "from", "query", kTime, "Begin of the history, inclusive, in whole seconds. Default: a day before to."};
constexpr ParameterDoc kHistoryTo{
    "to", "query", kTime,
    "End of the history, exclusive, in whole seconds. Default: now, or 1000 buckets after from."};
constexpr ParameterDoc kHistoryStep{
    "step", "query", kText,
    "Length of a bucket in whole seconds, such as 15m or 1h; at most 1000 buckets. Default: 1h."};
constexpr ParameterDoc kJobName{"name", "query", kAnyText,
                                "Only executions of the job that has this name now."};

constexpr std::array kParameters{
    ParameterDoc{"job_id", "query", R"({"type":"array","items":{"type":"string"}})",
                 "Repeat the parameter for several ids; commas do not separate."},
    ParameterDoc{"page", "query", R"({"type":"integer","format":"int64","minimum":1,"default":1})",
                 "From 1."},
    ParameterDoc{
        "limit", "query", R"({"type":"integer","format":"int64","minimum":0,"maximum":9223372036854775807})",
        "Maximum number of elements; values over 1000 count as 1000. Default: no limit for statuses, "
        "20 for other lists."},
    ParameterDoc{"after", "query", R"({"type":"string","pattern":"^([1-9][0-9]{0,17})?$"})", kCursor},
    ParameterDoc{"timestamp", "query", kTime, "Only jobs created up to this time, as returned by /jobtotal."},
    ParameterDoc{"job_type", "query", R"({"$ref":"#/components/schemas/JobTypeInput"})",
                 "cron is a synonym of scheduled."},
    ParameterDoc{"job_status", "query", R"({"$ref":"#/components/schemas/ExecutionState"})",
                 "pending selects executions that have not started."},
    ParameterDoc{"begin_at", "query", kTime,
                 "Earliest time, inclusive: creation of jobs, start of statuses."},
    ParameterDoc{"end_at", "query", kTime, "Latest time, inclusive."},
    ParameterDoc{"name", "query", kAnyText, "Only the job of this name."},
    ParameterDoc{"name_contains", "query", kSearchText,
                 "Only jobs with this text in the name; the case of ASCII letters does not matter."},
    ParameterDoc{
        "search", "query", kSearchText,
        "Only jobs with this text in the name, the URL or command, the remarks or a label; the case of ASCII "
        "letters does not matter."},
    ParameterDoc{
        "label", "query",
        R"({"type":"array","maxItems":8,"items":{"type":"string","pattern":"^[^\\u0000:]+:[^\\u0000]*$"}})",
        "NAME:VALUE; repeat the parameter for labels that must all be present."},
    ParameterDoc{"enabled", "query", R"({"type":"boolean"})", "Only enabled or only disabled jobs."},
    ParameterDoc{"mode", "query", R"({"$ref":"#/components/schemas/JobModeInput"})",
                 "Only jobs of this mode."},
    ParameterDoc{
        "state", "query", R"({"$ref":"#/components/schemas/ExecutionState"})",
        "Executions: their state. Jobs: success, interrupt and abandon select those whose execution that "
        "ended last has this state, the others those with an unfinished execution in it."},
    ParameterDoc{"sort", "query", R"({"type":"string","enum":["created","-created","name","-name"]})",
                 "- is descending. Default: -created."},
    ParameterDoc{
        "with", "query", R"({"type":"string","pattern":"^((next|runs|words)(,(next|runs|words))*)?$"})",
        "Members to add to each job, separated by commas: next (next_run), runs (last_runs) and words "
        "(schedule_words, in the language of the request). At most 100 jobs are then returned."},
    ParameterDoc{"trigger", "query", R"({"$ref":"#/components/schemas/Trigger"})",
                 "What requested the execution; history: a client or the previous service reported it."},
    ParameterDoc{"next", "query",
                 R"({"type":"integer","format":"int32","minimum":0,"maximum":100,"default":0})",
                 "Number of next runs to return; reads the plans of all jobs."},
    ParameterDoc{"to", "query", kTime, "End of the forecast, exclusive. Default: a day after from."},
    ParameterDoc{"step", "query", kText,
                 "Length of a bucket, such as 15m or 1h; at most 1000 buckets. Default: 1h."},
    ParameterDoc{
        "jobs", "query", R"({"type":"integer","format":"int32","minimum":0,"maximum":100,"default":3})",
        "Number of jobs to name per bucket, those with the most occurrences; times the number of buckets at "
        "most 5000."},
    ParameterDoc{"count", "query", kCount, "Number of runs; values over 1000 count as 1000. Default: 10."},
    ParameterDoc{"from", "query", kTime, "Runs after this instant; default: now."},
    ParameterDoc{"topics", "query", kText,
                 "Separated by commas: executions, jobs, cluster. Default: all that the caller may see."},
    ParameterDoc{"follow", "query", R"({"$ref":"#/components/schemas/Flag"})",
                 "1: continue until the execution has ended."},
    ParameterDoc{"stream", "query", R"({"type":"string","enum":["stdout","stderr"]})",
                 "Only this stream of a command; not with follow."},
    ParameterDoc{"at", "query", R"({"type":"string","format":"date-time"})",
                 "The instant; the whole second that contains it is examined."},
    ParameterDoc{"object", "query", kAnyText, "Only changes to the job or execution with this id."},
    ParameterDoc{
        "tenant", "query", kTenant,
        "Administrators may act for this tenant, or with * see all tenants. Others may name only their own."},
    ParameterDoc{"strict", "query", R"({"$ref":"#/components/schemas/Flag"})",
                 "1: refuse parameters that the route does not have, and repeated ones that have one value, "
                 "instead of naming them in a warning."},
    ParameterDoc{"Accept-Language", "header", kText,
                 "Language of messages: zh-CN, zh-TW or en; by default that of the option lang."},
    ParameterDoc{"If-None-Match", "header", kText,
                 "ETags of revisions, or *. GET: 304 if the job has one of them; PUT: 412."},
    ParameterDoc{
        "Prefer", "header", kText,
        "return=representation: the response contains the changed job as GET shows it, or a list of them "
        "for a request that may name several (RFC 7240)."},
    ParameterDoc{"If-Match", "header", kText, "Change only this revision: an ETag, several, or *."},
    ParameterDoc{"Last-Event-ID", "header", kText,
                 "The id of the last event that was received: the stream continues behind it."},
    ParameterDoc{"Idempotency-Key", "header", kText, "Requests with the same key run the job once."},
};

/// The parameters of all routes that act for a tenant.
constexpr std::array<std::string_view, 3> kTenantParameters{"tenant", "strict", "Accept-Language"};

constexpr std::array kVariables{
    ParameterDoc{"job_id", "path", kText, "Job id; where several are permitted, separated by commas."},
    ParameterDoc{"job_name", "path", kText, "Name of the job, percent-encoded."},
    ParameterDoc{"execute_id", "path", kText, "Execution id."},
    ParameterDoc{"dead_letter_id", "path", kText, "Dead letter id; several are separated by commas."},
};

constexpr std::array kHeaderFields{
    ParameterDoc{"ETag", "header", kText, "Revision of the job; only in responses about one job."},
    ParameterDoc{
        "X-Ecron-Warning", "header", kText,
        "A part of the request that is accepted but probably unintended: a member of the job, or a parameter "
        "that the route does not have, is repeated, or is above its maximum; one field per warning, "
        "percent-encoded."},
    ParameterDoc{"Location", "header", kText, "Path of the new job."},
    ParameterDoc{"Preference-Applied", "header", kText, "The preference that was followed (RFC 7240)."},
    ParameterDoc{"Link", "header", kText, "RFC 8288: the next page, if there is one."},
    ParameterDoc{"X-Next-After", "header", kText, "Cursor of the next page."},
    ParameterDoc{"Cache-Control", "header", kText, "no-store."},
    ParameterDoc{"Retry-After", "header", kText, "Seconds."},
    ParameterDoc{"WWW-Authenticate", "header", kText, "Bearer."},
    ParameterDoc{"X-Request-Id", "header", kText, "Id of the request: the client's, or a new one."},
};

template <std::size_t N>
const ParameterDoc& find_parameter(const std::array<ParameterDoc, N>& table, std::string_view name) {
    const auto found = std::ranges::find(table, name, &ParameterDoc::name);
    assert(found != table.end());
    return *found;
}

const ParameterDoc& parameter_of(const Route& route, std::string_view name) {
    const bool lists_executions = route.response == "Status[]" || route.response == "ExecutionSummary[]";
    if (name == "after" && lists_executions) return kExecutionCursor;
    if (name == "after" && route.response == "Job[]") return kJobCursor;
    if (name == "after" && route.response == "Events") return kEventId;
    if (name == "job_id" && !is_repeatable(route, name)) return kOneJob;
    if (name == "name" && lists_executions) return kJobName;
    if (route.response == "History") {
        if (name == "from") return kHistoryFrom;
        if (name == "to") return kHistoryTo;
        if (name == "step") return kHistoryStep;
    }
    return find_parameter(kParameters, name);
}

struct StatusDoc {
    unsigned status;
    std::string_view name;  // of the component of the response
    std::string_view text;
};

constexpr std::array kStatuses{
    StatusDoc{304, "NotModified", "The job still has the given revision"},
    StatusDoc{400, "BadRequest", "The request is not valid"},
    StatusDoc{401, "Unauthorized", "The caller is not authenticated"},
    StatusDoc{403, "Forbidden",
              "The caller lacks permission: detail names the missing scope or the limit. Or the request was "
              "sent by a web page of another origin, or to a Host that is not this server's"},
    StatusDoc{404, "NotFound", "The object does not exist"},
    StatusDoc{409, "Conflict", "The request conflicts with the current state"},
    StatusDoc{412, "PreconditionFailed", "The job was changed since it was read"},
    StatusDoc{413, "ContentTooLarge", "The body exceeds the limit"},
    StatusDoc{429, "TooManyRequests", "The tenant has sent too many requests"},
    StatusDoc{431, "HeaderTooLarge", "The header exceeds the limit"},
    StatusDoc{500, "Defect", "A defect"},
    StatusDoc{503, "Unavailable", "The store is unavailable, or the jobs are not loaded yet: retry later"},
};

std::string_view status_description(unsigned status) {
    return status == 200 ? "Done" : status == 201 ? "Created" : "Nothing follows";
}

void write_schema(JsonWriter& json, std::string_view name) {
    const bool list = name.ends_with("[]");
    if (list) name.remove_suffix(2);
    json.key("schema").begin_object();
    if (list) json.member("type", "array").key("items").begin_object();
    json.member("$ref", "#/components/schemas/" + std::string{name});
    if (list) json.end_object();
    json.end_object();
}

std::string_view media_type_of(std::string_view schema) {
    if (schema == "Metrics" || schema == "Output") return "text/plain";
    if (schema == "Events") return "text/event-stream";
    return schema == "JobPatch" ? "application/merge-patch+json" : "application/json";
}

void write_content(JsonWriter& json, std::string_view schema) {
    json.key("content").begin_object().key(media_type_of(schema)).begin_object();
    write_schema(json, schema);
    json.end_object();
    if (schema == "Output") {  // with follow
        json.key("text/event-stream").begin_object();
        write_schema(json, schema);
        json.end_object();
    }
    json.end_object();
}

void write_parameter(JsonWriter& json, const ParameterDoc& parameter) {
    json.begin_object().member("name", parameter.name).member("in", parameter.place);
    // The only required query parameter.
    const bool is_required = parameter.place == "path" || parameter.name == "at";
    if (is_required) json.key("required").boolean(true);
    // An empty parameter counts as absent; job_id names a job.
    const bool may_be_empty = parameter.place == "query" && !is_required && parameter.name != "job_id";
    if (may_be_empty) json.key("allowEmptyValue").boolean(true);
    json.member("description", parameter.text).member_raw("schema", parameter.schema).end_object();
}

void write_header(JsonWriter& json, std::string_view name, std::string_view text) {
    json.key(name).begin_object().member("description", text).member_raw("schema", kText).end_object();
}

/// In every response to a caller of a tenant, if there is a limit.
constexpr std::array kQuotaFields{
    ParameterDoc{"RateLimit", "header", kText,
                 "What is left of limit_rate (draft-ietf-httpapi-ratelimit-headers-10)."},
    ParameterDoc{"RateLimit-Policy", "header", kText, "The option limit_rate; absent if there is no limit."}};

void write_quota(JsonWriter& json) {
    for (const ParameterDoc& field : kQuotaFields)
        json.key(field.name)
            .begin_object()
            .member("$ref", "#/components/headers/" + std::string{field.name})
            .end_object();
}

/// The fields of a response in addition to the id of its request.
void write_headers(JsonWriter& json, std::set<std::string_view> names) {
    names.insert("X-Request-Id");
    for (const std::string_view name : names)
        write_header(json, name, find_parameter(kHeaderFields, name).text);
}

/// Writes the component of a response; 304 has no body.
void write_error(JsonWriter& json, const StatusDoc& doc) {
    const unsigned status = doc.status;
    json.key(doc.name).begin_object().member("description", doc.text);
    if (status != 304) write_content(json, "Error");
    std::set<std::string_view> fields;
    if (status == 304) fields.insert("ETag");
    if (status == 503 || status == 429) fields.insert("Retry-After");
    if (status == 401) fields.insert("WWW-Authenticate");
    json.key("headers").begin_object();
    write_headers(json, std::move(fields));
    write_quota(json);
    json.end_object().end_object();
}

void write_success(JsonWriter& json, const Route& route, unsigned status) {
    json.key(std::to_string(status)).begin_object().member("description", status_description(status));
    if (!route.response.empty()) write_content(json, route.response);
    std::set<std::string_view> fields(route.header_fields.begin(), route.header_fields.end());
    if (is_for_tenant(route)) fields.insert("X-Ecron-Warning");
    json.key("headers").begin_object();
    write_headers(json, std::move(fields));
    if (route.access != Access::anonymous) write_quota(json);
    json.end_object().end_object();
}

/// Statuses that every route, or every route of this kind, can answer are not in its row.
std::set<unsigned> error_statuses(const Route& route) {
    std::set<unsigned> statuses(route.error_statuses.begin(), route.error_statuses.end());
    statuses.insert({400, 403, 431, 500});
    if (route.access != Access::anonymous) statuses.insert({401, 429, 503});
    if (!route.request.empty()) statuses.insert(413);
    return statuses;
}

void write_responses(JsonWriter& json, const Route& route) {
    json.key("responses").begin_object();
    write_success(json, route, route.success);
    // The only route that may create its object or find it.
    if (route.name == "putJobByName") write_success(json, route, 200);
    // The only route with a stream that a client may have read to its end.
    if (route.name == "showOutput")
        json.key("204").begin_object().member("description", status_description(204)).end_object();
    for (const unsigned status : error_statuses(route)) {
        const auto doc = std::ranges::find(kStatuses, status, &StatusDoc::status);
        assert(doc != kStatuses.end());
        json.key(std::to_string(status)).begin_object();
        json.member("$ref", "#/components/responses/" + std::string{doc->name}).end_object();
    }
    json.end_object();
}

struct TagDoc {
    std::string_view name, text;
    std::array<std::string_view, 5> paths;  // first segments of the patterns
};

constexpr std::array kTags{
    TagDoc{"Jobs", "Definitions of jobs and their schedules.", {"/job", "/jobtotal", "/preview"}},
    TagDoc{"Executions",
           "What jobs have done, running them, and reports of targets.",
           {"/jobexecution", "/jobstatus", "/:execute_id"}},
    TagDoc{"Overview",
           "Jobs and executions in total.",
           {"/overview", "/forecast", "/history", "/missed", "/events"}},
    TagDoc{"Webhooks", "Notifications that could not be delivered.", {"/deadletter"}},
    TagDoc{"Administration",
           "The caller, pauses, the audit log, the cluster and the configuration.",
           {"/caller", "/scheduling", "/audit", "/cluster", "/configuration"}},
    TagDoc{"Service",
           "Health, metrics, sign-in and this document.",
           {"/health", "/metrics", "/auth", "/openapi.json"}},
};

std::string_view tag_of(const Route& route) {
    const std::string_view segment = route.pattern.substr(0, route.pattern.find('/', 1));
    for (const TagDoc& tag : kTags)
        if (std::ranges::find(tag.paths, segment) != tag.paths.end()) return tag.name;
    return {};
}

/// Returns the first sentence; the last one keeps its full stop.
std::string_view first_sentence(std::string_view text) {
    const std::size_t end = text.find(". ");
    return end == text.npos ? text : text.substr(0, end + 1);
}

void write_operation(JsonWriter& json, const Route& route, const Router::Path& path, bool is_alias) {
    std::string method{text_of(route.method)};
    std::ranges::transform(method, method.begin(), [](unsigned char c) { return std::tolower(c); });
    json.key(method).begin_object();
    json.member("operationId", std::string{route.name} + (is_alias ? "AtRoot" : ""));
    json.key("tags").begin_array().text(tag_of(route)).end_array();
    json.member("summary", first_sentence(route.summary)).member("description", route.summary);
    const bool for_a_tenant = is_for_tenant(route);
    if (route.access == Access::anonymous) json.key("security").begin_array().end_array();
    if (!path.variable.empty() || !route.parameters.empty() || for_a_tenant) {
        json.key("parameters").begin_array();
        if (for_a_tenant) {
            for (const std::string_view name : kTenantParameters)
                json.begin_object()
                    .member("$ref", "#/components/parameters/" + std::string{name})
                    .end_object();
        }
        if (!path.variable.empty()) write_parameter(json, find_parameter(kVariables, path.variable));
        for (const std::string_view name : route.parameters) write_parameter(json, parameter_of(route, name));
        json.end_array();
    }
    if (!route.request.empty()) {
        json.key("requestBody")
            .begin_object()
            .key("required")
            .boolean(route.request != "PauseInput" && route.request != "Result");
        write_content(json, route.request);
        json.end_object();
    }
    write_responses(json, route);
    json.end_object();
}

std::string written(const Router::Path& path) {
    return path.variable.empty() ? path.head : path.head + '{' + path.variable + '}' + path.tail;
}

}  // namespace

std::string openapi_document(const Options& options) {
    return openapi_document(Router{options}, options.version);
}

std::string openapi_document(const Router& router, std::string_view version) {
    std::string out;
    JsonWriter json{out};
    json.begin_object().member("openapi", "3.1.0");
    json.key("info").begin_object().member("title", "ecron").member("version", version);
    json.member(
        "description",
        "A job scheduler. Unknown members and parameters are ignored, and an empty parameter counts as "
        "absent. Clients ignore unknown members of responses, which later versions may add.");
    json.member_raw("license", R"({"name":"Apache License 2.0","identifier":"Apache-2.0"})").end_object();
    json.key("servers").begin_array().begin_object().member("url", "/").end_object().end_array();
    json.key("security").begin_array().begin_object().key("token").begin_array().end_array().end_object();
    json.begin_object().end_object().end_array();  // or no authentication
    json.key("tags").begin_array();
    for (const TagDoc& tag : kTags)
        json.begin_object().member("name", tag.name).member("description", tag.text).end_object();
    json.end_array();
    json.key("paths").begin_object();
    // All methods of a path are in one object, wherever they are in the table.
    std::set<std::string> done;
    for (const Router::Path& path : router.paths()) {
        const std::string text = written(path);
        if (!done.insert(text).second) continue;
        json.key(text).begin_object();
        for (const Router::Path& other : router.paths()) {
            if (written(other) != text) continue;
            const Route& route = routes()[other.route];
            write_operation(json, route, other, route.mount == Mount::both && other.head == route.pattern);
        }
        json.end_object();
    }
    json.end_object();
    json.key("components").begin_object().member_raw("schemas", schemas());
    json.key("parameters").begin_object();
    for (const std::string_view name : kTenantParameters) {
        json.key(name);
        write_parameter(json, find_parameter(kParameters, name));
    }
    json.end_object().key("responses").begin_object();
    for (const StatusDoc& doc : kStatuses) write_error(json, doc);
    json.end_object();
    json.key("headers").begin_object();
    for (const ParameterDoc& field : kQuotaFields) write_header(json, field.name, field.text);
    json.end_object();
    json.member_raw(
            "securitySchemes",
            R"({"token":{"type":"http","scheme":"bearer","description":"Required if auth_mode is set."}})")
        .end_object()
        .end_object();
    return out;
}

}  // namespace ecron::management
