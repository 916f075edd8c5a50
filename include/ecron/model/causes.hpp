#pragma once
#include <string_view>
#include <vector>

namespace ecron::model {

/// Every cause of an error (messages.hpp) that has a message, in the order of the table of messages.
[[nodiscard]] std::vector<std::string_view> all_causes();

}  // namespace ecron::model
