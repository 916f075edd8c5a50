#pragma once
#include <optional>
#include <string_view>
#include <vector>

#include "ecron/cron/zone.hpp"

namespace ecron::cron {

/// Parses a TZif file (RFC 9636, version 2 or later) into the changes of the zone's offset from 1970 to the
/// end of 2200; the first one covers all earlier time. Returns nullopt if the bytes are not such a file or
/// count leap seconds (the `right/` zones), which the system clock does not.
std::optional<std::vector<Zone::Interval>> read_tzif(std::string_view bytes);

}  // namespace ecron::cron
