#include <string>

#include "management/openapi/document.hpp"

/// Schemas of bodies, as JSON Schema 2020-12. Response schemas are closed: a member that is not listed here
/// is a defect, and the tests validate every response. Request schemas are open: unknown members are ignored.
/// Objects in objects are components, so that generated clients have types with stable names. What generators
/// of clients cannot represent is avoided: an alternative of an object and a list is a schema without a type,
/// whose members apply to the object only, and alternatives of objects are anyOf, because generated code
/// tells those of oneOf apart by their types alone.
namespace ecron::management {
namespace {

constexpr std::string_view kValues = R"json(
"Ok":{"type":"string","const":"OK","description":"The answer of a health check."},
"Events":{"type":"string","description":"A stream of server-sent events; the data of each is a JSON object."},
"Output":{"type":"string","description":"The unmodified bytes; with follow text/event-stream."},
"Metrics":{"type":"string","description":"Prometheus text format 0.0.4."},
"SignIn":{"type":"object","description":"How callers sign in.","additionalProperties":false,"required":["mode","oauth"],"properties":{
  "mode":{"type":"string","enum":["none","token","hydra","jwt"],"description":"none: requests need no token; token: static tokens; hydra: tokens of Ory Hydra; jwt: signed tokens."},
  "oauth":{"description":"The OAuth client of the web page; null: tokens are entered by hand.","anyOf":[{"$ref":"#/components/schemas/OAuthClient"},{"type":"null"}]}}},
"OAuthClient":{"type":"object","description":"A public OAuth client that obtains tokens with an authorization code and PKCE (RFC 7636).","additionalProperties":false,
  "required":["client_id","authorization_endpoint","token_endpoint","scope"],"properties":{
  "client_id":{"type":"string","description":"Name of the client at the authorization server."},
  "authorization_endpoint":{"type":"string","description":"URL at which users sign in."},
  "token_endpoint":{"type":"string","description":"URL at which codes are exchanged for tokens."},
  "scope":{"type":"string","description":"Scopes to request, separated by spaces."}}},
"OpenApi":{"type":"object","additionalProperties":true,"description":"An OpenAPI 3.1 document."},
"Time":{"type":"string","description":"RFC 3339 in whole seconds; empty if unset."},
"TimeInMilliseconds":{"type":"string","description":"RFC 3339 with milliseconds; empty if unset."},
"Duration":{"description":"A text of numbers with the units d, h, m, s or ms, such as 1m30s, or a number of seconds.",
  "anyOf":[{"type":"string","pattern":"^(([0-9]+[.]?[0-9]*|[.][0-9]+)|(([0-9]+[.]?[0-9]*|[.][0-9]+)(d|h|m|s|ms))+)$"},{"type":"number","format":"double","minimum":0}],
  "examples":["1m30s",90]},
"CodeRange":{"description":"An HTTP status or exit code from 1 to 599, or a text: 500-599 or 5xx.",
  "anyOf":[{"type":"integer","format":"int32","minimum":1,"maximum":599},
    {"type":"string","pattern":"^([1-5]xx|[0-9]+(-[0-9]+)?)$"}],"examples":[429,"5xx"]},
"TextMap":{"type":"object","additionalProperties":{"type":["string","null"]},
  "description":"Names and texts; null is equivalent to an empty text."},
"JsonObject":{"type":"object","additionalProperties":true,"description":"Any JSON object."},
"JobStatus":{"type":"string","enum":["success","executing","failure","interrupt","abandon","pending","unknown"],
  "description":"State of an execution. failure: an attempt failed, the next one is scheduled; abandon: the last attempt failed; interrupt: ended otherwise; unknown: of a row that ecron does not know."},
"ExecutionState":{"type":"string","enum":["success","executing","failure","interrupt","abandon","pending"],
  "description":"State of executions to select; pending: they have not begun."},
"Flag":{"type":"string","enum":["0","1"],"description":"1: yes."},
"Trigger":{"type":"string","enum":["schedule","manual","message","history"],
  "description":"What requested an execution; history: a client or the previous service reported it."},
"Error":{"type":"object","description":"Why a request was refused.","additionalProperties":false,
  "required":["cause","code","message","detail"],"properties":{
  "cause":{"type":"string","description":"Identifies the error for programs.","examples":["Job name already exists"]},
  "code":{"type":"integer","format":"int64","description":"Its first three digits are the HTTP status.","examples":[409009001]},
  "message":{"type":"string","description":"A sentence in the language of Accept-Language, or of the option lang."},
  "detail":{"anyOf":[{"$ref":"#/components/schemas/ErrorDetail"},{"type":"null"}],"description":"The members concerned."}}},
"ErrorDetail":{"type":"object","description":"The members of a request that an error concerns.","additionalProperties":false,
  "properties":{
  "parameters":{"type":"array","items":{"type":"string"},"description":"Invalid members."},
  "conflicts":{"type":"array","items":{"type":"string"},"description":"Members whose values are already used, or refer to a missing object."},
  "reasons":{"type":"array","items":{"$ref":"#/components/schemas/ErrorReason"},"description":"The reason for each member."},
  "position":{"type":"integer","format":"int32","description":"Previews only: the character of the expression, from 0, at which reading it failed."}}},
"ErrorReason":{"type":"object","description":"Why a member is refused.","additionalProperties":false,
  "required":["field","reason"],"properties":{
  "field":{"type":"string","description":"Path of the member.","examples":["job_context.retry.max"]},
  "reason":{"type":"string","description":"A sentence in the language of `message`."}}},
)json";

constexpr std::string_view kJobs = R"json(
"EnableInput":{"type":"object","description":"Whether planned executions are started.","properties":{
  "enable":{"type":["boolean","null"],"description":"Default: false."}}},
"WebhookInput":{"type":"object","description":"The webhook of jobs.","properties":{
  "webhook":{"type":["string","null"],"description":"URL that receives the notifications; an empty text removes it.",
    "examples":["https://example.com/hook"]}}},
"Created":{"type":"object","description":"A new job and how its schedule was read.","additionalProperties":false,
  "required":["job_id","warnings"],"properties":{
    "job_id":{"type":"string","description":"Id of the job, a UUID."},
    "description":{"$ref":"#/components/schemas/Description"},
    "timezone":{"type":"string","description":"IANA time zone of the schedule."},
    "next":{"$ref":"#/components/schemas/Instants","description":"The next runs, before jitter."},
    "warnings":{"$ref":"#/components/schemas/Warnings"}}},
"CreatedJob":{"description":"The job itself if the request prefers it, otherwise how its schedule was read.",
  "anyOf":[{"$ref":"#/components/schemas/Created"},{"$ref":"#/components/schemas/Job"}]},
"NotifiedJobs":{"description":"A list of the jobs if the request prefers it; otherwise an object with these members.",
  "additionalProperties":false,"required":["failed_job_id"],"properties":{
    "failed_job_id":{"type":"array","items":{"type":"string"},"description":"Empty: all jobs or none are changed."}}},
"Description":{"type":"object","description":"The schedule in words.","additionalProperties":false,
  "required":["en","zh"],"properties":{
    "en":{"type":"string","description":"In English."},"zh":{"type":"string","description":"In Chinese."}}},
"Instants":{"type":"array","items":{"type":"string","format":"date-time"},
  "description":"Instants with the offset of the schedule's time zone."},
"Warnings":{"type":"array","items":{"type":"string"},
  "description":"A sentence for each setting that is accepted but probably unintended."},
"Total":{"type":"object","description":"A number of jobs.","additionalProperties":false,
  "required":["total","timestamp"],"properties":{
    "total":{"type":"integer","format":"int64","description":"Number of jobs."},
    "timestamp":{"type":"string","format":"date-time","description":"Value of timestamp for a stable list of these jobs."}}},
"Failed":{"type":"object","description":"The elements that were not carried out.","additionalProperties":false,
  "required":["failed_job_id"],"properties":{
    "failed_job_id":{"type":"array","items":{"type":"string"},"description":"Ids of the elements that were refused."}}},
"NextRuns":{"type":"object","description":"The next runs of a job.","additionalProperties":false,
  "required":["job_id","enabled","next"],"properties":{
    "job_id":{"type":"string","description":"Id of the job."},
    "enabled":{"type":"boolean","description":"Whether planned executions are started."},
    "description":{"$ref":"#/components/schemas/Description"},
    "timezone":{"type":"string","description":"IANA time zone of the schedule."},
    "next":{"$ref":"#/components/schemas/Instants","description":"The next runs, before jitter."},
    "not_planned":{"type":"string","description":"Why a stored job has no runs, if its row contains values unknown to ecron."}}},
"PreviewInput":{"type":"object","description":"A schedule to explain.","required":["job_cron_time"],"properties":{
    "job_cron_time":{"type":"string","description":"Expression or instant, as in a job.","examples":["30 2 * * 1-5"]},
    "job_type":{"anyOf":[{"$ref":"#/components/schemas/JobTypeInput"},{"type":"null"}],"description":"Type of the job."},
    "job_id":{"type":["string","null"],"description":"Input of the hash for H."},
    "job_context":{"anyOf":[{"$ref":"#/components/schemas/PreviewContext"},{"type":"null"}],
      "description":"Members of job_context that determine the occurrences."},
    "count":{"type":["integer","null"],"format":"int32","minimum":1,"maximum":1000,"default":5,
      "description":"Number of runs. Default: 5."},
    "from":{"type":["string","null"],"format":"date-time","description":"Runs after this instant. Default: now."}}},
"Preview":{"type":"object","description":"How an expression is read, and when it runs.","additionalProperties":false,
  "required":["fields","description","timezone","next","warnings"],"properties":{
    "fields":{"type":"string","enum":["minute hour day month weekday","second minute hour day month weekday",
      "second minute hour day month weekday year","descriptor","interval","instant"],
      "description":"The fields of the expression."},
    "description":{"$ref":"#/components/schemas/Description"},
    "timezone":{"type":"string","description":"IANA time zone of the schedule."},
    "next":{"$ref":"#/components/schemas/Instants","description":"The next runs, before jitter."},
    "warnings":{"$ref":"#/components/schemas/Warnings"}}},
"Scheduling":{"type":"object","description":"Pauses that concern the caller.","additionalProperties":false,
  "required":["paused","all","tenant"],"properties":{
    "paused":{"type":"boolean","description":"True if the caller's planned runs are paused."},
    "all":{"type":"boolean","description":"True if all tenants are paused."},
    "tenant":{"type":"boolean","description":"True if the caller's tenant is paused."}}},
"Caller":{"type":"object","description":"Who the credentials of a request belong to, and what they permit.","additionalProperties":false,
  "required":["subject","tenant_id","permissions"],"properties":{
    "subject":{"type":"string","description":"Subject of the token, or the name of a static one; empty: none.","examples":["deploy"]},
    "tenant_id":{"type":"string","description":"Tenant of the credentials, also if the request acts for another one.","examples":["billing"]},
    "permissions":{"type":"array","items":{"$ref":"#/components/schemas/Permission"},"description":"What the caller may do.",
      "examples":[["read","write","execute","report"]]}}},
"Permission":{"type":"string","enum":["read","write","execute","report","command","kubernetes","kubernetes_proxy","admin"],
  "description":"The options scope_read, scope_write, … name the scopes that grant it. write: jobs and their settings; execute: run stored jobs, cancel; report: the end of executions; command: jobs that run programs; kubernetes: Jobs with ecron's credentials; kubernetes_proxy: Jobs through an API proxy; admin: all tenants."},
"Cluster":{"type":"object","description":"Nodes, leaders and planning progress.","additionalProperties":false,
  "required":["self","nodes","shards","database"],"properties":{
    "self":{"$ref":"#/components/schemas/ClusterSelf"},
    "nodes":{"type":"array","items":{"$ref":"#/components/schemas/ClusterNode"},"description":"The known nodes."},
    "shards":{"type":"array","items":{"$ref":"#/components/schemas/ClusterShard"},"description":"The shards of planning."},
    "database":{"$ref":"#/components/schemas/ClusterDatabase"},
    "outbox":{"$ref":"#/components/schemas/ClusterOutbox"},
    "message_queue":{"$ref":"#/components/schemas/MessageQueue"}}},
"Configuration":{"type":"object","description":"The options of one process.","additionalProperties":false,
  "required":["node","options"],"properties":{
    "node":{"type":"string","description":"The node that answers.","examples":["ecron-0"]},
    "options":{"type":"array","items":{"$ref":"#/components/schemas/ConfiguredOption"},
      "description":"The options that have an effect, in the order of the reference."}}},
"ConfiguredOption":{"type":"object","description":"An option with its value.","additionalProperties":false,
  "required":["name","value","default_value","source","group","description","secret"],"properties":{
    "name":{"type":"string","description":"Its name.","examples":["cron_port"]},
    "value":{"type":"string","description":"The value in effect, as in a file; of a secret *** if it is set.","examples":["12345"]},
    "default_value":{"type":"string","description":"The value if it is not set.","examples":["12345"]},
    "source":{"type":"string","description":"Where the value comes from: default, a file, an environment variable or a flag.","examples":["default"]},
    "group":{"type":"string","description":"The chapter of the reference.","examples":["Listening"]},
    "description":{"type":"string","description":"What it determines, in the language of Accept-Language.","examples":["Port of the API; 0: a free port."]},
    "secret":{"type":"boolean","description":"True if the value is a secret."}}},
"ClusterDatabase":{"type":"object","description":"The database, as the node that answers sees it.","additionalProperties":false,
  "required":["driver","version","reachable","latency_ms"],"properties":{
    "driver":{"type":"string","enum":["sqlite","mysql"],"description":"Kind of the database; mysql: MySQL or MariaDB.","examples":["mysql"]},
    "version":{"type":"string","description":"Version of the server or library when the store was opened.","examples":["10.11.14-MariaDB"]},
    "reachable":{"type":"boolean","description":"Whether the connection for writing is established.","examples":[true]},
    "latency_ms":{"type":"integer","format":"int64","description":"Time that the reads for this response took, including their wait for a connection.","examples":[2]},
    "trouble":{"type":"string","description":"Why it cannot be reached, or refuses writes.","examples":["the server is read-only"]}}},
"ClusterOutbox":{"type":"object","description":"Webhooks that wait for delivery, as of the last count of the node.","additionalProperties":false,
  "required":["waiting","oldest_seconds"],"properties":{
    "waiting":{"type":"integer","format":"int64","description":"Number of them, at most 100000.","examples":[3]},
    "oldest_seconds":{"type":"number","format":"double","description":"Age of the oldest one.","examples":[1.5]}}},
"ClusterSelf":{"type":"object","description":"The node that answers.","additionalProperties":false,
  "required":["node","leading"],"properties":{
    "node":{"type":"string","description":"Id of the node."},
    "leading":{"type":"array","items":{"type":"integer","format":"int32"},"description":"Shards that it leads."}}},
"ClusterNode":{"type":"object","description":"A node.","additionalProperties":false,
  "required":["node","lease_until","alive","clock_ahead_seconds"],"properties":{
    "node":{"type":"string","description":"Id of the node."},
    "lease_until":{"type":"string","format":"date-time","description":"End of its lease by the database's clock."},
    "alive":{"type":"boolean","description":"Whether its lease is valid."},
    "clock_ahead_seconds":{"type":"number","format":"double","description":"Clock of the node minus clock of the database."},
    "trouble":{"type":"string","description":"Problem of the node's clock."}}},
"ClusterShard":{"type":"object","description":"A shard of planning.","additionalProperties":false,
  "required":["shard","node","epoch","watermark","lag_seconds"],"properties":{
    "shard":{"type":"integer","format":"int32","description":"Number of the shard, from 0."},
    "node":{"type":"string","description":"The current or last leader; empty: none so far."},
    "epoch":{"type":"integer","format":"int64","description":"Number of the leader's term."},
    "watermark":{"type":"string","description":"All runs due up to this time have been decided; empty: none."},
    "lag_seconds":{"type":"number","format":"double","description":"Age of the stored watermark; up to 10 while there is nothing to claim."},
    "trouble":{"type":"string","description":"The watermark is ahead of the database's clock."}}},
"MessageQueue":{"type":"object","description":"The message queue; present if one is configured.","additionalProperties":false,
  "required":["kind","connected","links"],"properties":{
    "kind":{"type":"string","description":"nsq or kafka."},
    "connected":{"type":"boolean","description":"Messages can be published."},
    "links":{"type":"array","items":{"$ref":"#/components/schemas/MessageQueueLink"},"description":"Its connections."}}},
"MessageQueueLink":{"type":"object","description":"A connection to the message queue.","additionalProperties":false,
  "required":["address","option","connected","since"],"properties":{
    "address":{"type":"string","description":"Host and port."},
    "option":{"type":"string","description":"The option that sets the address; empty: the address was discovered."},
    "connected":{"type":"boolean","description":"Whether the connection is established."},
    "since":{"type":"string","format":"date-time","description":"Time of the last change of connected."},
    "trouble":{"type":"string","description":"Why the connection is not established."}}},
"Explanation":{"type":"object","description":"Why a job ran or did not run at an instant, with the evidence.",
  "additionalProperties":false,"required":["job_id","at","verdict","explanation"],"properties":{
    "job_id":{"type":"string","description":"Id of the job."},
    "at":{"$ref":"#/components/schemas/Time","description":"The examined second."},
    "verdict":{"$ref":"#/components/schemas/Verdict"},
    "explanation":{"type":"string","description":"One sentence for display."},
    "execution":{"$ref":"#/components/schemas/Status","description":"The execution of that instant."},
    "missed":{"$ref":"#/components/schemas/ExplainedMissed"},
    "change":{"$ref":"#/components/schemas/ExplainedChange"},
    "schedule":{"$ref":"#/components/schemas/ExplainedSchedule"},
    "previous":{"$ref":"#/components/schemas/Time","description":"The occurrence before that instant."},
    "next":{"$ref":"#/components/schemas/Time","description":"The occurrence after that instant."}}},
"Verdict":{"type":"string","description":"What a job did at an instant, for programs.",
  "enum":["ran","running","waiting","refused","missed","not_created","deleted","disabled","not_planned","on_request",
    "not_named","outside_window","paused","to_come","not_planned_yet","changed","forgotten"]},
"ExplainedMissed":{"type":"object","description":"The record of missed occurrences.","additionalProperties":false,
  "required":["from","to","count","reason"],"properties":{
    "from":{"$ref":"#/components/schemas/Time","description":"First missed occurrence."},
    "to":{"$ref":"#/components/schemas/Time","description":"Last missed occurrence."},
    "count":{"type":"integer","format":"int64","description":"Number of missed occurrences."},
    "reason":{"type":"string","description":"Why they did not run."}}},
"ExplainedChange":{"type":"object","description":"The change that caused the verdict.","additionalProperties":false,
  "required":["number","kind","at"],"properties":{
    "number":{"type":"integer","format":"int64","description":"Number of the change."},
    "kind":{"type":"string","description":"What was changed."},
    "at":{"type":"string","format":"date-time","description":"Time of the change."}}},
"ExplainedSchedule":{"type":"object","description":"The schedule at that instant.","additionalProperties":false,
  "required":["job_cron_time","job_type","timezone","enabled"],"properties":{
    "job_cron_time":{"type":"string","description":"Expression or instant."},
    "job_type":{"$ref":"#/components/schemas/JobType"},
    "timezone":{"type":"string","description":"Time zone of the job; empty: the configured one."},
    "enabled":{"type":"boolean","description":"Whether planned executions were started."}}},
"PauseInput":{"type":"object","description":"The extent of a pause.","properties":{
    "all":{"type":["boolean","null"],"description":"True: all tenants instead of the caller's. Default: false."}}},
)json";

constexpr std::string_view kStatusRequired =
    R"json("execute_id","job_id","job_type","job_name","job_status","begin_at","end_at","executor","execute_times","ext_info")json";

constexpr std::string_view kStatusMembers = R"json(
    "execute_id":{"type":"string","description":"Id of the execution."},
    "job_id":{"type":"string","description":"Id of the job."},
    "job_type":{"$ref":"#/components/schemas/JobType"},
    "job_name":{"type":"string","description":"Name of the job."},
    "job_status":{"$ref":"#/components/schemas/JobStatus"},
    "begin_at":{"$ref":"#/components/schemas/Time","description":"Start of the first attempt."},
    "end_at":{"$ref":"#/components/schemas/Time","description":"End of the execution."},
    "executor":{"type":"array","items":{"$ref":"#/components/schemas/Executor"},"description":"The nodes that carried it out."},
    "execute_times":{"type":"integer","format":"int32","description":"Number of attempts."},
    "ext_info":{"$ref":"#/components/schemas/ExtInfo"},
    "scheduled_at":{"$ref":"#/components/schemas/TimeInMilliseconds","description":"Occurrence of the schedule."},
    "attempt":{"type":"integer","format":"int32","description":"The current or last attempt."})json";

constexpr std::string_view kExecutions = R"json(
"Executor":{"type":"object","description":"A node that carried out an execution. Unknown members of PUT /jobstatus are kept.",
  "required":["executor_id","executed_at"],"properties":{
    "executor_id":{"type":"string","description":"Id of the node."},
    "executed_at":{"$ref":"#/components/schemas/Time","description":"When it began."}}},
"ExtInfo":{"type":"object","description":"Further members of an execution. Unknown members of PUT /jobstatus are kept.",
  "properties":{
    "tenant_id":{"type":"string","description":"Tenant of the execution."},
    "is_deleted":{"type":"integer","format":"int32","enum":[0,1],"description":"1: the job was deleted."},
    "result":{"anyOf":[{"$ref":"#/components/schemas/JsonObject"},{"type":"null"}],"description":"The target's report."},
    "reason":{"type":"string","description":"Why the execution ended or did not run."},
    "missed":{"$ref":"#/components/schemas/MissedRuns"}}},
"MissedRuns":{"type":"object","description":"Missed runs that an execution represents.","properties":{
    "from":{"$ref":"#/components/schemas/TimeInMilliseconds","description":"First missed occurrence."},
    "to":{"$ref":"#/components/schemas/TimeInMilliseconds","description":"Last missed occurrence."},
    "count":{"type":"integer","format":"int64","description":"Number of missed occurrences."}}},
"Attempt":{"type":"object","description":"An attempt to carry out an execution.","additionalProperties":false,
  "required":["attempt","executor_id","begin_at","end_at","job_status","code","reason","detail","output"],"properties":{
    "attempt":{"type":"integer","format":"int32","description":"Number of the attempt, from 1."},
    "executor_id":{"type":"string","description":"Id of the node."},
    "begin_at":{"$ref":"#/components/schemas/TimeInMilliseconds","description":"Begin of the attempt."},
    "end_at":{"$ref":"#/components/schemas/TimeInMilliseconds","description":"Empty until the attempt ends."},
    "job_status":{"type":"string","enum":["success","failure","interrupt","executing"],"description":"State of the attempt."},
    "code":{"type":"integer","format":"int32","description":"HTTP status or exit code; 0: none. An incomplete response keeps its status."},
    "reason":{"type":"string","description":"Why the attempt ended; empty after a success."},
    "detail":{"$ref":"#/components/schemas/JsonObject","description":"Timing phases, address, headers of interest, sizes, redirects."},
    "output":{"type":"string","description":"The first bytes of the target's response."}}},
"ExecutionSummary":{"type":"object","description":"An execution without its payloads.","additionalProperties":false,
  "required":["execute_id","job_id","job_name","job_type","job_status","trigger","scheduled_at","begin_at","end_at",
    "duration_ms","lateness_ms","execute_times","executor_id","reason","tenant_id"],"properties":{
    "execute_id":{"type":"string","description":"Id of the execution."},
    "job_id":{"type":"string","description":"Id of the job."},
    "job_name":{"type":"string","description":"Name of the job."},
    "job_type":{"$ref":"#/components/schemas/JobType"},
    "job_status":{"$ref":"#/components/schemas/JobStatus"},
    "trigger":{"$ref":"#/components/schemas/Trigger"},
    "scheduled_at":{"$ref":"#/components/schemas/TimeInMilliseconds","description":"Occurrence of the schedule; empty if there is none."},
    "begin_at":{"$ref":"#/components/schemas/TimeInMilliseconds","description":"Begin of the first attempt; empty if it has not begun."},
    "end_at":{"$ref":"#/components/schemas/TimeInMilliseconds","description":"Empty if it has not ended."},
    "duration_ms":{"type":["integer","null"],"format":"int64","description":"From begin to end."},
    "lateness_ms":{"type":["integer","null"],"format":"int64","description":"From the due time, or after a retry from the scheduled time, to the begin; null until an attempt is recorded."},
    "execute_times":{"type":"integer","format":"int32","description":"Number of attempts."},
    "executor_id":{"type":"string","description":"Node of the last attempt."},
    "reason":{"type":"string","description":"Why the execution ended or did not run."},
    "tenant_id":{"type":"string","description":"Tenant of the execution."}}},
"LastRun":{"type":"object","description":"One of the last executions of a job.","additionalProperties":false,
  "required":["execute_id","job_status","begin_at","duration_ms","lateness_ms"],"properties":{
    "execute_id":{"type":"string","description":"Id of the execution.","examples":["01a2049a-e208-87f9-b8de-1b911a17f609"]},
    "job_status":{"$ref":"#/components/schemas/JobStatus"},
    "begin_at":{"type":"string","format":"date-time","description":"Begin of the first attempt.","examples":["2026-01-05T10:00:00.003Z"]},
    "duration_ms":{"type":["integer","null"],"format":"int64","description":"From begin to end; null: it has not ended.","examples":[1234]},
    "lateness_ms":{"type":["integer","null"],"format":"int64","description":"As in ExecutionSummary.","examples":[3]}}},
"Missed":{"type":"object","description":"Occurrences that were missed and not run.","additionalProperties":false,
  "required":["missed_id","job_id","job_name","tenant_id","from","to","count","reason","recorded_at"],"properties":{
    "missed_id":{"type":"string","description":"Id of the record."},
    "job_id":{"type":"string","description":"Id of the job."},
    "job_name":{"type":"string","description":"Name of the job."},
    "tenant_id":{"type":"string","description":"Tenant of the job."},
    "from":{"type":"string","format":"date-time","description":"First missed occurrence."},
    "to":{"type":"string","format":"date-time","description":"Last missed occurrence."},
    "count":{"type":"integer","format":"int64","description":"Number of missed occurrences."},
    "reason":{"type":"string","description":"Why they did not run."},
    "recorded_at":{"type":"string","format":"date-time","description":"Time of the record."}}},
"Overview":{"type":"object","description":"Counts of jobs and executions by state.","additionalProperties":false,
  "required":["at","jobs","last","executions","failing","executing","late","missed","dead_letters","lag_seconds","paused"],"properties":{
    "at":{"type":"string","format":"date-time","description":"Time of the counts."},
    "jobs":{"$ref":"#/components/schemas/OverviewJobs"},
    "last":{"$ref":"#/components/schemas/OverviewLast"},
    "executions":{"$ref":"#/components/schemas/OverviewExecutions"},
    "failing":{"type":"array","items":{"$ref":"#/components/schemas/OverviewJob"},
      "description":"Enabled jobs whose execution that ended last was abandoned; at most 20."},
    "executing":{"type":"array","items":{"$ref":"#/components/schemas/OverviewExecution"},
      "description":"The executions under way that began first; at most 20."},
    "late":{"type":"integer","format":"int64","description":"Executions of the last hour, at most the newest 20000, that began a minute or more after their due time, and those that are due for a minute and have not begun.","examples":[1]},
    "missed":{"type":"integer","format":"int64","description":"Occurrences of the last hour that were missed and will not run.","examples":[0]},
    "dead_letters":{"type":"integer","format":"int64","description":"Dead letters that are kept, at most 10000.","examples":[0]},
    "lag_seconds":{"type":"number","format":"double","description":"Age of the stored watermark that is furthest behind; up to 10 while there is nothing to claim."},
    "paused":{"type":"boolean","description":"True if the caller's planned runs are paused."},
    "next":{"type":"array","items":{"$ref":"#/components/schemas/OverviewRun"},
      "description":"The next runs within a day, one per job; present if requested."},
    "next_complete":{"type":"boolean","description":"False if not all jobs could be examined."}}},
"OverviewJobs":{"type":"object","description":"Number of jobs.","additionalProperties":false,
  "required":["enabled","disabled"],"properties":{
    "enabled":{"type":"integer","format":"int64","description":"Jobs whose planned executions are started."},
    "disabled":{"type":"integer","format":"int64","description":"Other jobs."}}},
"OverviewLast":{"type":"object","description":"Jobs by the state of the execution that ended last.",
  "additionalProperties":false,"required":["success","interrupt","abandon"],"properties":{
    "success":{"type":"integer","format":"int64","description":"It succeeded."},
    "interrupt":{"type":"integer","format":"int64","description":"It was interrupted."},
    "abandon":{"type":"integer","format":"int64","description":"Its last attempt failed."}}},
"OverviewExecutions":{"type":"object","description":"Unfinished executions.","additionalProperties":false,
  "required":["executing","pending","failure"],"properties":{
    "executing":{"type":"integer","format":"int64","description":"An attempt is under way."},
    "pending":{"type":"integer","format":"int64","description":"They have not begun."},
    "failure":{"type":"integer","format":"int64","description":"They wait for the next attempt."}}},
"OverviewJob":{"type":"object","description":"A failing job.","additionalProperties":false,
  "required":["job_id","job_name","execute_id","reason","code","since","streak","streak_complete","last_success_at"],"properties":{
    "job_id":{"type":"string","description":"Id of the job.","examples":["6f9ad6c5-0a5d-4f0e-9f3b-1d1c5a0c7e11"]},
    "job_name":{"type":"string","description":"Name of the job.","examples":["report"]},
    "execute_id":{"type":"string","description":"The newest execution that has ended; empty if it is no longer stored.","examples":["01a2049a-e208-87f9-b8de-1b911a17f609"]},
    "reason":{"type":"string","description":"Why its last attempt failed.","examples":["the target answered 500"]},
    "code":{"type":"integer","format":"int32","description":"HTTP status or exit code of its last attempt; 0: none.","examples":[500]},
    "since":{"$ref":"#/components/schemas/TimeInMilliseconds","description":"End of the first execution of the streak."},
    "streak":{"type":"integer","format":"int32","description":"Number of executions that ended without success since the last success; among the newest 20.","examples":[3]},
    "streak_complete":{"type":"boolean","description":"False if older executions were not examined: the streak may be longer.","examples":[true]},
    "last_success_at":{"$ref":"#/components/schemas/TimeInMilliseconds","description":"End of the last success; empty if none is among the newest 20 executions."}}},
"OverviewExecution":{"type":"object","description":"An execution under way.","additionalProperties":false,
  "required":["execute_id","job_id","job_name","begin_at","p95_ms"],"properties":{
    "execute_id":{"type":"string","description":"Id of the execution.","examples":["01a2049a-e208-87f9-b8de-1b911a17f609"]},
    "job_id":{"type":"string","description":"Id of the job.","examples":["6f9ad6c5-0a5d-4f0e-9f3b-1d1c5a0c7e11"]},
    "job_name":{"type":"string","description":"Name of the job.","examples":["report"]},
    "begin_at":{"$ref":"#/components/schemas/TimeInMilliseconds","description":"Begin of the first attempt."},
    "p95_ms":{"type":["integer","null"],"format":"int64","description":"95th percentile of the durations among the newest 20 executions of the job; null: none has ended.","examples":[1234]}}},
"OverviewRun":{"type":"object","description":"A run that will start.","additionalProperties":false,
  "required":["at","job_id","job_name"],"properties":{
    "at":{"type":"string","format":"date-time","description":"Scheduled time."},
    "job_id":{"type":"string","description":"Id of the job."},
    "job_name":{"type":"string","description":"Name of the job; empty: it was deleted meanwhile.","examples":["report"]}}},
"Forecast":{"type":"object","description":"Number of occurrences by time.","additionalProperties":false,
  "required":["from","to","step","complete","total","buckets"],"properties":{
    "from":{"type":"string","format":"date-time","description":"Begin of the forecast, inclusive."},
    "to":{"type":"string","format":"date-time","description":"End of the forecast, exclusive."},
    "step":{"type":"string","description":"Length of a bucket, a duration such as 1h."},
    "complete":{"type":"boolean","description":"False if the schedules have more occurrences than are examined: the counts are too low."},
    "total":{"type":"integer","format":"int64","description":"Number of occurrences in all buckets."},
    "buckets":{"type":"array","items":{"$ref":"#/components/schemas/ForecastBucket"},"description":"The parts of the forecast."}}},
"ForecastBucket":{"type":"object","description":"A part of a forecast.","additionalProperties":false,
  "required":["at","count","jobs"],"properties":{
    "at":{"type":"string","format":"date-time","description":"Begin of the bucket."},
    "count":{"type":"integer","format":"int64","description":"Number of occurrences in it."},
    "jobs":{"type":"array","items":{"$ref":"#/components/schemas/ForecastJob"},"description":"Those with the most occurrences."}}},
"ForecastJob":{"type":"object","description":"Occurrences of a job.","additionalProperties":false,
  "required":["job_id","count"],"properties":{
    "job_id":{"type":"string","description":"Id of the job."},
    "count":{"type":"integer","format":"int64","description":"Number of its occurrences."}}},
"History":{"type":"object","description":"Number of executions by time.","additionalProperties":false,
  "required":["from","to","step","complete_from","buckets"],"properties":{
    "from":{"type":"string","format":"date-time","description":"Begin of the history, inclusive.","examples":["2026-01-05T09:00:00.000Z"]},
    "to":{"type":"string","format":"date-time","description":"End of the history, exclusive.","examples":["2026-01-05T10:00:00.000Z"]},
    "step":{"type":"string","description":"Length of a bucket, a duration such as 1h.","examples":["1m"]},
    "complete_from":{"type":"string","format":"date-time","description":"From here on all executions are counted; older ones only in part, because the number of examined executions is limited.","examples":["2026-01-05T09:00:00.000Z"]},
    "buckets":{"type":"array","items":{"$ref":"#/components/schemas/HistoryBucket"},"description":"The parts of the history."},
    "statistics":{"$ref":"#/components/schemas/HistoryStatistics"}}},
"HistoryBucket":{"type":"object","description":"A part of a history: executions that began in it. Those that have not begun count at their due time.","additionalProperties":false,
  "required":["at","success","abandon","interrupt","failure","executing","pending","late"],"properties":{
    "at":{"type":"string","format":"date-time","description":"Begin of the bucket.","examples":["2026-01-05T09:00:00.000Z"]},
    "success":{"type":"integer","format":"int64","description":"Executions that succeeded.","examples":[12]},
    "abandon":{"type":"integer","format":"int64","description":"Executions whose last attempt failed.","examples":[1]},
    "interrupt":{"type":"integer","format":"int64","description":"Executions that were interrupted.","examples":[0]},
    "failure":{"type":"integer","format":"int64","description":"Executions that wait for the next attempt.","examples":[0]},
    "executing":{"type":"integer","format":"int64","description":"Executions under way.","examples":[0]},
    "pending":{"type":"integer","format":"int64","description":"Executions that have not begun.","examples":[0]},
    "late":{"type":"integer","format":"int64","description":"Those of all these that began a minute or more after their due time, or are due for a minute and have not begun.","examples":[0]}}},
"HistoryStatistics":{"type":"object","description":"Durations and delays of a job's executions in the history, at most the newest 2000; present with job_id.","additionalProperties":false,
  "required":["ended","duration_ms","lateness_ms","durations"],"properties":{
    "ended":{"type":"integer","format":"int64","description":"Number of executions that have a duration.","examples":[13]},
    "duration_ms":{"$ref":"#/components/schemas/Percentiles","description":"From begin to end."},
    "lateness_ms":{"$ref":"#/components/schemas/Percentiles","description":"From the due time to the begin, as in ExecutionSummary."},
    "durations":{"type":"array","items":{"$ref":"#/components/schemas/DurationCount"},"description":"A histogram of the durations, without the empty ends."}}},
"Percentiles":{"type":"object","description":"Percentiles by nearest rank; null: there are no values.","additionalProperties":false,
  "required":["p50","p95","p99"],"properties":{
    "p50":{"type":["integer","null"],"format":"int64","description":"Median.","examples":[120]},
    "p95":{"type":["integer","null"],"format":"int64","description":"95th percentile.","examples":[480]},
    "p99":{"type":["integer","null"],"format":"int64","description":"99th percentile.","examples":[950]}}},
"DurationCount":{"type":"object","description":"Executions with a duration in a range.","additionalProperties":false,
  "required":["from_ms","to_ms","count"],"properties":{
    "from_ms":{"type":"integer","format":"int64","description":"Begin of the range, inclusive.","examples":[100]},
    "to_ms":{"type":["integer","null"],"format":"int64","description":"End of the range, exclusive; null: unlimited.","examples":[200]},
    "count":{"type":"integer","format":"int64","description":"Number of executions.","examples":[7]}}},
"DeadLetter":{"type":"object","description":"A webhook that could not be delivered.","additionalProperties":false,
  "required":["dead_letter_id","message_id","execute_id","webhook","tries","code","reason","created_at","died_at"],"properties":{
    "dead_letter_id":{"type":"string","description":"Id of the dead letter."},
    "message_id":{"type":"string","description":"As in the header webhook-id."},
    "execute_id":{"type":"string","description":"Id of the execution."},
    "webhook":{"type":"string","description":"URL of the receiver."},
    "tries":{"type":"integer","format":"int32","description":"Number of deliveries that failed."},
    "code":{"type":"integer","format":"int32","description":"HTTP status of the last response; 0: none."},
    "reason":{"type":"string","description":"Why the last delivery failed."},
    "created_at":{"$ref":"#/components/schemas/Time","description":"Time of the change that it announces."},
    "died_at":{"$ref":"#/components/schemas/Time","description":"Time of the last delivery."}}},
"Audit":{"type":"object","description":"A record of a change.","additionalProperties":false,
  "required":["audit_id","at","tenant_id","client_id","subject","address","action","object","difference"],"properties":{
    "audit_id":{"type":"string","description":"Id of the record."},
    "at":{"type":"string","format":"date-time","description":"Time of the change."},
    "tenant_id":{"type":"string","description":"Owner of the object."},
    "client_id":{"type":"string","description":"Tenant of the caller."},
    "subject":{"type":"string","description":"Subject of the caller's token."},
    "address":{"type":"string","description":"Address of the caller."},
    "action":{"type":"string","description":"The operationId."},
    "object":{"type":"string","description":"Id of the job, execution or dead letter."},
    "difference":{"anyOf":[{"$ref":"#/components/schemas/JsonObject"},{"type":"null"}],
      "description":"Changed members with their values from and to; of long values only the size."}}},
"StatusInput":{"type":"object","description":"An execution to insert or overwrite. An element with an unknown job_type or job_status is skipped.",
  "required":["execute_id","job_type","job_status"],"properties":{
    "execute_id":{"type":"string","description":"Id of the execution.","examples":["nightly-2026-01-05"]},
    "job_id":{"type":["string","null"],"description":"Id of the job, which need not exist."},
    "job_type":{"type":"string","description":"scheduled, timed, real-time or cron.","examples":["scheduled"]},
    "job_name":{"type":["string","null"],"description":"Name of the job."},
    "job_status":{"type":"string","description":"success, executing, failure, interrupt or abandon.","examples":["success"]},
    "begin_at":{"anyOf":[{"$ref":"#/components/schemas/Time"},{"type":"null"}],"description":"Start of the first attempt."},
    "end_at":{"anyOf":[{"$ref":"#/components/schemas/Time"},{"type":"null"}],"description":"End of the execution."},
    "executor":{"type":["array","null"],"items":{},"description":"The nodes that carried it out, as in Status; other elements are ignored."},
    "execute_times":{"type":["integer","null"],"format":"int32","description":"Number of attempts."},
    "ext_info":{"anyOf":[{"$ref":"#/components/schemas/JsonObject"},{"type":"null"}],
      "description":"As in Status; unknown members are kept."}}},
"Result":{"description":"The target's report. An object or null is stored; other values change nothing."})json";

constexpr std::string_view kExecutionTimes = R"json(,
    "trigger":{"$ref":"#/components/schemas/Trigger"},
    "duration_ms":{"type":["integer","null"],"format":"int64","description":"As in ExecutionSummary.","examples":[1234]},
    "lateness_ms":{"type":["integer","null"],"format":"int64","description":"As in ExecutionSummary.","examples":[3]})json";

std::string object_schema(std::string_view name, std::string_view description, std::string_view required,
                          std::string_view members) {
    std::string out{",\""};
    out.append(name).append(R"(":{"type":"object","description":")").append(description);
    out.append(R"(","additionalProperties":false,"required":[)").append(required);
    return out.append(R"(],"properties":{)").append(members).append("}}");
}

}  // namespace

std::string schemas() {
    std::string out{"{"};
    out.append(kValues).append(job_schemas()).append(kJobs).append(kExecutions);
    out += object_schema("Status", "An execution.", kStatusRequired, kStatusMembers);
    out += object_schema(
        "Execution", "An execution with its attempts.",
        std::string{kStatusRequired} + R"(,"trigger","duration_ms","lateness_ms","attempts")",
        std::string{kStatusMembers} + std::string{kExecutionTimes} +
            R"(,"attempts":{"type":"array","items":{"$ref":"#/components/schemas/Attempt"},"description":"Oldest first."})");
    return out += '}';
}

}  // namespace ecron::management
