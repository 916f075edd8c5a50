#pragma once
#include <chrono>
#include <optional>

#include "ecron/base/time.hpp"

namespace ecron::analysis {

inline constexpr Millis kClockTolerance{1'000};  // of a jump, and of the difference to the store's clock
inline constexpr Millis kClockWarning{100};

/// One measurement of the wall clock against the store's. The true difference is at most `error`, half of the
/// round trip, away from `ahead`.
struct ClockDifference {
    Millis ahead{};
    Millis error{};
    [[nodiscard]] Millis magnitude() const { return ahead < Millis{0} ? -ahead : ahead; }
    [[nodiscard]] bool is_surely_tolerable() const { return magnitude() + error <= kClockTolerance; }
};

/// Whether a node may lead with its wall clock. A measurement beyond the tolerance forbids it; only one that
/// is within the tolerance for certain permits it again, so that a slow round trip does not hide a wrong
/// clock. Pure.
class ClockPermit {
public:
    void measure(const ClockDifference& difference) {
        refuses_ = refuses_ ? !difference.is_surely_tolerable() : difference.magnitude() > kClockTolerance;
    }
    [[nodiscard]] bool refuses() const { return refuses_; }

private:
    bool refuses_{false};
};

/// Whether the wall clock can be believed. A jump against the steady clock makes it doubtful, until the
/// store's clock confirms it, the jump is undone or, where there is no other clock, it has lasted. Pure.
class ClockCheck {
public:
    /// `lasting`: how long a jump must last to be believed without another clock; nothing: for ever.
    explicit ClockCheck(std::optional<Millis> lasting = {}) : lasting_(lasting) {}

    /// Compares the two clocks; true: the wall clock has jumped just now.
    bool look(Instant wall, SteadyInstant steady) {
        const Millis offset = offset_of(wall, steady);
        if (!believed_) believed_ = offset;
        const bool near = differ(offset, *believed_) <= kClockTolerance;
        if (near) {
            believed_ = offset;  // a clock that is slewed does not jump
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

    /// The store's clock, asked after the jump, agrees with the wall clock.
    void confirm(Instant wall, SteadyInstant steady) { believe(offset_of(wall, steady)); }

    [[nodiscard]] bool is_believed() const { return !doubtful_since_; }
    /// When the jump was noticed that is in doubt.
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
