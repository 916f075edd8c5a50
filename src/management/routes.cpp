#include "management/routes.hpp"

#include "management/handlers.hpp"

namespace ecron::management {

const std::vector<Route>& routes() {
    using enum http::Method;
    using enum Under;
    using enum Needs;
    // clang-format off
    static const std::vector<Route> table{
        // the two that are asked most stand first
        {get, root, "/health/alive", "alive", alive, nothing, "Whether the process lives.", {}, "", 200, "Ok",
         {}, {}},
        {get, prefix, "/job", "listJobs", list_jobs, read,
         "Jobs, newest first. With job_id only those: one that is unknown refuses them all.",
         {"job_id", "page", "limit", "after", "timestamp", "job_type"}, "", 200, "Job[]",
         {"ETag", "Link", "X-Next-After"}, {400, 404, 503}},
        {post, prefix, "/job", "createJob", create_job, write, "A new job.", {}, "JobInput", 201, "Created",
         {"ETag"}, {400, 409, 503}},
        {put, prefix, "/job/:job_id", "replaceJob", replace_job, write,
         "Replaces all of a job but its id, tenant and creation time.", {"If-Match"}, "JobInput", 200, "",
         {"ETag", "X-Ecron-Warning"}, {400, 404, 409, 412, 503}},
        {delete_, prefix, "/job/:job_id", "deleteJobs", delete_jobs, write,
         "Deletes one or more jobs and interrupts their executions; unknown ids are no error.", {}, "", 200, "", {},
         {400, 503}},
        {put, prefix, "/job/:job_id/enable", "enableJobs", enable_jobs, write,
         "Enables or disables one or more jobs, all or none.", {}, "Enable", 200, "", {}, {400, 404, 503}},
        {put, prefix, "/job/:job_id/notify", "notifyJobs", notify_jobs, write,
         "Sets the webhook of one or more jobs, all or none.", {}, "Notify", 200, "Failed", {"X-Ecron-Warning"},
         {400, 404, 503}},
        {get, prefix, "/job/:job_id/next", "nextRuns", next_runs_of_job, read,
         "When a job runs next, by its expression and window, before jitter.", {"count", "from"}, "", 200,
         "NextRuns", {}, {400, 404, 503}},
        {get, prefix, "/job/:job_id/explain", "explainRun", explain_run, read,
         "Why a job ran at an instant, or why it did not.", {"at"}, "", 200, "Explanation", {}, {400, 404, 503}},
        {get, prefix, "/jobtotal", "countJobs", count_jobs, read, "How many jobs there are.",
         {"begin_at", "end_at"}, "", 200, "Total", {}, {400, 503}},
        {post, prefix, "/preview", "preview", preview_schedule, read,
         "How an expression is read and when it runs; nothing is stored.", {}, "PreviewInput", 200, "Preview",
         {}, {400}},
        {get, prefix, "/jobstatus", "listStatuses", list_statuses, read,
         "Executions that have started, newest first. With nothing but job ids: the latest of each.",
         {"job_id", "job_type", "job_status", "begin_at", "end_at", "limit", "after"}, "", 200, "Status[]",
         {"Link", "X-Next-After"}, {400, 404, 503}},
        {get, prefix, "/jobstatus/:job_id", "statusesOfJob", statuses_of_job, read, "The same of one job.",
         {"job_type", "job_status", "begin_at", "end_at", "limit", "after"}, "", 200, "Status[]",
         {"Link", "X-Next-After"}, {400, 404, 503}},
        {put, prefix, "/jobstatus/:job_id", "putStatuses", put_statuses, write,
         "Inserts or overwrites executions by execute_id; the path's id is not looked at.", {},
         "StatusInput[]", 200, "Failed", {}, {400, 503}},
        {post, prefix, "/jobexecution", "runJob", run_job, execute,
         "Runs a job now: as sent when it has a mode, which takes the permission to write, too; else the stored one of "
         "that job_id.",
         {"Idempotency-Key"}, "JobInput", 200, "Status", {"X-Ecron-Warning"}, {400, 404, 409, 503}},
        {get, prefix, "/jobexecution/:execute_id", "showExecution", show_execution, read,
         "One execution and its attempts.", {}, "", 200, "Execution", {}, {400, 404, 503}},
        {get, prefix, "/jobexecution/:execute_id/output", "showOutput", show_output, read,
         "What the latest attempt has written or was answered. With follow server-sent events until the execution "
         "has ended: stdout and stderr (data is JSON text), attempt (a new one begins), end (data is the status).",
         {"follow", "stream"}, "", 200, "Output", {}, {400, 404, 503}},
        {post, prefix, "/jobexecution/:execute_id/cancel", "cancelExecution", cancel_execution, execute,
         "Ends an execution that has not ended, as interrupt.", {}, "", 200, "Status", {},
         {400, 404, 409, 503}},
        {post, callback, "/:execute_id", "reportResult", take_callback, report,
         "A target's report that work which it took on has ended.", {}, "Result", 200, "", {},
         {400, 404, 409, 503}},
        {get, prefix, "/deadletter", "listDeadLetters", list_dead_letters, read,
         "Webhooks that were given up, newest first.", {"limit", "after"}, "", 200, "DeadLetter[]",
         {"Link", "X-Next-After"}, {400, 503}},
        {post, prefix, "/deadletter/:dead_letter_id/redeliver", "redeliver", redeliver, write,
         "Has one or more of them delivered anew, all or none.", {}, "", 200, "", {}, {404, 503}},
        {get, prefix, "/scheduling", "showScheduling", show_scheduling, read,
         "Whether planned runs are paused.", {}, "", 200, "Scheduling", {}, {503}},
        {post, prefix, "/scheduling/pause", "pauseScheduling", pause_scheduling, write,
         "Planned runs of the caller's jobs, or of all, do not happen until resumed.", {}, "Whose", 200,
         "Scheduling", {}, {400, 503}},
        {post, prefix, "/scheduling/resume", "resumeScheduling", resume_scheduling, write, "Ends a pause.",
         {}, "Whose", 200, "Scheduling", {}, {400, 503}},
        {get, prefix, "/audit", "listAudit", list_audit, read,
         "Who changed what of the caller's tenant, newest first.", {"object", "begin_at", "end_at", "limit", "after"},
         "", 200, "Audit[]", {"Link", "X-Next-After"}, {400, 503}},
        {get, prefix, "/cluster", "showCluster", show_cluster, admin,
         "Which nodes live, who plans which shard, and how far.", {}, "", 200, "Cluster", {}, {503}},
        {get, root, "/health/ready", "ready", ready, nothing,
         "Whether requests should be sent here: jobs are loaded and the process is not about to end.", {}, "",
         200, "Ok", {}, {503}},
        {get, both, "/metrics", "metrics", metrics, scrape, "Prometheus metrics.", {}, "", 200, "Metrics", {},
         {}},
        {get, both, "/openapi.json", "openapi", openapi, nothing, "This document.", {}, "", 200, "OpenApi", {},
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
