#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ecron/base/time.hpp"

/// Time zones, from the machine's IANA database (TZif files, RFC 9636). They are read here and not by the
/// date library, because Debian's build of that ignores the rule behind the last transition: no summer time
/// after 2037. A zone is loaded once, never changes and lives as long as the process; looking an offset up
/// allocates nothing. Threads: any; find_zone takes a lock.
namespace ecron::cron {

/// What the clocks on the wall show: no zone, no instant.
using CivilSeconds = std::chrono::local_time<Seconds>;

class Zone {
public:
    /// A stretch of time with one offset from UTC. It ends where the next in the array begins.
    struct Interval {
        std::chrono::sys_seconds begin;
        std::chrono::duration<std::int32_t> offset;
        std::chrono::duration<std::int32_t> offset_before;
    };

    /// Where the first interval of a zone begins: before all that is ever asked for.
    static constexpr std::chrono::sys_seconds kBeginOfTime =
        std::chrono::sys_days{std::chrono::year{1900} / 1 / 1};

    /// `changes`: in order of time, the first one at kBeginOfTime.
    Zone(std::string name, std::uint16_t index, std::vector<Interval> changes);

    [[nodiscard]] std::string_view name() const noexcept { return name_; }
    /// The zone's number in this process; 0 is UTC.
    [[nodiscard]] std::uint16_t index() const noexcept { return index_; }
    [[nodiscard]] Seconds offset_at(Instant instant) const noexcept;
    /// The interval that holds `time`, in an array whose last element is a sentinel that begins after
    /// everything.
    [[nodiscard]] const Interval* interval_at(std::chrono::sys_seconds time) const noexcept;
    [[nodiscard]] const Interval* first_interval() const noexcept { return intervals_.data(); }

private:
    std::string name_;
    std::vector<Interval> intervals_;
    std::vector<std::uint16_t> by_slice_;  // the interval at the begin of each slice of 2^24 s from 1970 on
    std::uint16_t index_;
};

/// The zone of that name ("Europe/Berlin", "UTC", "Local" for the machine's own). Unknown: an error that
/// names it and what was probably meant.
Result<const Zone*> find_zone(std::string_view name);
/// As find_zone, and any other file of the database ("localtime", "posixrules"): for jobs that exist already.
Result<const Zone*> find_zone_file(std::string_view name);
[[nodiscard]] const Zone* utc() noexcept;
/// The zone with that number, which some find_zone returned before.
[[nodiscard]] const Zone* zone_by_index(std::uint16_t index) noexcept;

}  // namespace ecron::cron
