#pragma once
#include <string>
#include <vector>

#include "ecron/cron/schedule.hpp"
#include "ecron/model/job.hpp"

namespace ecron::model {

/// Warns of plans that contradict their schedule: a window without an occurrence, a jitter longer than the
/// period. Occurrences up to `now` are ignored.
void warn_of_plan(const cron::Schedule& schedule, JobType type, const Plan& plan, Instant now,
                  std::vector<std::string>& warnings);

}  // namespace ecron::model
