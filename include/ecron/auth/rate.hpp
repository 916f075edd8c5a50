#pragma once
#include <cstddef>
#include <map>
#include <optional>

#include "ecron/base/id.hpp"
#include "ecron/base/time.hpp"

namespace ecron::auth {

/// Rate limit per tenant, with a burst of one second's worth: a token bucket (Turner, "New directions in
/// communications", 1986), stored as the instant at which it would be full. Threads: its owner's.
class RateLimit {
public:
    /// `per_second` 0: no limit.
    explicit RateLimit(std::size_t per_second) : per_second_(per_second) {}
    /// Takes one token from the bucket and returns 0, or returns the wait until one is available.
    Millis take(const TenantId& tenant, SteadyInstant now);

    /// The state of a bucket. `until_full` is less than a second, rounded up.
    struct Quota {
        std::size_t limit{}, remaining{};
        Seconds until_full{};
    };
    /// nullopt: no limit.
    [[nodiscard]] std::optional<Quota> quota(const TenantId& tenant, SteadyInstant now) const;

private:
    [[nodiscard]] std::chrono::microseconds per_token() const;
    void forget_full(SteadyInstant now);

    std::size_t per_second_;
    std::map<TenantId, SteadyInstant> full_at_;
};

}  // namespace ecron::auth
