#pragma once
#include <algorithm>
#include <cstddef>
#include <unordered_map>

#include "ecron/base/id.hpp"
#include "ecron/base/time.hpp"

namespace ecron::analysis {

/// Limits the retries of each tenant per second, so that failing executions with short delays do not take the
/// node from the others (a retry budget, as proxies have it). Threads: the owner makes every call.
class RetryPace {
public:
    /// `per_second` 0: no limit.
    explicit RetryPace(std::size_t per_second) : per_second_(per_second) {}

    /// Takes the tenant's next place. Returns the delay of the retry: at least `wanted`.
    Millis delay(const TenantId& tenant, SteadyInstant now, Millis wanted) {
        if (per_second_ == 0) return wanted;
        if (next_.size() >= kTenantsKept)
            std::erase_if(next_, [now](const auto& one) { return one.second <= now; });
        SteadyInstant& next = next_.try_emplace(tenant, now).first->second;
        const SteadyInstant mine = std::max(next, now);
        next = mine + std::chrono::microseconds{1'000'000} / per_second_;
        return std::max(wanted, std::chrono::ceil<Millis>(mine - now));
    }

private:
    static constexpr std::size_t kTenantsKept = 10'000;

    std::size_t per_second_;
    std::unordered_map<TenantId, SteadyInstant> next_;  // first free place of each tenant
};

}  // namespace ecron::analysis
