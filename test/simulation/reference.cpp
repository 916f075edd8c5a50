#include "simulation/reference.hpp"

#include "ecron/base/stable_hash.hpp"
#include "ecron/model/json.hpp"

namespace ecron::sim {
namespace {

std::uint64_t mixed(std::uint64_t value) {  // splitmix64
    value += 0x9e37'79b9'7f4a'7c15U;
    value = (value ^ value >> 30U) * 0xbf58'476d'1ce4'e5b9U;
    value = (value ^ value >> 27U) * 0x94d0'49bb'1331'11ebU;
    return value ^ value >> 31U;
}

}  // namespace

std::optional<Reference> Reference::of(const model::Job& job) {
    const auto context = model::read_context(job.context);
    if (!context || job.cron_time.empty()) return {};
    const model::Plan& plan = context->plan;
    const auto parsed = model::schedule_of(job.cron_time, job.type, plan, job.id, job.created_at,
                                           model::Rules{}, cron::Strictness::takeover);
    if (!parsed) return {};
    return Reference{.schedule = parsed->schedule,
                     .begin = plan.begin_at,
                     .end = plan.end_at,
                     .jitter = plan.jitter,
                     .once = job.type == model::JobType::timed && !plan.repeats,
                     .enabled = job.enabled,
                     .job = job.id.value(),
                     .tenant = job.tenant,
                     .misfire = plan.misfire.value_or(model::Misfire::once),
                     .grace = plan.misfire_grace.value_or(Millis{60'000}),
                     .overlap = plan.overlap.value_or(model::Overlap::skip),
                     .deadline = plan.start_deadline};
}

std::optional<Instant> Reference::after(Instant instant) const {
    if (begin) instant = std::max(instant, *begin - Millis{1});
    const std::optional<Instant> next = schedule.next_after(instant);
    return next && end && *next > *end ? std::nullopt : next;
}

bool Reference::names(Instant instant) const { return after(instant - Millis{1}) == instant; }

Instant Reference::due(Instant scheduled_at) const {
    if (jitter <= Millis{0}) return scheduled_at;
    const std::uint64_t random =
        mixed(stable_hash(job) ^ mixed(static_cast<std::uint64_t>(to_unix_millis(scheduled_at))));
    return scheduled_at +
           Millis{static_cast<std::int64_t>(random % static_cast<std::uint64_t>(jitter.count()))};
}

bool Reference::same_instants(const Reference& other) const {
    return schedule == other.schedule && begin == other.begin && end == other.end && jitter == other.jitter &&
           once == other.once && enabled == other.enabled;
}

std::optional<Instant> next_due(const model::Job& job, Instant now) {
    const std::optional<Reference> reference = job.enabled ? Reference::of(job) : std::nullopt;
    if (!reference) return {};
    const std::optional<Instant> scheduled_at = reference->after(now);
    return scheduled_at ? std::optional{reference->due(*scheduled_at)} : std::nullopt;
}

}  // namespace ecron::sim
