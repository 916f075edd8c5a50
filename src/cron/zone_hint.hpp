#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace ecron::cron {

/// Returns the end of an error message for an unknown zone name, "; did you mean …?", or an empty string if
/// there is no suggestion. `names`: the names of the database, sorted. Never suggests an offset other than
/// the one in the text: an ambiguous abbreviation yields all its zones, "UTC+8" yields "Etc/GMT-8".
[[nodiscard]] std::string zone_hint(std::string_view wanted, const std::vector<std::string>& names);

}  // namespace ecron::cron
