#pragma once
#include <span>
#include <string>

#include "ecron/model/occurrences.hpp"
#include "ecron/store/store.hpp"

/// Summaries of missed occurrences. Pure.
namespace ecron::analysis {

/// Formats a summary as stored in the row of the run that represents it.
std::string summary_text(const store::Missed& missed);

/// Removes claimed occurrences (sorted) from a summary; its count may become 0.
void leave_out(store::Missed& missed, std::span<const Instant> claimed,
               const model::Occurrences& occurrences);

/// Appends the occurrences of one summary that lie within another, sorted.
void append_instants(const store::Missed& told, const store::Missed& within,
                     const model::Occurrences& occurrences, std::vector<Instant>& out);

}  // namespace ecron::analysis
