#include "receivers.hpp"

#include <algorithm>
#include <cassert>

namespace ecron::notify {
namespace {

constexpr std::size_t kSharesOfRoom = 8;
constexpr Millis kFirstPause{1'000};
constexpr Millis kLongestPause{60'000};

Millis pause_after(int troubles) {
    return std::min(kLongestPause, kFirstPause * (1U << static_cast<unsigned>(std::min(troubles - 1, 10))));
}

std::string_view tenant_in(std::string_view name) { return name.substr(0, name.find(' ')); }

}  // namespace

Receivers::Receivers(std::size_t limit, std::size_t troubled)
    : limit_(limit),
      per_receiver_(std::max<std::size_t>(1, limit / kSharesOfRoom)),
      for_troubled_(std::max<std::size_t>(1, troubled)) {}

Receivers::Room Receivers::room(SteadyInstant now) const {
    Room room;
    std::map<std::string_view, std::size_t> troubled;  // requests in progress of each tenant
    for (const auto& [name, receiver] : receivers_)
        if (receiver.troubles > 0) troubled[tenant_in(name)] += receiver.under_way;
    for (const auto& [name, receiver] : receivers_) {
        if (receiver.troubles == 0) {
            room[name] = per_receiver_ - std::min(per_receiver_, receiver.under_way);
            continue;
        }
        std::size_t& under_way = troubled[tenant_in(name)];
        const bool may = under_way < for_troubled_ && receiver.under_way == 0 && receiver.pause_until <= now;
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

void Receivers::end(const std::string& name, Answered answered, std::optional<Millis> pause,
                    SteadyInstant now) {
    const auto found = receivers_.find(name);
    assert(found != receivers_.end() && found->second.under_way > 0);
    Receiver& receiver = found->second;
    const bool was_troubled = receiver.troubles > 0;
    --receiver.under_way;
    --under_way_;
    if (answered == Answered::troubled) {
        // Concurrent requests that fail together count as one failure.
        if (receiver.pause_until <= now) ++receiver.troubles;
        receiver.pause_until = std::max(
            receiver.pause_until, now + std::max(pause_after(receiver.troubles), pause.value_or(Millis{0})));
    } else {
        receiver.troubles = 0;
    }
    troubled_ = troubled_ + (receiver.troubles > 0 ? 1 : 0) - (was_troubled ? 1 : 0);
    if (receiver.troubles == 0 && receiver.under_way == 0) receivers_.erase(found);
    if (troubled_ > kMaxTroubled) forget_some();
}

/// Drops the failing receivers whose pause ended first; the cost is a few requests too many to each.
void Receivers::forget_some() {
    auto oldest = receivers_.end();
    for (auto it = receivers_.begin(); it != receivers_.end(); ++it) {
        if (it->second.troubles == 0 || it->second.under_way > 0) continue;
        if (oldest == receivers_.end() || it->second.pause_until < oldest->second.pause_until) oldest = it;
    }
    if (oldest == receivers_.end()) return;
    receivers_.erase(oldest);
    --troubled_;
}

}  // namespace ecron::notify
