#include "management/routes.hpp"

#include "management/handlers/handlers.hpp"

namespace ecron::management {

const std::vector<Route>& routes() {
    using enum http::Method;
    using enum Mount;
    using enum Access;
    // clang-format off
    static const std::vector<Route> table{
        // the two most frequent routes come first
        {get, root, "/health/alive", "alive", alive, anonymous, "Reports that the process is alive.", {}, "", 200, "Ok",
         {}, {}},
        {get, prefix, "/job", "listJobs", list_jobs, read,
         "Lists jobs, newest first. With job_id only those jobs: one unknown id fails the request.",
         {"job_id", "page", "limit", "after", "timestamp", "job_type", "name", "name_contains", "search", "label",
          "enabled", "mode", "state", "sort", "with"}, "", 200, "Job[]",
         {"ETag", "Link", "X-Next-After"}, {400, 404, 503}, {"job_id", "label"}},
        {post, prefix, "/job", "createJob", create_job, write, "Creates a job.", {"Prefer"}, "JobInput", 201,
         "CreatedJob", {"ETag", "Location", "Preference-Applied"}, {400, 409, 503}},
        {put, prefix, "/job/by-name/:job_name", "putJobByName", put_job_by_name, write,
         "Creates the job of that name or replaces it (200). An equal definition is not written and keeps its "
         "revision.",
         {"If-Match", "If-None-Match", "Prefer"}, "JobNamedInput", 201, "Job", {"ETag", "Location", "Preference-Applied"},
         {400, 409, 412, 503}},
        {get, prefix, "/job/:job_id", "showJob", show_job, read, "Returns one job.", {"If-None-Match"}, "", 200, "Job",
         {"ETag"}, {304, 400, 404, 503}},
        {put, prefix, "/job/:job_id", "replaceJob", replace_job, write,
         "Replaces a job except its id, tenant and creation time.", {"If-Match", "Prefer"}, "JobInput", 200, "",
         {"ETag", "Preference-Applied"}, {400, 404, 409, 412, 503}},
        {patch, prefix, "/job/:job_id", "patchJob", patch_job, write,
         "Changes members of a job by a merge patch (RFC 7396): null removes a member. The result is checked like a "
         "job that replaces it; if nothing changes, the job keeps its revision.",
         {"If-Match", "Prefer"}, "JobPatch", 200, "Job", {"ETag", "Preference-Applied"}, {400, 404, 409, 412, 503}},
        {delete_, prefix, "/job/:job_id", "deleteJobs", delete_jobs, write,
         "Deletes one or more jobs and interrupts their executions; unknown ids are not an error.", {}, "", 200, "", {},
         {400, 503}},
        {put, prefix, "/job/:job_id/enable", "enableJobs", enable_jobs, write,
         "Enables or disables one or more jobs, all or none.", {"Prefer"}, "EnableInput", 200, "", {"Preference-Applied"},
         {400, 404, 503}},
        {put, prefix, "/job/:job_id/notify", "notifyJobs", notify_jobs, write,
         "Sets the webhook of one or more jobs, all or none.", {"Prefer"}, "WebhookInput", 200, "NotifiedJobs",
         {"Preference-Applied"}, {400, 404, 503}},
        {get, prefix, "/job/:job_id/next", "nextRuns", next_runs_of_job, read,
         "Returns the next runs of a job by its expression and window, before jitter.", {"count", "from"}, "", 200,
         "NextRuns", {}, {400, 404, 503}},
        {get, prefix, "/job/:job_id/explain", "explainRun", explain_run, read,
         "Explains why a job ran or did not run at an instant.", {"at"}, "", 200, "Explanation", {}, {400, 404, 503}},
        {get, prefix, "/jobtotal", "countJobs", count_jobs, read, "Returns the number of jobs.",
         {"begin_at", "end_at"}, "", 200, "Total", {}, {400, 503}},
        {post, prefix, "/preview", "preview", preview_schedule, read,
         "Explains how an expression is read and when it runs; stores nothing.", {}, "PreviewInput", 200, "Preview",
         {}, {400}},
        {get, prefix, "/jobstatus", "listStatuses", list_statuses, read,
         "Lists executions that have started, newest first. With only job ids: the latest one of each job.",
         {"job_id", "job_type", "job_status", "begin_at", "end_at", "limit", "after"}, "", 200, "Status[]",
         {"Link", "X-Next-After"}, {400, 404, 503}, {"job_id"}},
        {get, prefix, "/jobstatus/:job_id", "statusesOfJob", statuses_of_job, read, "Lists the executions of one job.",
         {"job_type", "job_status", "begin_at", "end_at", "limit", "after"}, "", 200, "Status[]",
         {"Link", "X-Next-After"}, {400, 404, 503}},
        {put, prefix, "/jobstatus/:job_id", "putStatuses", put_statuses, write,
         "Inserts or overwrites executions by execute_id; the id in the path is ignored.", {},
         "StatusInput[]", 200, "Failed", {}, {400, 503}},
        {post, prefix, "/jobexecution", "runJob", run_job, execute,
         "Runs a job now: the job in the request if it has a mode, which also requires the write permission; otherwise "
         "the stored job with that job_id.",
         {"Idempotency-Key"}, "JobRunInput", 200, "Status", {}, {400, 404, 409, 503}},
        {get, prefix, "/jobexecution", "listExecutions", list_executions, read,
         "Lists executions in all states, newest start first, with times in milliseconds. A page may contain fewer rows "
         "than the limit, or none, although the list continues: Link and X-Next-After say so.",
         {"job_id", "name", "state", "trigger", "begin_at", "end_at", "limit", "after"}, "", 200, "ExecutionSummary[]",
         {"Link", "X-Next-After"}, {400, 503}},
        {get, prefix, "/missed", "listMissed", list_missed, read,
         "Lists occurrences that were missed and not run, newest first.",
         {"job_id", "begin_at", "end_at", "limit", "after"}, "", 200, "Missed[]", {"Link", "X-Next-After"},
         {400, 503}},
        {get, prefix, "/overview", "showOverview", show_overview, read,
         "Returns counts of jobs and executions by state, failing jobs, the planning delay, and optionally the next "
         "runs.",
         {"next"}, "", 200, "Overview", {}, {400, 503}},
        {get, prefix, "/forecast", "showForecast", show_forecast, read,
         "Counts the occurrences of the enabled jobs in buckets of time, before jitter. A tenant has one forecast "
         "at a time, and a node eight; further ones are answered 429.",
         {"from", "to", "step", "jobs"}, "", 200, "Forecast", {}, {400, 429, 503}},
        {get, prefix, "/history", "showHistory", show_history, read,
         "Counts executions by their state in buckets of their start; those that have not started count at their due "
         "time. With job_id also the job's durations and delays.",
         {"from", "to", "step", "job_id"}, "", 200, "History", {}, {400, 503}},
        {get, prefix, "/events", "streamEvents", stream_events, read,
         "Sends changes as server-sent events: execution (its state or attempt changed), job, scheduling (a pause), "
         "cluster (administrators), and lost, after which a client must read its lists again.",
         {"topics", "after", "Last-Event-ID"}, "", 200, "Events", {"Cache-Control"},
         {400, 403, 429, 503}},
        {get, prefix, "/jobexecution/:execute_id", "showExecution", show_execution, read,
         "Returns one execution and its attempts.", {}, "", 200, "Execution", {}, {400, 404, 503}},
        {get, prefix, "/jobexecution/:execute_id/output", "showOutput", show_output, read,
         "Returns the output of the latest attempt or the target's response. With follow: server-sent events until the "
         "execution has ended: stdout and stderr (data is JSON text), attempt (a new one begins), end (data is the "
         "status).",
         {"follow", "stream", "Last-Event-ID"}, "", 200, "Output", {}, {400, 404, 503}},
        {post, prefix, "/jobexecution/:execute_id/cancel", "cancelExecution", cancel_execution, execute,
         "Ends an unfinished execution as interrupt.", {}, "", 200, "Status", {},
         {400, 404, 409, 503}},
        {post, callback, "/:execute_id", "reportResult", take_callback, report,
         "Receives a target's report that accepted work has ended.", {}, "Result", 200, "", {},
         {400, 404, 409, 503}},
        {get, prefix, "/deadletter", "listDeadLetters", list_dead_letters, read,
         "Lists webhooks that could not be delivered, newest first.", {"limit", "after"}, "", 200, "DeadLetter[]",
         {"Link", "X-Next-After"}, {400, 503}},
        {post, prefix, "/deadletter/:dead_letter_id/redeliver", "redeliver", redeliver, write,
         "Delivers one or more dead letters again, all or none.", {}, "", 200, "", {}, {404, 503}},
        {get, prefix, "/scheduling", "showScheduling", show_scheduling, read,
         "Returns whether planned runs are paused.", {}, "", 200, "Scheduling", {}, {503}},
        {post, prefix, "/scheduling/pause", "pauseScheduling", pause_scheduling, write,
         "Pauses the planned runs of the caller's jobs, or of all jobs, until they are resumed.", {}, "PauseInput", 200,
         "Scheduling", {}, {400, 503}},
        {post, prefix, "/scheduling/resume", "resumeScheduling", resume_scheduling, write, "Ends a pause.",
         {}, "PauseInput", 200, "Scheduling", {}, {400, 503}},
        {get, prefix, "/audit", "listAudit", list_audit, read,
         "Lists the changes of the caller's tenant, newest first, with their authors.",
         {"object", "begin_at", "end_at", "limit", "after"}, "", 200, "Audit[]", {"Link", "X-Next-After"}, {400, 503}},
        {get, prefix, "/caller", "showCaller", show_caller, authenticated,
         "Returns the identity and the permissions of the present credentials; without authentication all "
         "permissions.",
         {}, "", 200, "Caller", {}, {}},
        {get, prefix, "/cluster", "showCluster", show_cluster, admin,
         "Returns the live nodes, the leader of each shard, and its planning progress.", {}, "", 200, "Cluster", {},
         {503}},
        {get, prefix, "/configuration", "showConfiguration", show_configuration, admin,
         "Returns the options of the process that answers: each with its value, which is masked if it is a secret, its "
         "default, and its source. The descriptions are in Chinese (simplified) if Accept-Language prefers Chinese, "
         "otherwise in English.", {}, "", 200, "Configuration", {}, {}},
        {get, root, "/health/ready", "ready", ready, anonymous,
         "Reports whether this process is ready for requests: the jobs are loaded and it is not shutting down.", {}, "",
         200, "Ok", {}, {503}},
        {get, both, "/metrics", "metrics", metrics, scrape, "Prometheus metrics.", {}, "", 200, "Metrics", {},
         {}},
        {get, both, "/auth", "showSignIn", show_sign_in, anonymous,
         "Returns how callers sign in: the mode of authentication, and the OAuth client of the web page.", {}, "", 200,
         "SignIn", {}, {}},
        {get, both, "/openapi.json", "openapi", openapi, anonymous, "This document.", {}, "", 200, "OpenApi", {},
         {}},
    };
    // clang-format on
    return table;
}

std::string_view text_of(http::Method method) {
    switch (method) {
        case http::Method::get:
            return "GET";
        case http::Method::head:
            return "HEAD";
        case http::Method::post:
            return "POST";
        case http::Method::put:
            return "PUT";
        case http::Method::delete_:
            return "DELETE";
        case http::Method::options:
            return "OPTIONS";
        case http::Method::patch:
            return "PATCH";
        case http::Method::other:
            return "";
    }
    return "";
}

}  // namespace ecron::management
