#include "ecron/model/window.hpp"

namespace ecron::model {

std::vector<Instant> occurrences_of(const cron::Schedule& schedule, JobType type, const Plan& plan,
                                    Instant after, std::size_t count) {
    const bool once = type == JobType::timed && !plan.repeats;
    if (once) count = std::min<std::size_t>(count, 1);
    const Window window = window_of(plan);
    std::vector<Instant> occurrences;
    while (occurrences.size() < count) {
        const std::optional<Instant> next = window.next_after(schedule, after);
        if (!next) break;
        occurrences.push_back(*next);
        after = *next;
    }
    return occurrences;
}

}  // namespace ecron::model
