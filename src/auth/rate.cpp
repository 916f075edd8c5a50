#include "ecron/auth/rate.hpp"

#include <algorithm>

namespace ecron::auth {
namespace {

using std::chrono::microseconds;
constexpr std::size_t kTenantsKept = 10'000;

}  // namespace

Millis RateLimit::take(const TenantId& tenant, SteadyInstant now) {
    if (per_second_ == 0) return Millis{0};
    const microseconds whole{1'000'000};
    const microseconds one{std::max<std::int64_t>(1, whole.count() / static_cast<std::int64_t>(per_second_))};
    if (full_at_.size() >= kTenantsKept) forget_full(now);
    SteadyInstant& full = full_at_.try_emplace(tenant, now).first->second;
    const SteadyInstant after = std::max(full, now) + one;
    if (after <= now + whole) {
        full = after;
        return Millis{0};
    }
    return std::max(Millis{1}, std::chrono::ceil<Millis>(after - now - whole));
}

void RateLimit::forget_full(SteadyInstant now) {
    std::erase_if(full_at_, [now](const auto& entry) { return entry.second <= now; });
}

}  // namespace ecron::auth
