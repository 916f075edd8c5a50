#pragma once
#include <string>

#include "ecron/model/job.hpp"

namespace ecron::management {

/// What a change made of a job, as the audit log keeps it: {"job_cron_time":{"from":"…","to":"…"},
/// "job_context.exec":{…}}, members that stayed left out. A job that was not there before, or is not there
/// after, is a null pointer. Of a long value only the size is told; what
/// targets are given, and credentials anywhere else, are ***.
[[nodiscard]] std::string difference(const model::Job* before, const model::Job* after);

}  // namespace ecron::management
