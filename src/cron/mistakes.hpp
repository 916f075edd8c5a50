#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "cron/field.hpp"

namespace ecron::cron {

/// Appends one sentence for each construct that is valid but is often a mistake.
void warn_of_likely_mistakes(const Fields& fields, Dialect dialect, std::vector<std::string>& warnings);

/// Warns that zones such as "Etc/GMT+8" are behind UTC, not ahead of it.
void warn_of_inverted_zone(std::string_view zone, std::vector<std::string>& warnings);

}  // namespace ecron::cron
