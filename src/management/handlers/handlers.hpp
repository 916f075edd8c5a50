#pragma once
#include "management/api_request.hpp"

/// Handlers of the routes. A handler reads the request, calls a module and returns the response.
namespace ecron::management {

AsyncResponse show_sign_in(ApiRequest request);

AsyncResponse count_jobs(ApiRequest request);
AsyncResponse list_jobs(ApiRequest request);
AsyncResponse show_job(ApiRequest request);
AsyncResponse create_job(ApiRequest request);
AsyncResponse replace_job(ApiRequest request);
AsyncResponse patch_job(ApiRequest request);
AsyncResponse put_job_by_name(ApiRequest request);
AsyncResponse delete_jobs(ApiRequest request);
AsyncResponse enable_jobs(ApiRequest request);
AsyncResponse notify_jobs(ApiRequest request);

AsyncResponse list_statuses(ApiRequest request);
AsyncResponse statuses_of_job(ApiRequest request);
AsyncResponse put_statuses(ApiRequest request);

AsyncResponse run_job(ApiRequest request);
AsyncResponse list_executions(ApiRequest request);
AsyncResponse list_missed(ApiRequest request);
AsyncResponse show_execution(ApiRequest request);
AsyncResponse cancel_execution(ApiRequest request);
AsyncResponse show_output(ApiRequest request);
AsyncResponse take_callback(ApiRequest request);

AsyncResponse next_runs_of_job(ApiRequest request);
AsyncResponse preview_schedule(ApiRequest request);
AsyncResponse explain_run(ApiRequest request);

AsyncResponse list_dead_letters(ApiRequest request);
AsyncResponse redeliver(ApiRequest request);

AsyncResponse show_scheduling(ApiRequest request);
AsyncResponse pause_scheduling(ApiRequest request);
AsyncResponse resume_scheduling(ApiRequest request);

AsyncResponse show_overview(ApiRequest request);
AsyncResponse show_forecast(ApiRequest request);
AsyncResponse show_history(ApiRequest request);
AsyncResponse show_cluster(ApiRequest request);
AsyncResponse show_configuration(ApiRequest request);
AsyncResponse stream_events(ApiRequest request);

AsyncResponse list_audit(ApiRequest request);
AsyncResponse show_caller(ApiRequest request);

AsyncResponse alive(ApiRequest request);
AsyncResponse ready(ApiRequest request);
AsyncResponse metrics(ApiRequest request);
AsyncResponse openapi(ApiRequest request);

}  // namespace ecron::management
