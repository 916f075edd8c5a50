#include <algorithm>
#include <cmath>

#include "ecron/execution/attempt.hpp"

namespace ecron::execution {

std::optional<Millis> next_attempt_after(const model::Retry& retry, int number, const AttemptResult& result,
                                         double dice) {
    if (result.outcome != model::ExecutionState::failure || number >= retry.max_attempts) return std::nullopt;
    const bool named = std::ranges::any_of(retry.on, [&](const model::CodeRange& range) {
        return range.first <= result.code && result.code <= range.last;
    });
    if (!retry.on.empty() && result.code != 0 && !named) return std::nullopt;
    const double most =
        std::min(static_cast<double>(retry.max.count()),
                 static_cast<double>(retry.initial.count()) * std::pow(retry.multiplier, number - 1));
    const Millis jittered{std::llround(most * dice)};
    return std::max(jittered, result.retry_after.value_or(Millis{0}));
}

}  // namespace ecron::execution
