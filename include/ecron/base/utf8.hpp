#pragma once
#include <cstddef>
#include <string>
#include <string_view>

/// UTF-8 as RFC 3629 defines it: shortest forms only, no surrogates, nothing above U+10FFFF.
namespace ecron {

/// Length of the valid sequence at the front of a text that is not empty; 0 if it is broken.
[[nodiscard]] std::size_t utf8_sequence_length(std::string_view text);

/// Appends the text with each byte that belongs to no valid sequence replaced by U+FFFD.
void append_valid_utf8(std::string& out, std::string_view text);

/// The front of a text, at most `limit` characters; a byte that belongs to no valid sequence counts as one.
[[nodiscard]] std::string_view utf8_front(std::string_view text, std::size_t limit);

}  // namespace ecron
