#pragma once
#include <string>
#include <string_view>

#include "ecron/cron/schedule.hpp"

/// Helpers for the tests of schedules.
namespace ecron::cron::test {

inline Instant at(std::string_view rfc3339) { return parse_rfc3339(rfc3339).value(); }

inline const Zone* zone(std::string_view name) { return find_zone(name).value(); }

inline ParseOptions in_zone(std::string_view name, DstPolicy dst = {}) {
    ParseOptions options;
    options.zone = zone(name);
    options.dst = dst;
    return options;
}

inline ParseOptions quartz() {
    ParseOptions options;
    options.dialect = Dialect::quartz;
    return options;
}

inline ParseOptions takeover() {
    ParseOptions options;
    options.strictness = Strictness::takeover;
    return options;
}

inline Schedule schedule(std::string_view text, const ParseOptions& options = {}) {
    return parse(text, options).value().schedule;
}

/// Formats local time in the schedule's zone with its offset, which distinguishes both passes of a repeated
/// hour.
std::string local_text(Instant instant, const Zone* zone);

/// Returns the next occurrences as local times: "2026-03-29 03:00+02:00".
std::string runs(const Schedule& schedule, std::string_view after, std::size_t count);

}  // namespace ecron::cron::test
