#include "notify/receivers.hpp"

#include <algorithm>
#include <cassert>
#include "ecron/base/back_off.hpp"

namespace ecron::notify {
namespace {

constexpr std::size_t kSharesOfSlots = 8;
constexpr BackOff kPause{.first = Millis{1'000}, .max = Millis{60'000}};

std::string_view tenant_in(std::string_view name) { return name.substr(0, name.find(' ')); }

}  // namespace

Receivers::Receivers(std::size_t limit, std::size_t failing)
    : limit_(limit),
      per_receiver_(std::max<std::size_t>(1, limit / kSharesOfSlots)),
      for_failing_(std::max<std::size_t>(1, failing)) {}

Receivers::Room Receivers::room(SteadyInstant now) const {
    Room room;
    std::map<std::string_view, std::size_t> failing;  // requests in progress of each tenant
    for (const auto& [name, receiver] : receivers_)
        if (receiver.failures > 0) failing[tenant_in(name)] += receiver.under_way;
    for (const auto& [name, receiver] : receivers_) {
        if (receiver.failures == 0) {
            room[name] = per_receiver_ - std::min(per_receiver_, receiver.under_way);
            continue;
        }
        std::size_t& under_way = failing[tenant_in(name)];
        const bool may = under_way < for_failing_ && receiver.under_way == 0 && receiver.pause_until <= now;
        room[name] = may ? 1 : 0;
        if (may) ++under_way;
    }
    return room;
}

void Receivers::begin(const std::string& name) {
    assert(under_way_ < limit_);
    Receiver& receiver = receivers_[name];
    ++receiver.under_way;
    ++under_way_;
}

void Receivers::end(const std::string& name, Health health, std::optional<Millis> pause, SteadyInstant now) {
    const auto found = receivers_.find(name);
    assert(found != receivers_.end() && found->second.under_way > 0);
    Receiver& receiver = found->second;
    const bool was_failing = receiver.failures > 0;
    --receiver.under_way;
    --under_way_;
    if (health == Health::failing) {
        // Concurrent requests that fail together count as one failure.
        if (receiver.pause_until <= now) ++receiver.failures;
        receiver.pause_until = std::max(
            receiver.pause_until, now + std::max(kPause.after(static_cast<std::size_t>(receiver.failures)),
                                                 pause.value_or(Millis{0})));
    } else {
        receiver.failures = 0;
    }
    failing_ = failing_ + (receiver.failures > 0 ? 1 : 0) - (was_failing ? 1 : 0);
    if (receiver.failures == 0 && receiver.under_way == 0) receivers_.erase(found);
    if (failing_ > kMaxFailing) drop_oldest_failing();
}

/// Drops the failing receivers whose pause ended first; the cost is a few requests too many to each.
void Receivers::drop_oldest_failing() {
    auto oldest = receivers_.end();
    for (auto it = receivers_.begin(); it != receivers_.end(); ++it) {
        if (it->second.failures == 0 || it->second.under_way > 0) continue;
        if (oldest == receivers_.end() || it->second.pause_until < oldest->second.pause_until) oldest = it;
    }
    if (oldest == receivers_.end()) return;
    receivers_.erase(oldest);
    --failing_;
}

}  // namespace ecron::notify
