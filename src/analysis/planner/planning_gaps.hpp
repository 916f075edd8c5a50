#pragma once
#include <cstddef>
#include <utility>
#include <vector>

#include "analysis/planner/span.hpp"

namespace ecron::analysis {

/// The times during which nothing was planned, while they contain undecided occurrences: those became known
/// at the end of the gap, so they may be missed.
class PlanningGaps {
public:
    static constexpr Millis kShortest{1'000};  // shorter interruptions are not gaps

    explicit PlanningGaps(Instant now) : attended_(now) {}
    /// Forgets all gaps; the next one begins at `now` at the earliest.
    void restart(Instant now) {
        gaps_.clear();
        attended_ = now;
    }
    /// Occurrences are planned at `now`. `decided()` returns the instant up to which all occurrences are
    /// decided.
    template <class Decided> void attend(Instant now, const Decided& decided) {
        const Instant before = std::exchange(attended_, now);
        if (now - before <= kShortest) return;
        std::erase_if(gaps_, [until = decided()](const Span& gap) { return gap.end <= until; });
        if (gaps_.size() < kMost)
            gaps_.push_back({before, now});
        else
            gaps_.back().end = now;
    }
    /// Returns when an occurrence in a gap became known; Instant::min() if it is in none.
    [[nodiscard]] Instant known_since(Instant instant) const {
        for (const Span& gap : gaps_)
            if (gap.contains(instant)) return gap.end;
        return Instant::min();
    }

private:
    static constexpr std::size_t kMost = 64;  // beyond it the last gap is extended

    Instant attended_;        // the time of the last planning
    std::vector<Span> gaps_;  // sorted
};

}  // namespace ecron::analysis
