#pragma once
#include <string>
#include <string_view>

/// Texts in UTF-8.
namespace ecron {

/// ASCII letters in lower case, whatever the locale; everything else as it is.
[[nodiscard]] std::string lower_case(std::string text);

/// Why a text cannot be a name or an id: outer white space (Unicode's White_Space) or a control character
/// (Cc) makes it look like another one. Empty if it can.
[[nodiscard]] std::string_view name_fault(std::string_view text);

}  // namespace ecron
