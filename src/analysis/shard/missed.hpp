#pragma once
#include <span>
#include <string>

#include "ecron/model/occurrences.hpp"
#include "ecron/store/store.hpp"

/// Summaries of missed occurrences. Pure.
namespace ecron::analysis {

/// A summary, and the occurrences of the schedule that was in effect: the job may have another one by now.
struct MissedSummary {
    store::Missed missed;
    model::Occurrences occurrences;
};

/// Formats a summary as stored in the row of the run that represents it.
std::string summary_text(const store::Missed& missed);

/// Removes claimed occurrences (sorted) from a summary; its count may become 0.
void leave_out(MissedSummary& summary, std::span<const Instant> claimed);

/// Appends the occurrences of a recorded summary that lie within another, sorted.
void append_instants(const store::Missed& recorded, const MissedSummary& within, std::vector<Instant>& out);

}  // namespace ecron::analysis
