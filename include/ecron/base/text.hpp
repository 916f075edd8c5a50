#pragma once
#include <string>
#include <string_view>

/// UTF-8 text helpers.
namespace ecron {

/// Converts ASCII letters to lower case, independently of the locale; leaves all other bytes unchanged.
[[nodiscard]] std::string lower_case(std::string text);

/// Returns the reason why a text cannot be a name or an id, or an empty string if it can: leading or trailing
/// white space (Unicode White_Space) and control characters (Cc) would make it look like another one.
[[nodiscard]] std::string_view name_fault(std::string_view text);

}  // namespace ecron
