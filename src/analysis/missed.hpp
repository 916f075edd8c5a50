#pragma once
#include <span>
#include <string>

#include "ecron/cron/schedule.hpp"
#include "ecron/store/store.hpp"

/// Summaries of runs that were missed. Pure.
namespace ecron::analysis {

/// As the row of the run that stands for them keeps it.
std::string summary_text(const store::Missed& missed);

/// Takes instants that were claimed, in order, out of a summary; its count may come to nothing.
void leave_out(store::Missed& missed, std::span<const Instant> claimed, const cron::Schedule& schedule);

/// The instants of one summary that lie within another, in order.
void append_instants(const store::Missed& told, const store::Missed& within, const cron::Schedule& schedule,
                     std::vector<Instant>& out);

}  // namespace ecron::analysis
