#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace ecron::cron {

/// What was probably meant by text that names no zone: the rest of an error message, "; did you mean …?", or
/// an empty text. `names`: those of the database, in order. Never suggests another offset than the one that
/// the text states: an abbreviation with several meanings gets all of them, "UTC+8" gets "Etc/GMT-8".
[[nodiscard]] std::string zone_hint(std::string_view wanted, const std::vector<std::string>& names);

}  // namespace ecron::cron
