#pragma once
#include <algorithm>

#include "ecron/base/time.hpp"

namespace ecron::store {

/// Exponential back-off for a server that failed or refused: 100 ms, then twice as long each time. Threads:
/// one.
class BackOff {
public:
    explicit BackOff(Millis longest) : longest_(longest) {}

    void failed(SteadyInstant now) {
        delay_ = std::clamp(delay_ * 2, kFirst, longest_);
        until_ = now + delay_;
    }
    void succeeded() { delay_ = Millis{0}; }
    [[nodiscard]] Millis delay() const { return delay_; }
    [[nodiscard]] bool is_over(SteadyInstant now) const { return delay_ == Millis{0} || now >= until_; }

private:
    static constexpr Millis kFirst{100};

    Millis longest_;
    Millis delay_{0};
    SteadyInstant until_{};
};

}  // namespace ecron::store
