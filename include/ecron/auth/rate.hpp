#pragma once
#include <cstddef>
#include <map>

#include "ecron/base/id.hpp"
#include "ecron/base/time.hpp"

namespace ecron::auth {

/// So many requests a second for each tenant, a second's worth at once: a token bucket (Turner, "New
/// directions in communications", 1986) kept as the instant at which it would be full. Threads: its owner's.
class RateLimit {
public:
    /// `per_second` 0: no limit.
    explicit RateLimit(std::size_t per_second) : per_second_(per_second) {}
    /// Takes one; else how long to wait until there is one again.
    Millis take(const TenantId& tenant, SteadyInstant now);

private:
    void forget_full(SteadyInstant now);

    std::size_t per_second_;
    std::map<TenantId, SteadyInstant> full_at_;
};

}  // namespace ecron::auth
