#pragma once
#include <string>
#include <vector>

#include "field.hpp"

namespace ecron::cron {

/// Expressions that mean something, but often not what was meant; one sentence each.
void warn_of_likely_mistakes(const Fields& fields, Dialect dialect, std::vector<std::string>& warnings);

}  // namespace ecron::cron
