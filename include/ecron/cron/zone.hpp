#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ecron/base/time.hpp"

/// Time zones, read from the host's IANA database (TZif files, RFC 9636). The date library is not used,
/// because its Debian build ignores the rule after the last transition and has no summer time after 2037. A
/// zone is loaded once, is immutable and lives until the process exits; offset lookups do not allocate.
/// Threads: any; find_zone takes a lock.
namespace ecron::cron {

/// Local wall-clock time without a zone.
using CivilSeconds = std::chrono::local_time<Seconds>;

class Zone {
public:
    /// A period with one UTC offset. It ends at the start of the next array element.
    struct Interval {
        std::chrono::sys_seconds begin;
        std::chrono::duration<std::int32_t> offset;
        std::chrono::duration<std::int32_t> offset_before;
    };

    /// Start of the first interval of a zone: earlier than any instant that is looked up.
    static constexpr std::chrono::sys_seconds kBeginOfTime =
        std::chrono::sys_days{std::chrono::year{1900} / 1 / 1};

    /// `changes`: in chronological order, the first one at kBeginOfTime.
    Zone(std::string name, std::uint16_t index, std::vector<Interval> changes);

    [[nodiscard]] std::string_view name() const noexcept { return name_; }
    /// Returns the zone's number in this process; 0 is UTC.
    [[nodiscard]] std::uint16_t index() const noexcept { return index_; }
    [[nodiscard]] Seconds offset_at(Instant instant) const noexcept;
    /// Returns the interval that contains `time`. The last array element is a sentinel later than any
    /// instant.
    [[nodiscard]] const Interval* interval_at(std::chrono::sys_seconds time) const noexcept;
    [[nodiscard]] const Interval* first_interval() const noexcept { return intervals_.data(); }

private:
    std::string name_;
    std::vector<Interval> intervals_;
    std::vector<std::uint16_t> by_slice_;  // the interval at the start of each slice of 2^24 s from 1970
    std::uint16_t index_;
};

/// Returns the zone of that name ("Europe/Berlin", "UTC", "Local" for the host's zone). Error: names the
/// unknown zone and the closest known one.
Result<const Zone*> find_zone(std::string_view name);
/// As find_zone, and accepts any other file of the database ("localtime", "posixrules"): for existing jobs.
Result<const Zone*> find_zone_file(std::string_view name);
[[nodiscard]] const Zone* utc() noexcept;
/// Returns the zone with that index. Requires that find_zone returned it earlier.
[[nodiscard]] const Zone* zone_by_index(std::uint16_t index) noexcept;

}  // namespace ecron::cron
