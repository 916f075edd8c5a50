#pragma once
#include <vector>

#include "ecron/store/store.hpp"
#include "store/sql/session.hpp"

/// Reads of the change log and of the summaries of missed runs. The text column of a change contains the
/// replaced schedule; for a request, the execution and the requester.
namespace ecron::store {

/// Returns the text of a request's change: {"execute_id","by"}.
std::string request_text(const ExecuteId& execution, std::string_view by);

std::vector<Change> changes_after(Session& session, ChangeNumber number, std::size_t limit);
std::vector<Change> changes_of(Session& session, const JobId& job, const TenantId& tenant, std::size_t limit);
std::vector<Missed> missed_of(Session& session, JobKey job, Instant from, Instant to);
/// Returns the summaries that reach beyond the watermark.
std::vector<Missed> missed_beyond(Session& session, Instant watermark);

}  // namespace ecron::store
