#include <algorithm>
#include <cmath>

#include "ecron/execution/attempt.hpp"

namespace ecron::execution {

std::optional<Millis> next_attempt_after(const model::Retry& retry, int number, const AttemptResult& result,
                                         double uniform, Millis floor) {
    if (result.outcome != model::ExecutionState::failure || number >= retry.max_attempts) return std::nullopt;
    const bool named = std::ranges::any_of(retry.on, [&](const model::CodeRange& range) {
        return range.first <= result.code && result.code <= range.last;
    });
    const bool has_code = result.code != 0 && !result.incomplete;
    if (!retry.on.empty() && has_code && !named) return std::nullopt;
    const double most =
        std::min(static_cast<double>(retry.max.count()),
                 static_cast<double>(retry.initial.count()) * std::pow(retry.multiplier, number - 1));
    const Millis jittered{std::llround(most * uniform)};
    const Millis asked =
        std::min(result.retry_after.value_or(Millis{0}), retry.after_max.value_or(retry.max));
    return std::max({jittered, asked, floor});
}

}  // namespace ecron::execution
