#pragma once
#include "ecron/base/back_off.hpp"

namespace ecron::store {

/// When a server that failed or refused is asked again: after 100 ms, then twice as long each time. Threads:
/// one.
class RetryTimer {
public:
    explicit RetryTimer(Millis longest) : back_off_{.first = Millis{100}, .max = longest} {}

    void failed(SteadyInstant now) { until_ = now + back_off_.after(++failures_); }
    void succeeded() { failures_ = 0; }
    [[nodiscard]] Millis delay() const { return failures_ == 0 ? Millis{0} : back_off_.after(failures_); }
    [[nodiscard]] bool is_over(SteadyInstant now) const { return failures_ == 0 || now >= until_; }

private:
    BackOff back_off_;
    std::size_t failures_{0};
    SteadyInstant until_{};
};

}  // namespace ecron::store
