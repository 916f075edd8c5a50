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

}  // namespace ecron::analysis
