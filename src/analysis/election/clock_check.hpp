#pragma once
#include <chrono>
#include <optional>

#include "ecron/base/time.hpp"

namespace ecron::analysis {

inline constexpr Millis kClockTolerance{1'000};  // for a jump, and for the offset to the store's clock
inline constexpr Millis kClockWarning{100};

/// One measurement of the wall clock against the store's clock. The true difference deviates from `ahead` by
/// at most `error`, half of the round trip.
struct ClockDifference {
    Millis ahead{};
    Millis error{};
    [[nodiscard]] Millis magnitude() const { return ahead < Millis{0} ? -ahead : ahead; }
    [[nodiscard]] bool is_surely_tolerable() const { return magnitude() + error <= kClockTolerance; }
};

/// Decides whether a node may lead with its wall clock. A measurement beyond the tolerance forbids it. Only a
/// measurement that is certainly within the tolerance permits it again, so that a slow round trip does not
/// hide a wrong clock. Pure.
class ClockPermit {
public:
    void measure(const ClockDifference& difference) {
        refuses_ = refuses_ ? !difference.is_surely_tolerable() : difference.magnitude() > kClockTolerance;
    }
    [[nodiscard]] bool refuses() const { return refuses_; }

private:
    bool refuses_{false};
};

/// Decides whether the wall clock is trusted. A jump relative to the steady clock makes it untrusted until
/// the store's clock confirms it, the jump is undone, or, if there is no other clock, it has persisted. Pure.
class ClockCheck {
public:
    /// `lasting`: how long a jump must persist to be trusted without another clock; nullopt means it never
    /// is.
    explicit ClockCheck(std::optional<Millis> lasting = {}) : lasting_(lasting) {}

    /// Compares the two clocks. Returns true if the wall clock has just jumped.
    bool look(Instant wall, SteadyInstant steady) {
        const Millis offset = offset_of(wall, steady);
        if (!believed_) believed_ = offset;
        const bool near = differ(offset, *believed_) <= kClockTolerance;
        if (near) {
            believed_ = offset;  // a slewed clock does not jump
            doubtful_since_.reset();
            return false;
        }
        const bool again = doubtful_since_ && differ(offset, doubtful_) <= kClockTolerance;
        if (!again) {
            doubtful_ = offset;
            doubtful_since_ = steady;
            return true;
        }
        if (lasting_ && steady - *doubtful_since_ >= *lasting_) believe(offset);
        return false;
    }

    /// The store's clock, read after the jump, agrees with the wall clock.
    void confirm(Instant wall, SteadyInstant steady) { believe(offset_of(wall, steady)); }

    [[nodiscard]] bool is_believed() const { return !doubtful_since_; }
    /// Returns when the unconfirmed jump was noticed; nullopt if there is none.
    [[nodiscard]] std::optional<SteadyInstant> doubtful_since() const { return doubtful_since_; }

private:
    static Millis offset_of(Instant wall, SteadyInstant steady) {
        return wall.time_since_epoch() - std::chrono::floor<Millis>(steady.time_since_epoch());
    }
    static Millis differ(Millis a, Millis b) { return a > b ? a - b : b - a; }
    void believe(Millis offset) {
        believed_ = offset;
        doubtful_since_.reset();
    }

    std::optional<Millis> lasting_;
    std::optional<Millis> believed_;
    Millis doubtful_{};
    std::optional<SteadyInstant> doubtful_since_;
};

}  // namespace ecron::analysis
