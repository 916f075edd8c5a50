#pragma once
#include <boost/json/object.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "client/api/api.hpp"

/// Jobs by name or id.
namespace ecron::client {

using JobObject = json::object;  // a job as GET /job returns it

/// `with_next`: with the member `next_run`, from servers that know it; in smaller pages.
enum class Members : std::uint8_t { stored, with_next };

/// All jobs, newest first. `filter`: further parameters, such as "job_type=timed".
Outcome<std::vector<JobObject>> list_jobs(Api& api, const std::string& filter = {},
                                          Members members = Members::stored);

/// The jobs with these names or ids, in that order. Errors: unknown ones, and names that several jobs have
/// (an administrator sees those of all tenants), which lists their ids.
Outcome<std::vector<JobObject>> find_jobs(Api& api, const std::vector<std::string>& names);
Outcome<JobObject> find_job(Api& api, const std::string& name);

/// The next occurrence of each job as RFC 3339; empty: none. Requested for enabled jobs without `next_run`.
Outcome<std::vector<std::string>> next_runs(Api& api, const std::vector<JobObject>& jobs);
/// The latest execution of each job; an empty object: none.
Outcome<std::vector<json::object>> last_executions(Api& api, const std::vector<JobObject>& jobs);

[[nodiscard]] bool is_uuid(std::string_view text);
[[nodiscard]] std::string job_id(const JobObject& job);
[[nodiscard]] std::string job_name(const JobObject& job);

}  // namespace ecron::client
