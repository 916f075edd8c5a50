#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "field.hpp"

namespace ecron::cron {

/// Expressions that mean something, but often not what was meant; one sentence each.
void warn_of_likely_mistakes(const Fields& fields, Dialect dialect, std::vector<std::string>& warnings);

/// "Etc/GMT+8" is behind UTC, not ahead of it.
void warn_of_inverted_zone(std::string_view zone, std::vector<std::string>& warnings);

}  // namespace ecron::cron
