#include "traces/batches.hpp"

#include <algorithm>
#include <cassert>

namespace ecron::traces {

bool Batches::add(Span span, SteadyInstant now) {
    assert(!is_full());
    spans_.push_back({now, std::move(span)});
    return spans_.size() == 1 || spans_.size() == batch_;
}

std::optional<std::chrono::microseconds> Batches::until_due(SteadyInstant now) const {
    if (spans_.empty()) return std::nullopt;
    if (spans_.size() >= batch_) return std::chrono::microseconds{0};
    return std::max<std::chrono::microseconds>(spans_.front().since + linger_ - now,
                                               std::chrono::microseconds{0});
}

std::vector<Span> Batches::take() {
    std::vector<Span> taken;
    taken.reserve(std::min(batch_, spans_.size()));
    while (taken.size() < batch_ && !spans_.empty()) {
        taken.push_back(std::move(spans_.front().span));
        spans_.pop_front();
    }
    return taken;
}

}  // namespace ecron::traces
