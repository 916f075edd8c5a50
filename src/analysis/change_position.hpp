#pragma once
#include <set>

#include "ecron/base/id.hpp"

namespace ecron::analysis {

/// Which changes have been seen. They are numbered without gaps, but their tellers may overtake one another.
class ChangePosition {
public:
    explicit ChangePosition(ChangeNumber seen = {}) : seen_(seen.value()) {}

    /// Notes a change; false when it was seen before.
    bool note(ChangeNumber number) {
        if (number.value() <= seen_ || !ahead_.insert(number.value()).second) return false;
        while (!ahead_.empty() && *ahead_.begin() == seen_ + 1) {
            ahead_.erase(ahead_.begin());
            ++seen_;
        }
        return true;
    }

    /// Every change up to this one was seen.
    [[nodiscard]] ChangeNumber seen() const { return ChangeNumber{seen_}; }
    [[nodiscard]] bool has_seen(ChangeNumber number) const {
        return number.value() <= seen_ || ahead_.contains(number.value());
    }

private:
    std::int64_t seen_;
    std::set<std::int64_t> ahead_;
};

}  // namespace ecron::analysis
