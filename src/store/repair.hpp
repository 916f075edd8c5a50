#pragma once
#include <string>
#include <vector>

#include "store/session.hpp"

/// Values that follow from rows, and may differ from them after another program has changed the rows: the old
/// service, or an operator with an SQL client.
namespace ecron::store {

/// Tenants whose counted jobs, or whose counted bytes, are not those of their rows.
struct Miscounted {
    std::vector<std::string> jobs{};
    std::vector<std::string> bytes{};
    [[nodiscard]] bool none() const { return jobs.empty() && bytes.empty(); }
};
Miscounted find_miscounted(Session& session);

/// Sets the counters of every tenant to what its rows say, if they differ: how many tenants that were. Takes
/// the lock of job changes only then, so that nodes may be at work.
std::size_t recount_tenants(Session& session);

}  // namespace ecron::store
