#pragma once
#include <string>
#include <vector>

#include "store/sql/session.hpp"

/// Derived values, which may be incorrect after another program has changed the rows: the previous service,
/// or an operator with an SQL client.
namespace ecron::store {

/// Tenants whose counters of jobs or bytes differ from their rows.
struct Miscounted {
    std::vector<std::string> jobs{};
    std::vector<std::string> bytes{};
    [[nodiscard]] bool none() const { return jobs.empty() && bytes.empty(); }
};
Miscounted find_miscounted(Session& session);

/// Returns the ids of jobs whose context is not readable. Their length is not evidence for a counter.
std::vector<std::string> find_damaged_contexts(Session& session);

/// Sets the counters of every tenant to the values computed from its rows, if they differ; returns the number
/// of corrected tenants. Locks job changes only if there are differences, so that nodes may be running.
std::size_t recount_tenants(Session& session);

}  // namespace ecron::store
