#include "ecron/cron/schedule.hpp"

#include <algorithm>

namespace ecron::cron {
namespace {

using std::chrono::sys_seconds;

/// Limits of all searches: one day beyond any occurrence in any zone.
constexpr sys_seconds kFirst = std::chrono::sys_days{std::chrono::year{kFirstYear - 1} / 12 / 30};
constexpr sys_seconds kLast = std::chrono::sys_days{std::chrono::year{kLastYear + 1} / 1 / 2};
constexpr Instant kEndOfRuns = std::chrono::sys_days{std::chrono::year{kLastYear + 1} / 1 / 1};

/// Exceeds the largest jump of local time plus the largest difference between UTC offsets.
constexpr Seconds kOffsetSpan = std::chrono::days{3};

CivilSeconds to_civil(sys_seconds time, Seconds offset) {
    return CivilSeconds{time.time_since_epoch() + offset};
}
sys_seconds to_sys(CivilSeconds time, Seconds offset) {
    return sys_seconds{time.time_since_epoch() - offset};
}

std::optional<Instant> to_instant(std::optional<sys_seconds> time) {
    if (!time) return std::nullopt;
    return Instant{*time};
}

}  // namespace

Schedule::Schedule(const Pattern& pattern, const Zone* zone, DstPolicy dst, bool fixed_time) noexcept
    : pattern_(pattern),
      zone_(zone->index()),
      kind_(Kind::pattern),
      dst_(dst),
      fixed_time_(fixed_time) {}

Schedule::Schedule(Kind kind, Every every, const Zone* zone) noexcept
    : every_(every),
      zone_(zone->index()),
      kind_(kind),
      dst_{},
      fixed_time_{false} {}

Schedule Schedule::every(Seconds period, Instant anchor, const Zone* zone) noexcept {
    return {Kind::every, {std::chrono::floor<Seconds>(anchor), period}, zone};
}

Schedule Schedule::once(Instant instant, const Zone* zone) noexcept {
    return {Kind::once, {instant, {}}, zone};
}

std::optional<Instant> Schedule::next_after(Instant after) const noexcept {
    switch (kind_) {
        case Kind::once:
            if (after < every_.anchor) return every_.anchor;
            return std::nullopt;
        case Kind::every: {
            if (after >= kEndOfRuns) return std::nullopt;
            const Millis period = every_.period;
            const auto passed = after < every_.anchor ? 0 : (after - every_.anchor) / period;
            const Instant next = every_.anchor + (passed + 1) * period;
            if (next >= kEndOfRuns) return std::nullopt;
            return next;
        }
        case Kind::pattern:
            break;
    }
    const auto clamped = std::clamp<Instant>(after, kFirst, kLast);
    const sys_seconds from = std::chrono::floor<Seconds>(clamped) + Seconds{1};
    if (zone_ != 0) return to_instant(next_in_zone(from));
    const auto found = pattern_.next(to_civil(from, Seconds{0}));
    if (!found) return std::nullopt;
    return to_sys(*found, Seconds{0});
}

std::optional<Instant> Schedule::prev_before(Instant before) const noexcept {
    switch (kind_) {
        case Kind::once:
            if (before > every_.anchor) return every_.anchor;
            return std::nullopt;
        case Kind::every: {
            const Millis period = every_.period;
            if (before <= every_.anchor + period) return std::nullopt;
            const Instant latest = std::min(before, kEndOfRuns) - Millis{1};
            return every_.anchor + (latest - every_.anchor) / period * period;
        }
        case Kind::pattern:
            break;
    }
    const auto clamped = std::clamp<Instant>(before, kFirst, kLast);
    const sys_seconds until = std::chrono::ceil<Seconds>(clamped) - Seconds{1};
    if (zone_ != 0) return to_instant(prev_in_zone(until));
    const auto found = pattern_.prev(to_civil(until, Seconds{0}));
    if (!found) return std::nullopt;
    return to_sys(*found, Seconds{0});
}

bool Schedule::names(Instant instant) const noexcept {
    if (instant < Instant{kFirst} || instant > Instant{kLast})
        return kind_ == Kind::once && instant == every_.anchor;
    return next_after(instant - Millis{1}) == instant;
}

/// Returns true if the transition at the start of the interval skipped a local time of this schedule.
bool Schedule::runs_after_gap(const Zone::Interval& interval) const noexcept {
    if (!fixed_time_ || dst_.gap != Gap::run_after || interval.offset <= interval.offset_before) return false;
    const auto skipped = pattern_.next(to_civil(interval.begin, interval.offset_before));
    return skipped && *skipped < to_civil(interval.begin, interval.offset);
}

/// Returns the first local time of the interval that may be an occurrence. Repeated local times are excluded
/// if their first pass counted.
CivilSeconds Schedule::begin_of(const Zone::Interval& interval) const noexcept {
    const bool runs_again = !fixed_time_ || dst_.overlap == Overlap::both;
    return to_civil(interval.begin,
                    runs_again ? interval.offset : std::max(interval.offset, interval.offset_before));
}

std::optional<sys_seconds> Schedule::next_in_zone(sys_seconds from) const noexcept {
    const Zone* const zone = zone_by_index(zone_);
    const Zone::Interval* interval = zone->interval_at(from);
    for (;;) {
        if (from == interval->begin && runs_after_gap(*interval)) return from;
        const CivilSeconds begin = std::max(to_civil(from, interval->offset), begin_of(*interval));
        const auto found = pattern_.next(begin);
        const sys_seconds end = interval[1].begin;
        if (found && to_sys(*found, interval->offset) < end) return to_sys(*found, interval->offset);
        // After several days in one interval, local time cannot return to before `begin`: skip to just before
        // the match.
        const bool searched_long = end - from >= kOffsetSpan;
        if (end > kLast || (searched_long && !found)) return std::nullopt;
        from = searched_long ? std::max(end, to_sys(*found, interval->offset) - kOffsetSpan) : end;
        interval = zone->interval_at(from);
    }
}

std::optional<sys_seconds> Schedule::prev_in_zone(sys_seconds until) const noexcept {
    const Zone* const zone = zone_by_index(zone_);
    const Zone::Interval* interval = zone->interval_at(until);
    for (;;) {
        const auto found = pattern_.prev(to_civil(until, interval->offset));
        if (found && *found >= begin_of(*interval)) return to_sys(*found, interval->offset);
        if (runs_after_gap(*interval)) return interval->begin;
        if (interval == zone->first_interval()) return std::nullopt;
        const bool searched_long = until - interval->begin >= kOffsetSpan;
        until = interval->begin - Seconds{1};
        if (searched_long && !found) return std::nullopt;
        if (searched_long) until = std::min(until, to_sys(*found, interval->offset) + kOffsetSpan);
        interval = zone->interval_at(until);
    }
}

std::vector<Instant> next_runs(const Schedule& schedule, Instant from, std::size_t count) {
    std::vector<Instant> runs;
    while (runs.size() < count) {
        const auto next = schedule.next_after(from);
        if (!next) break;
        runs.push_back(*next);
        from = *next;
    }
    return runs;
}

bool Schedule::operator==(const Schedule& other) const noexcept {
    if (kind_ != other.kind_ || zone_ != other.zone_ || dst_ != other.dst_ ||
        fixed_time_ != other.fixed_time_)
        return false;
    return kind_ == Kind::pattern ? pattern_ == other.pattern_ : every_ == other.every_;
}

}  // namespace ecron::cron
