#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ecron/base/error.hpp"
#include "ecron/base/time.hpp"
#include "ecron/config/options.hpp"

/// One option's text as a value of its kind. Errors say what was expected and repeat the text unless it is
/// secret.
namespace ecron::config {

/// The text in its checked form (raised to the minimum where the option says so, brackets of IPv6 removed),
/// or why it is none.
Result<std::string> check_value(const Option& option, std::string_view text);

/// These read a checked text.
std::int64_t number_of(const Option& option, std::string_view text);  // port, integer, size in bytes
Millis duration_of(std::string_view text);
bool boolean_of(std::string_view text);
std::vector<std::string> list_of(std::string_view text);

/// "sqlite|mysql" as its words.
std::vector<std::string_view> choices_of(const Option& option);

}  // namespace ecron::config
