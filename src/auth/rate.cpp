#include "ecron/auth/rate.hpp"

#include <algorithm>

namespace ecron::auth {
namespace {

using std::chrono::microseconds;
constexpr std::size_t kTenantsKept = 10'000;
constexpr microseconds kWhole{1'000'000};  // fills a bucket

}  // namespace

Millis RateLimit::take(const TenantId& tenant, SteadyInstant now) {
    if (per_second_ == 0) return Millis{0};
    const microseconds one = per_token();
    if (full_at_.size() >= kTenantsKept) forget_full(now);
    SteadyInstant& full = full_at_.try_emplace(tenant, now).first->second;
    const SteadyInstant after = std::max(full, now) + one;
    if (after <= now + kWhole) {
        full = after;
        return Millis{0};
    }
    return std::max(Millis{1}, std::chrono::ceil<Millis>(after - now - kWhole));
}

std::optional<RateLimit::Quota> RateLimit::quota(const TenantId& tenant, SteadyInstant now) const {
    if (per_second_ == 0) return std::nullopt;
    const auto found = full_at_.find(tenant);
    const microseconds missing =
        found == full_at_.end() ? microseconds{0} : std::max(found->second - now, microseconds{0});
    const auto remaining = static_cast<std::size_t>((kWhole - std::min(missing, kWhole)) / per_token());
    return Quota{per_second_, std::min(remaining, per_second_), std::chrono::ceil<Seconds>(missing)};
}

microseconds RateLimit::per_token() const {
    return microseconds{std::max<std::int64_t>(1, kWhole.count() / static_cast<std::int64_t>(per_second_))};
}

void RateLimit::forget_full(SteadyInstant now) {
    std::erase_if(full_at_, [now](const auto& entry) { return entry.second <= now; });
}

}  // namespace ecron::auth
