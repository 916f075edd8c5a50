#include <string>

#include "management/openapi.hpp"

/// What bodies hold, as JSON Schema 2020-12. Answers are closed: a member that is not named here is a defect,
/// and the tests hold every answer they get to that. Requests are open: what is unknown is ignored.
namespace ecron::management {
namespace {

constexpr std::string_view kValues = R"json(
"Ok":{"const":"OK"},
"Output":{"type":"string","description":"The bytes as they came; with follow text/event-stream."},
"Metrics":{"type":"string","description":"Prometheus text format 0.0.4."},
"OpenApi":{"type":"object"},
"Time":{"type":"string","description":"RFC 3339 in whole seconds; empty where there is none."},
"Duration":{"type":["string","number"],"description":"1m30s, 250ms, 7d, or a number of seconds."},
"TextMap":{"type":"object","additionalProperties":{"type":["string","null"]}},
"JobType":{"enum":["scheduled","timed","real-time","unknown"]},
"JobStatus":{"enum":["success","executing","failure","interrupt","abandon","pending","unknown"]},
"Error":{"type":"object","additionalProperties":false,"required":["cause","code","message","detail"],"properties":{
  "cause":{"type":"string","description":"What programs match."},
  "code":{"type":"integer","description":"Its first three digits are the HTTP status."},
  "message":{"type":"string","description":"A sentence in the language that the option lang names."},
  "detail":{"oneOf":[{"type":"null"},{"$ref":"#/components/schemas/ErrorDetail"}]}}},
"ErrorDetail":{"type":"object","additionalProperties":false,"properties":{
  "parameters":{"type":"array","items":{"type":"string"},"description":"Members that are wrong."},
  "conflicts":{"type":"array","items":{"type":"string"},"description":"Members that another object has, or none has."},
  "reasons":{"type":"array","items":{"type":"object","additionalProperties":false,"required":["field","reason"],
    "properties":{"field":{"type":"string"},"reason":{"type":"string"}}}},
  "position":{"type":"integer","description":"Of a preview: the character of the expression, from 0, at which reading it failed."}}},
)json";

constexpr std::string_view kJobs = R"json(
"Job":{"type":"object","additionalProperties":false,
  "required":["job_id","job_name","job_cron_time","job_type","job_context","tenant_id","enabled","remarks",
    "created_at","updated_at"],
  "properties":{"job_id":{"type":"string"},"job_name":{"type":"string"},"job_cron_time":{"type":"string"},
    "job_type":{"$ref":"#/components/schemas/JobType"},"job_context":{"$ref":"#/components/schemas/JobContext"},
    "tenant_id":{"type":"string"},"enabled":{"type":"boolean"},"remarks":{"type":"string"},
    "created_at":{"$ref":"#/components/schemas/Time"},"updated_at":{"$ref":"#/components/schemas/Time"},
    "revision":{"type":"integer","description":"The ETag, as a number."}}},
"JobContext":{"type":"object","additionalProperties":false,
  "required":["mode","exec","info","notify","begin_at","end_at","execute_id"],
  "properties":{"mode":{"enum":["http","https","exe","unknown"]},"exec":{"type":"string","description":"http, https: a URL that libcurl accepts."},
    "info":{"type":"object","additionalProperties":false,"required":["method","params","headers","body","kubernetes"],
      "properties":{"method":{"enum":["GET","HEAD","POST","PUT","PATCH","DELETE"]},
        "params":{"oneOf":[{"type":"null"},{"$ref":"#/components/schemas/TextMap"}]},
        "headers":{"oneOf":[{"type":"null"},{"$ref":"#/components/schemas/TextMap"}]},
        "body":{"type":["object","null"]},"kubernetes":{"type":["object","null"]},
        "environment":{"$ref":"#/components/schemas/TextMap"},"working_directory":{"type":"string"}}},
    "notify":{"$ref":"#/components/schemas/JobNotify"},
    "begin_at":{"$ref":"#/components/schemas/Time"},"end_at":{"$ref":"#/components/schemas/Time"},
    "execute_id":{"type":"string"},
    "timezone":{"type":"string"},"dialect":{"enum":["cron","quartz"]},
    "dst":{"type":"object","additionalProperties":false,
      "properties":{"gap":{"enum":["run_after","skip"]},"overlap":{"enum":["first","both"]}}},
    "misfire":{"enum":["once","all","skip"]},"misfire_grace":{"$ref":"#/components/schemas/Duration"},
    "start_deadline":{"$ref":"#/components/schemas/Duration"},"overlap":{"enum":["skip","allow","queue","replace"]},
    "jitter":{"$ref":"#/components/schemas/Duration"},"timeout":{"$ref":"#/components/schemas/Duration"},
    "retry":{"$ref":"#/components/schemas/Retry"},"completion":{"enum":["response","callback","auto"]},
    "callback_timeout":{"$ref":"#/components/schemas/Duration"},"on_node_loss":{"enum":["retry","interrupt"]},
    "priority":{"type":"integer"},"concurrency_key":{"type":"string"},"max_concurrency":{"type":"integer"},
    "labels":{"$ref":"#/components/schemas/TextMap"},"retention":{"$ref":"#/components/schemas/Duration"},
    "repeats":{"type":"boolean"}}},
"JobNotify":{"type":"object","additionalProperties":false,"required":["webhook"],
  "properties":{"webhook":{"type":"string"},
    "on":{"type":"array","items":{"enum":["executing","success","failure","interrupt","abandon"]}}}},
"Retry":{"type":"object","additionalProperties":false,"properties":{"max_attempts":{"type":"integer"},
  "initial":{"$ref":"#/components/schemas/Duration"},"multiplier":{"type":"number"},
  "max":{"$ref":"#/components/schemas/Duration"},"after_max":{"$ref":"#/components/schemas/Duration"},
  "on":{"type":"array","items":{"type":["integer","string"]},"description":"404, \"500-599\", \"5xx\"."}}},
"JobInput":{"type":"object","description":"A job. Any member may be null; to be run now, a job_id is enough.",
  "properties":{"job_name":{"type":["string","null"],"maxLength":64},
    "job_cron_time":{"type":["string","null"],"maxLength":256},
    "job_type":{"enum":["scheduled","timed","real-time","cron",null]},
    "job_context":{"type":["object","null"],"description":"As in answers; what is left out has its default."},
    "enabled":{"type":["boolean","null"],"description":"Missing is false."},
    "remarks":{"type":["string","null"],"maxLength":256},
    "job_id":{"type":["string","null"],"description":"Only to be run now."}}},
"Enable":{"type":"object","properties":{"enable":{"type":["boolean","null"],"description":"Missing is false."}}},
"Notify":{"type":"object","properties":{"webhook":{"type":["string","null"],"description":"Empty clears."}}},
"Created":{"type":"object","additionalProperties":false,"required":["job_id","warnings"],
  "properties":{"job_id":{"type":"string"},"description":{"$ref":"#/components/schemas/Description"},
    "timezone":{"type":"string"},"next":{"$ref":"#/components/schemas/Instants"},
    "warnings":{"type":"array","items":{"type":"string"}}}},
"Description":{"type":"object","additionalProperties":false,"required":["en","zh"],
  "description":"How the expression was read, in words.",
  "properties":{"en":{"type":"string"},"zh":{"type":"string"}}},
"Instants":{"type":"array","items":{"type":"string","format":"date-time"}},
"Total":{"type":"object","additionalProperties":false,"required":["total","timestamp"],
  "properties":{"total":{"type":"integer"},"timestamp":{"type":"string","format":"date-time"}}},
"Failed":{"type":"object","additionalProperties":false,"required":["failed_job_id"],
  "properties":{"failed_job_id":{"type":"array","items":{"type":"string"}}}},
"NextRuns":{"type":"object","additionalProperties":false,"required":["job_id","enabled","next"],
  "properties":{"job_id":{"type":"string"},"enabled":{"type":"boolean"},
    "description":{"$ref":"#/components/schemas/Description"},"timezone":{"type":"string"},
    "next":{"$ref":"#/components/schemas/Instants"},
    "not_planned":{"type":"string","description":"Why a stored job has no runs, where its row says what ecron does not know."}}},
"PreviewInput":{"type":"object","required":["job_cron_time"],
  "properties":{"job_cron_time":{"type":"string"},"job_type":{"enum":["scheduled","timed","real-time","cron",null]},
    "job_id":{"type":["string","null"],"description":"What H spreads by."},
    "job_context":{"type":["object","null"],"description":"timezone, dialect, dst, begin_at, end_at as in a job."},
    "count":{"type":["integer","null"],"minimum":1,"maximum":1000,"default":5},
    "from":{"type":["string","null"],"format":"date-time"}}},
"Preview":{"type":"object","additionalProperties":false,
  "required":["fields","description","timezone","next","warnings"],
  "properties":{"fields":{"enum":["minute hour day month weekday","second minute hour day month weekday",
      "second minute hour day month weekday year","descriptor","interval","instant"]},
    "description":{"$ref":"#/components/schemas/Description"},"timezone":{"type":"string"},
    "next":{"$ref":"#/components/schemas/Instants"},"warnings":{"type":"array","items":{"type":"string"}}}},
"Scheduling":{"type":"object","additionalProperties":false,"required":["paused","all","tenant"],
  "properties":{"paused":{"type":"boolean","description":"Whether the caller's planned runs are held back."},
    "all":{"type":"boolean"},"tenant":{"type":"boolean"}}},
"Cluster":{"type":"object","additionalProperties":false,"required":["self","nodes","shards"],"properties":{
  "self":{"type":"object","additionalProperties":false,"required":["node","leading"],"properties":{
    "node":{"type":"string"},"leading":{"type":"array","items":{"type":"integer"}}}},
  "nodes":{"type":"array","items":{"type":"object","additionalProperties":false,
    "required":["node","lease_until","alive","clock_ahead_seconds"],"properties":{"node":{"type":"string"},
    "lease_until":{"type":"string","format":"date-time"},"alive":{"type":"boolean"},
    "clock_ahead_seconds":{"type":"number","description":"Its clock minus the database's."},
    "trouble":{"type":"string","description":"What is wrong with its clock."}}}},
  "shards":{"type":"array","items":{"type":"object","additionalProperties":false,
    "required":["shard","node","epoch","watermark","lag_seconds"],"properties":{"shard":{"type":"integer"},
    "node":{"type":"string","description":"Who leads it, or led it last; empty: nobody has."},
    "epoch":{"type":"integer"},
    "watermark":{"type":"string","description":"Everything due up to then is decided; empty: nothing is."},
    "lag_seconds":{"type":"number"}}}},
  "message_queue":{"type":"object","additionalProperties":false,"required":["kind","connected","links"],
    "description":"Where there is one.","properties":{"kind":{"type":"string"},
    "connected":{"type":"boolean","description":"Messages can be published."},
    "links":{"type":"array","items":{"type":"object","additionalProperties":false,
      "required":["address","option","connected","since"],"properties":{"address":{"type":"string"},
      "option":{"type":"string","description":"That names the address; empty: it was discovered."},
      "connected":{"type":"boolean"},"since":{"type":"string","format":"date-time"},
      "trouble":{"type":"string"}}}}}}}},
"Explanation":{"type":"object","additionalProperties":false,"required":["job_id","at","verdict","explanation"],
  "properties":{"job_id":{"type":"string"},"at":{"$ref":"#/components/schemas/Time"},
    "verdict":{"enum":["ran","running","waiting","refused","missed","not_created","deleted","disabled","not_planned","on_request",
      "not_named","outside_window","paused","to_come","not_planned_yet","changed","forgotten"]},
    "explanation":{"type":"string","description":"One sentence, for people."},
    "execution":{"$ref":"#/components/schemas/Status"},
    "missed":{"type":"object","additionalProperties":false,"required":["from","to","count","reason"],"properties":{
      "from":{"$ref":"#/components/schemas/Time"},"to":{"$ref":"#/components/schemas/Time"},
      "count":{"type":"integer"},"reason":{"type":"string"}}},
    "change":{"type":"object","additionalProperties":false,"required":["number","kind","at"],
      "description":"The one that decided it.","properties":{
      "number":{"type":"integer"},"kind":{"type":"string"},"at":{"type":"string","format":"date-time"}}},
    "schedule":{"type":"object","additionalProperties":false,
      "required":["job_cron_time","job_type","timezone","enabled"],"description":"As it was at that instant.",
      "properties":{"job_cron_time":{"type":"string"},"job_type":{"$ref":"#/components/schemas/JobType"},
      "timezone":{"type":"string"},"enabled":{"type":"boolean"}}},
    "previous":{"$ref":"#/components/schemas/Time"},"next":{"$ref":"#/components/schemas/Time"}}},
"Whose":{"type":"object","properties":{"all":{"type":["boolean","null"],"description":"Everybody's, not the caller's."}}},
)json";

constexpr std::string_view kStatusRequired =
    R"json("execute_id","job_id","job_type","job_name","job_status","begin_at","end_at","executor","execute_times","ext_info")json";

constexpr std::string_view kStatusMembers = R"json(
    "execute_id":{"type":"string"},"job_id":{"type":"string"},"job_type":{"$ref":"#/components/schemas/JobType"},
    "job_name":{"type":"string"},"job_status":{"$ref":"#/components/schemas/JobStatus"},
    "begin_at":{"$ref":"#/components/schemas/Time"},"end_at":{"$ref":"#/components/schemas/Time"},
    "executor":{"type":"array","items":{"type":"object",
      "required":["executor_id","executed_at"],
      "properties":{"executor_id":{"type":"string"},"executed_at":{"$ref":"#/components/schemas/Time"}}}},
    "execute_times":{"type":"integer"},"ext_info":{"$ref":"#/components/schemas/ExtInfo"},
    "scheduled_at":{"type":"string","description":"The expression's instant, with milliseconds."},
    "attempt":{"type":"integer","description":"The attempt under way or last ended."})json";

constexpr std::string_view kExecutions = R"json(
"ExtInfo":{"type":"object","description":"Members that PUT /jobstatus brought are kept.",
  "properties":{"tenant_id":{"type":"string"},"is_deleted":{"enum":[0,1]},
    "result":{"type":["object","null"],"description":"What the target reported."},
    "reason":{"type":"string","description":"Why it ended or did not run."},
    "missed":{"type":"object","description":"Runs that did not happen and that this one stands for.",
      "additionalProperties":false,"properties":{"from":{"type":["string","integer"]},"to":{"type":["string","integer"]},
      "count":{"type":"integer"}}}}},
"Attempt":{"type":"object","additionalProperties":false,
  "required":["attempt","executor_id","begin_at","end_at","job_status","code","reason","detail","output"],
  "properties":{"attempt":{"type":"integer"},"executor_id":{"type":"string"},"begin_at":{"type":"string"},
    "end_at":{"type":"string","description":"Empty while it is under way."},
    "job_status":{"enum":["success","failure","interrupt","executing"]},
    "code":{"type":"integer","description":"HTTP status or exit code; 0: none. An answer that ended early keeps its status."},"reason":{"type":"string"},
    "detail":{"type":"object","description":"Timing phases, address, headers of interest, sizes, redirects."},
    "output":{"type":"string","description":"The first bytes of the target's answer."}}},
"DeadLetter":{"type":"object","additionalProperties":false,
  "required":["dead_letter_id","message_id","execute_id","webhook","tries","code","reason","created_at","died_at"],
  "properties":{"dead_letter_id":{"type":"string"},"message_id":{"type":"string","description":"As in its header webhook-id."},
    "execute_id":{"type":"string"},"webhook":{"type":"string"},"tries":{"type":"integer"},
    "code":{"type":"integer","description":"HTTP status of the last answer; 0: none."},
    "reason":{"type":"string"},"created_at":{"$ref":"#/components/schemas/Time"},
    "died_at":{"$ref":"#/components/schemas/Time"}}},
"Audit":{"type":"object","additionalProperties":false,
  "required":["audit_id","at","tenant_id","client_id","subject","address","action","object","difference"],
  "properties":{"audit_id":{"type":"string"},"at":{"type":"string","format":"date-time"},
    "tenant_id":{"type":"string","description":"Whose job it is."},
    "client_id":{"type":"string","description":"Who did it."},"subject":{"type":"string"},
    "address":{"type":"string"},"action":{"type":"string","description":"The operationId."},
    "object":{"type":"string","description":"Id of the job, the execution, the dead letter."},
    "difference":{"type":["object","null"],"description":"Member to from and to; of long values their size."}}},
"StatusInput":{"type":"object","required":["execute_id","job_type","job_status"],
  "properties":{"execute_id":{"type":"string"},"job_id":{"type":["string","null"]},"job_type":{"type":"string"},
    "job_name":{"type":["string","null"]},"job_status":{"type":"string"},"begin_at":{"type":["string","null"]},
    "end_at":{"type":["string","null"]},"executor":{"type":["array","null"]},
    "execute_times":{"type":["integer","null"]},"ext_info":{"type":["object","null"]}}},
"Result":{"description":"An object or null is kept; anything else changes nothing."})json";

std::string object_schema(std::string_view name, std::string_view required, std::string_view members) {
    std::string out{",\""};
    out.append(name)
        .append(R"(":{"type":"object","additionalProperties":false,"required":[)")
        .append(required);
    return out.append(R"(],"properties":{)").append(members).append("}}");
}

}  // namespace

std::string schemas() {
    std::string out{"{"};
    out.append(kValues).append(kJobs).append(kExecutions);
    out += object_schema("Status", kStatusRequired, kStatusMembers);
    out +=
        object_schema("Execution", std::string{kStatusRequired} + R"(,"attempts")",
                      std::string{kStatusMembers} +
                          R"(,"attempts":{"type":"array","items":{"$ref":"#/components/schemas/Attempt"}})");
    return out += '}';
}

}  // namespace ecron::management
