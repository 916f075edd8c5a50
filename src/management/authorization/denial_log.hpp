#pragma once
#include "ecron/auth/identity.hpp"
#include "ecron/base/log_limit.hpp"
#include "ecron/base/time.hpp"

namespace ecron::management {

/// Logs requests that lack a permission: a few lines per tenant and interval, and the number of suppressed
/// lines. Threads: the io_context's.
class DenialLog {
public:
    explicit DenialLog(const Clock& clock) : clock_(clock) {}
    void log(const auth::Identity& identity, std::string_view scope);
    /// Logs the numbers of suppressed lines of intervals that have ended; cheap if there are none.
    void log_suppressed();

private:
    const Clock& clock_;
    log::LineLimit lines_;
};

}  // namespace ecron::management
