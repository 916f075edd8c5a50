#pragma once
#include <boost/asio/awaitable.hpp>
#include <span>
#include <string>
#include <vector>

#include "ecron/model/json.hpp"
#include "management/api_request.hpp"

/// Warnings about a job that depend on the configuration of this node or on the kind of change. The reader
/// of jobs (model::read_job) finds all others.
namespace ecron::management {

/// Adds a warning if attempts of the job would fail on this node, whose configuration disables commands or
/// Kubernetes Jobs. Other nodes may carry them out.
boost::asio::awaitable<void> warn_of_mode(const ApiRequest& request, model::JobInput& input);
/// The same for stored jobs; each warning once.
boost::asio::awaitable<std::vector<std::string>> mode_warnings(const ApiRequest& request,
                                                               std::span<const model::Job> jobs);

/// Adds a warning to a new job that does not run because it is disabled.
void warn_of_disabled(model::JobInput& input);

}  // namespace ecron::management
