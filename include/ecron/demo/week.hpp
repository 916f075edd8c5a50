#pragma once
#include <string>

#include "ecron/model/json.hpp"
#include "ecron/store/fill.hpp"

/// The data of `ecron serve --demo`: the jobs of a fictional online shop.
namespace ecron::demo {

/// Returns 200 jobs that call the demo's target (target.hpp), and what they did in the week before `now`:
/// successes, failures, retries, skipped overlaps, late starts, and occurrences missed while ecron did not
/// run. Pure and deterministic: equal arguments give equal content.
[[nodiscard]] store::Content week_before(Instant now, const std::string& target_url, const TenantId& tenant,
                                         const NodeId& node, const model::Rules& rules);

}  // namespace ecron::demo
