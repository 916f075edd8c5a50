#pragma once
#include <string>
#include <string_view>

#include "ecron/base/time.hpp"

/// Time zones of the IANA database, through Howard Hinnant's date library (libstdc++ 12 has none).
/// A zone is loaded once and lives as long as the process; looking an offset up allocates nothing.
/// Threads: any; the first use of a zone takes a lock.
namespace ecron::cron {

/// What the clocks on the wall show: no zone, no instant.
using CivilSeconds = std::chrono::local_time<Seconds>;

class Zone {
public:
    virtual ~Zone() = default;
    [[nodiscard]] virtual std::string_view name() const = 0;
};

/// The zone of that name ("Europe/Berlin", "UTC", "Local" for the machine's own); unknown: an error that names it
/// and a near miss.
Result<const Zone*> find_zone(std::string_view name);
[[nodiscard]] const Zone* utc();

}  // namespace ecron::cron
