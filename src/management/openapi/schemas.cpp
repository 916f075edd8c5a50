#include <string>

#include "management/openapi/document.hpp"

/// Schemas of bodies, as JSON Schema 2020-12. Response schemas are closed: a member that is not listed here
/// is a defect, and the tests validate every response. Request schemas are open: unknown members are ignored.
namespace ecron::management {
namespace {

constexpr std::string_view kValues = R"json(
"Ok":{"const":"OK"},
"Output":{"type":"string","description":"The unmodified bytes; with follow text/event-stream."},
"Metrics":{"type":"string","description":"Prometheus text format 0.0.4."},
"OpenApi":{"type":"object"},
"Time":{"type":"string","description":"RFC 3339 in whole seconds; empty if unset."},
"JobType":{"enum":["scheduled","timed","real-time","unknown"]},
"JobStatus":{"enum":["success","executing","failure","interrupt","abandon","pending","unknown"]},
"Error":{"type":"object","additionalProperties":false,"required":["cause","code","message","detail"],"properties":{
  "cause":{"type":"string","description":"Identifies the error for programs."},
  "code":{"type":"integer","description":"Its first three digits are the HTTP status."},
  "message":{"type":"string","description":"A sentence in the language of Accept-Language, or of the option lang."},
  "detail":{"oneOf":[{"type":"null"},{"$ref":"#/components/schemas/ErrorDetail"}]}}},
"ErrorDetail":{"type":"object","additionalProperties":false,"properties":{
  "parameters":{"type":"array","items":{"type":"string"},"description":"Invalid members."},
  "conflicts":{"type":"array","items":{"type":"string"},"description":"Members whose values are already used, or refer to a missing object."},
  "reasons":{"type":"array","items":{"type":"object","additionalProperties":false,"required":["field","reason"],
    "properties":{"field":{"type":"string"},"reason":{"type":"string"}}}},
  "position":{"type":"integer","description":"Previews only: the character of the expression, from 0, at which reading it failed."}}},
)json";

constexpr std::string_view kJobs = R"json(
"Enable":{"type":"object","properties":{"enable":{"type":["boolean","null"],"description":"Default: false."}}},
"Notify":{"type":"object","properties":{"webhook":{"type":["string","null"],"description":"An empty text removes the webhook."}}},
"Created":{"type":"object","additionalProperties":false,"required":["job_id","warnings"],
  "properties":{"job_id":{"type":"string"},"description":{"$ref":"#/components/schemas/Description"},
    "timezone":{"type":"string"},"next":{"$ref":"#/components/schemas/Instants"},
    "warnings":{"type":"array","items":{"type":"string"}}}},
"CreatedJob":{"description":"The job itself if the request prefers it, otherwise how its schedule was read.",
  "oneOf":[{"$ref":"#/components/schemas/Created"},{"$ref":"#/components/schemas/Job"}]},
"NotifiedJobs":{"description":"The jobs themselves if the request prefers them.",
  "oneOf":[{"$ref":"#/components/schemas/Failed"},{"type":"array","items":{"$ref":"#/components/schemas/Job"}}]},
"Description":{"type":"object","additionalProperties":false,"required":["en","zh"],
  "description":"The schedule in words.",
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
    "not_planned":{"type":"string","description":"Why a stored job has no runs, if its row contains values unknown to ecron."}}},
"PreviewInput":{"type":"object","required":["job_cron_time"],
  "properties":{"job_cron_time":{"type":"string"},"job_type":{"enum":["scheduled","timed","real-time","cron",null]},
    "job_id":{"type":["string","null"],"description":"Input of the hash for H."},
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
  "properties":{"paused":{"type":"boolean","description":"True if the caller's planned runs are paused."},
    "all":{"type":"boolean"},"tenant":{"type":"boolean"}}},
"Cluster":{"type":"object","additionalProperties":false,"required":["self","nodes","shards"],"properties":{
  "self":{"type":"object","additionalProperties":false,"required":["node","leading"],"properties":{
    "node":{"type":"string"},"leading":{"type":"array","items":{"type":"integer"}}}},
  "nodes":{"type":"array","items":{"type":"object","additionalProperties":false,
    "required":["node","lease_until","alive","clock_ahead_seconds"],"properties":{"node":{"type":"string"},
    "lease_until":{"type":"string","format":"date-time"},"alive":{"type":"boolean"},
    "clock_ahead_seconds":{"type":"number","description":"Clock of the node minus clock of the database."},
    "trouble":{"type":"string","description":"Problem of the node's clock."}}}},
  "shards":{"type":"array","items":{"type":"object","additionalProperties":false,
    "required":["shard","node","epoch","watermark","lag_seconds"],"properties":{"shard":{"type":"integer"},
    "node":{"type":"string","description":"The current or last leader; empty: none so far."},
    "epoch":{"type":"integer"},
    "watermark":{"type":"string","description":"All runs due up to this time have been decided; empty: none."},
    "lag_seconds":{"type":"number"},
    "trouble":{"type":"string","description":"The watermark is ahead of the database's clock."}}}},
  "message_queue":{"type":"object","additionalProperties":false,"required":["kind","connected","links"],
    "description":"Present if a message queue is configured.","properties":{"kind":{"type":"string"},
    "connected":{"type":"boolean","description":"Messages can be published."},
    "links":{"type":"array","items":{"type":"object","additionalProperties":false,
      "required":["address","option","connected","since"],"properties":{"address":{"type":"string"},
      "option":{"type":"string","description":"The option that sets the address; empty: the address was discovered."},
      "connected":{"type":"boolean"},"since":{"type":"string","format":"date-time"},
      "trouble":{"type":"string"}}}}}}}},
"Explanation":{"type":"object","additionalProperties":false,"required":["job_id","at","verdict","explanation"],
  "properties":{"job_id":{"type":"string"},"at":{"$ref":"#/components/schemas/Time"},
    "verdict":{"enum":["ran","running","waiting","refused","missed","not_created","deleted","disabled","not_planned","on_request",
      "not_named","outside_window","paused","to_come","not_planned_yet","changed","forgotten"]},
    "explanation":{"type":"string","description":"One sentence for display."},
    "execution":{"$ref":"#/components/schemas/Status"},
    "missed":{"type":"object","additionalProperties":false,"required":["from","to","count","reason"],"properties":{
      "from":{"$ref":"#/components/schemas/Time"},"to":{"$ref":"#/components/schemas/Time"},
      "count":{"type":"integer"},"reason":{"type":"string"}}},
    "change":{"type":"object","additionalProperties":false,"required":["number","kind","at"],
      "description":"The change that caused the verdict.","properties":{
      "number":{"type":"integer"},"kind":{"type":"string"},"at":{"type":"string","format":"date-time"}}},
    "schedule":{"type":"object","additionalProperties":false,
      "required":["job_cron_time","job_type","timezone","enabled"],"description":"The schedule at that instant.",
      "properties":{"job_cron_time":{"type":"string"},"job_type":{"$ref":"#/components/schemas/JobType"},
      "timezone":{"type":"string"},"enabled":{"type":"boolean"}}},
    "previous":{"$ref":"#/components/schemas/Time"},"next":{"$ref":"#/components/schemas/Time"}}},
"Whose":{"type":"object","properties":{"all":{"type":["boolean","null"],"description":"True: all tenants instead of the caller's."}}},
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
    "scheduled_at":{"type":"string","description":"Occurrence of the schedule, with milliseconds."},
    "attempt":{"type":"integer","description":"The current or last attempt."})json";

constexpr std::string_view kExecutions = R"json(
"ExtInfo":{"type":"object","description":"Members from PUT /jobstatus are kept.",
  "properties":{"tenant_id":{"type":"string"},"is_deleted":{"enum":[0,1]},
    "result":{"type":["object","null"],"description":"The target's report."},
    "reason":{"type":"string","description":"Why the execution ended or did not run."},
    "missed":{"type":"object","description":"Missed runs that this execution represents.",
      "additionalProperties":false,"properties":{"from":{"type":["string","integer"]},"to":{"type":["string","integer"]},
      "count":{"type":"integer"}}}}},
"Attempt":{"type":"object","additionalProperties":false,
  "required":["attempt","executor_id","begin_at","end_at","job_status","code","reason","detail","output"],
  "properties":{"attempt":{"type":"integer"},"executor_id":{"type":"string"},"begin_at":{"type":"string"},
    "end_at":{"type":"string","description":"Empty until the attempt ends."},
    "job_status":{"enum":["success","failure","interrupt","executing"]},
    "code":{"type":"integer","description":"HTTP status or exit code; 0: none. An incomplete response keeps its status."},"reason":{"type":"string"},
    "detail":{"type":"object","description":"Timing phases, address, headers of interest, sizes, redirects."},
    "output":{"type":"string","description":"The first bytes of the target's response."}}},
"ExecutionSummary":{"type":"object","additionalProperties":false,
  "required":["execute_id","job_id","job_name","job_type","job_status","trigger","scheduled_at","begin_at","end_at",
    "duration_ms","lateness_ms","execute_times","executor_id","reason","tenant_id"],
  "properties":{"execute_id":{"type":"string"},"job_id":{"type":"string"},"job_name":{"type":"string"},
    "job_type":{"$ref":"#/components/schemas/JobType"},"job_status":{"$ref":"#/components/schemas/JobStatus"},
    "trigger":{"enum":["schedule","manual","message","history"],"description":"What requested the execution."},
    "scheduled_at":{"type":"string","description":"Occurrence of the schedule, with milliseconds; empty if there is none."},
    "begin_at":{"type":"string","description":"Begin of the first attempt, with milliseconds; empty if it has not begun."},
    "end_at":{"type":"string","description":"With milliseconds; empty if it has not ended."},
    "duration_ms":{"type":["integer","null"],"description":"From begin to end."},
    "lateness_ms":{"type":["integer","null"],"description":"From the due time, or after a retry from the scheduled time, to the begin; null until an attempt is recorded."},
    "execute_times":{"type":"integer","description":"Number of attempts."},
    "executor_id":{"type":"string","description":"Node of the last attempt."},
    "reason":{"type":"string","description":"Why the execution ended or did not run."},
    "tenant_id":{"type":"string"}}},
"Missed":{"type":"object","additionalProperties":false,
  "required":["missed_id","job_id","job_name","tenant_id","from","to","count","reason","recorded_at"],
  "properties":{"missed_id":{"type":"string"},"job_id":{"type":"string"},"job_name":{"type":"string"},
    "tenant_id":{"type":"string"},
    "from":{"type":"string","format":"date-time","description":"First missed occurrence."},
    "to":{"type":"string","format":"date-time","description":"Last missed occurrence."},
    "count":{"type":"integer","description":"Number of missed occurrences."},
    "reason":{"type":"string"},"recorded_at":{"type":"string","format":"date-time"}}},
"Overview":{"type":"object","additionalProperties":false,
  "required":["at","jobs","last","executions","failing","lag_seconds","paused"],"properties":{
  "at":{"type":"string","format":"date-time"},
  "jobs":{"type":"object","additionalProperties":false,"required":["enabled","disabled"],
    "properties":{"enabled":{"type":"integer"},"disabled":{"type":"integer"}}},
  "last":{"type":"object","additionalProperties":false,"required":["success","interrupt","abandon"],
    "description":"Jobs by the state of the execution that ended last.",
    "properties":{"success":{"type":"integer"},"interrupt":{"type":"integer"},"abandon":{"type":"integer"}}},
  "executions":{"type":"object","additionalProperties":false,"required":["executing","pending","failure"],
    "description":"Unfinished executions; failure: waiting for the next attempt.",
    "properties":{"executing":{"type":"integer"},"pending":{"type":"integer"},"failure":{"type":"integer"}}},
  "failing":{"type":"array","description":"Enabled jobs whose execution that ended last was abandoned; at most 20.",
    "items":{"type":"object","additionalProperties":false,"required":["job_id","job_name"],
      "properties":{"job_id":{"type":"string"},"job_name":{"type":"string"}}}},
  "lag_seconds":{"type":"number","description":"Planning delay of the shard that is furthest behind."},
  "paused":{"type":"boolean","description":"True if the caller's planned runs are paused."},
  "next":{"type":"array","description":"The next runs within a day, one per job; present if requested.",
    "items":{"type":"object","additionalProperties":false,"required":["at","job_id"],
      "properties":{"at":{"type":"string","format":"date-time"},"job_id":{"type":"string"}}}},
  "next_complete":{"type":"boolean","description":"False if not all jobs could be examined."}}},
"Forecast":{"type":"object","additionalProperties":false,"required":["from","to","step","complete","total","buckets"],
  "properties":{"from":{"type":"string","format":"date-time"},"to":{"type":"string","format":"date-time"},
    "step":{"type":"string","description":"Length of a bucket."},
    "complete":{"type":"boolean","description":"False if the schedules have more occurrences than are examined: the counts are too low."},
    "total":{"type":"integer"},
    "buckets":{"type":"array","items":{"type":"object","additionalProperties":false,"required":["at","count","jobs"],
      "properties":{"at":{"type":"string","format":"date-time","description":"Begin of the bucket."},
        "count":{"type":"integer"},
        "jobs":{"type":"array","description":"Those with the most occurrences.","items":{"type":"object",
          "additionalProperties":false,"required":["job_id","count"],
          "properties":{"job_id":{"type":"string"},"count":{"type":"integer"}}}}}}}}},
"DeadLetter":{"type":"object","additionalProperties":false,
  "required":["dead_letter_id","message_id","execute_id","webhook","tries","code","reason","created_at","died_at"],
  "properties":{"dead_letter_id":{"type":"string"},"message_id":{"type":"string","description":"As in the header webhook-id."},
    "execute_id":{"type":"string"},"webhook":{"type":"string"},"tries":{"type":"integer"},
    "code":{"type":"integer","description":"HTTP status of the last response; 0: none."},
    "reason":{"type":"string"},"created_at":{"$ref":"#/components/schemas/Time"},
    "died_at":{"$ref":"#/components/schemas/Time"}}},
"Audit":{"type":"object","additionalProperties":false,
  "required":["audit_id","at","tenant_id","client_id","subject","address","action","object","difference"],
  "properties":{"audit_id":{"type":"string"},"at":{"type":"string","format":"date-time"},
    "tenant_id":{"type":"string","description":"Owner of the object."},
    "client_id":{"type":"string","description":"Tenant of the caller."},"subject":{"type":"string"},
    "address":{"type":"string"},"action":{"type":"string","description":"The operationId."},
    "object":{"type":"string","description":"Id of the job, execution or dead letter."},
    "difference":{"type":["object","null"],"description":"Changed members with their values from and to; of long values only the size."}}},
"StatusInput":{"type":"object","required":["execute_id","job_type","job_status"],
  "properties":{"execute_id":{"type":"string"},"job_id":{"type":["string","null"]},"job_type":{"type":"string"},
    "job_name":{"type":["string","null"]},"job_status":{"type":"string"},"begin_at":{"type":["string","null"]},
    "end_at":{"type":["string","null"]},"executor":{"type":["array","null"]},
    "execute_times":{"type":["integer","null"]},"ext_info":{"type":["object","null"]}}},
"Result":{"description":"An object or null is stored; other values change nothing."})json";

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
    out.append(kValues).append(job_schemas()).append(kJobs).append(kExecutions);
    out += object_schema("Status", kStatusRequired, kStatusMembers);
    out +=
        object_schema("Execution", std::string{kStatusRequired} + R"(,"attempts")",
                      std::string{kStatusMembers} +
                          R"(,"attempts":{"type":"array","items":{"$ref":"#/components/schemas/Attempt"}})");
    return out += '}';
}

}  // namespace ecron::management
