#pragma once
#include <optional>
#include <string_view>
#include <vector>

#include "ecron/cron/zone.hpp"

namespace ecron::cron {

/// The changes of a zone's offset from 1970 to the end of 2200, read from the bytes of a TZif file (RFC 9636,
/// version 2 or later); the first one stands for all time before. Nothing if the bytes are no such file, or
/// count leap seconds (the `right/` zones), which the system clock does not.
std::optional<std::vector<Zone::Interval>> read_tzif(std::string_view bytes);

}  // namespace ecron::cron
