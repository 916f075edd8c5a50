#include "ecron/model/occurrences.hpp"

#include <algorithm>

#include "ecron/base/stable_hash.hpp"

namespace ecron::model {
namespace {

std::uint64_t mixed(std::uint64_t value) {  // splitmix64
    value += 0x9e37'79b9'7f4a'7c15U;
    value = (value ^ value >> 30U) * 0xbf58'476d'1ce4'e5b9U;
    value = (value ^ value >> 27U) * 0x94d0'49bb'1331'11ebU;
    return value ^ value >> 31U;
}

}  // namespace

std::optional<Instant> Occurrences::next(Instant after) const noexcept {
    if (window_.begin_at) after = std::max(after, window_.first() - Millis{1});
    const std::optional<Instant> next = schedule_.next_after(after);
    return next && *next < window_.past_end() ? next : std::nullopt;
}

std::optional<Instant> Occurrences::previous(Instant before) const noexcept {
    const std::optional<Instant> previous = schedule_.prev_before(std::min(before, window_.past_end()));
    return previous && *previous >= window_.first() ? previous : std::nullopt;
}

bool Occurrences::contains(Instant instant) const noexcept {
    return window_.contains(instant) && schedule_.names(instant);
}

Instant Occurrences::due(Instant occurrence) const noexcept {
    if (!is_jittered()) return occurrence;
    const std::uint64_t random =
        mixed(jitter_.seed ^ mixed(static_cast<std::uint64_t>(to_unix_millis(occurrence))));
    return occurrence +
           Millis{static_cast<std::int64_t>(random % static_cast<std::uint64_t>(jitter_.limit.count()))};
}

Instant Occurrences::claim_by(Instant occurrence) const noexcept {
    const Instant at = due(occurrence);
    return at == occurrence ? at : std::min(at, next(occurrence).value_or(Instant::max()));
}

Occurrences occurrences_of(const cron::Schedule& schedule, const Plan& plan, const JobId& job) {
    return Occurrences{
        schedule, {plan.begin_at, plan.end_at}, {.limit = plan.jitter, .seed = stable_hash(job.value())}};
}

std::vector<Instant> first_occurrences(const cron::Schedule& schedule, JobType type, const Plan& plan,
                                       Instant after, std::size_t count) {
    if (runs_once(type, plan)) count = std::min<std::size_t>(count, 1);
    const Occurrences all{schedule, {plan.begin_at, plan.end_at}};
    std::vector<Instant> first;
    while (first.size() < count) {
        const std::optional<Instant> next = all.next(first.empty() ? after : first.back());
        if (!next) break;
        first.push_back(*next);
    }
    return first;
}

}  // namespace ecron::model
