#pragma once
#include <string_view>

#include "ecron/base/log_limit.hpp"
#include "ecron/model/job.hpp"

namespace ecron::management {

struct Caller;

/// Logs each change of a job over the API: up to a hundred lines a second for each tenant, and the number of
/// suppressed lines. Threads: the io_context's.
class JobChangeLog {
public:
    explicit JobChangeLog(const Clock& clock) : clock_(clock) {}
    void log(const Caller& caller, const model::Job& job);

private:
    const Clock& clock_;
    log::LineLimit lines_{log::LineRule{.lines = 100, .span = Millis{1'000}, .sources = 1'000}};
};

}  // namespace ecron::management
