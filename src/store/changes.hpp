#pragma once
#include <vector>

#include "ecron/store/store.hpp"
#include "store/session.hpp"

/// The change log and the summaries of missed runs, as they are read. A change's text column holds the
/// schedule that it replaced, or of a request: which execution it is about, and who asked.
namespace ecron::store {

/// The text of a request's change: {"execute_id","by"}.
std::string request_text(const ExecuteId& execution, std::string_view by);

std::vector<Change> changes_after(Session& session, ChangeNumber number, std::size_t limit);
std::vector<Change> changes_of(Session& session, const JobId& job, const TenantId& tenant, std::size_t limit);
std::vector<Missed> missed_of(Session& session, JobKey job, Instant from, Instant to);
/// Summaries that reach beyond the watermark.
std::vector<Missed> missed_beyond(Session& session, Instant watermark);

}  // namespace ecron::store
