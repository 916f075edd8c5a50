#pragma once
#include "management/api_request.hpp"

/// Handlers of the routes. A handler reads the request, calls a module and returns the response.
namespace ecron::management {

Answer count_jobs(Call call);
Answer list_jobs(Call call);
Answer create_job(Call call);
Answer replace_job(Call call);
Answer delete_jobs(Call call);
Answer enable_jobs(Call call);
Answer notify_jobs(Call call);

Answer list_statuses(Call call);
Answer statuses_of_job(Call call);
Answer put_statuses(Call call);

Answer run_job(Call call);
Answer show_execution(Call call);
Answer cancel_execution(Call call);
Answer show_output(Call call);
Answer take_callback(Call call);

Answer next_runs_of_job(Call call);
Answer preview_schedule(Call call);
Answer explain_run(Call call);

Answer list_dead_letters(Call call);
Answer redeliver(Call call);

Answer show_scheduling(Call call);
Answer pause_scheduling(Call call);
Answer resume_scheduling(Call call);

Answer show_cluster(Call call);

Answer list_audit(Call call);

Answer alive(Call call);
Answer ready(Call call);
Answer metrics(Call call);
Answer openapi(Call call);

}  // namespace ecron::management
