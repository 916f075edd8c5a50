#pragma once
#include <string_view>

/// Checks of texts in UTF-8 that clients choose.
namespace ecron {

/// Why a text cannot be a name or an id: outer white space (Unicode's White_Space) or a control character
/// (Cc) makes it look like another one. Empty if it can.
[[nodiscard]] std::string_view name_fault(std::string_view text);

}  // namespace ecron
