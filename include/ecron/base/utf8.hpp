#pragma once
#include <cstddef>
#include <string>
#include <string_view>

/// UTF-8 according to RFC 3629: shortest forms only, no surrogates, nothing above U+10FFFF.
namespace ecron {

/// Returns the length of the valid sequence at the start of a non-empty text; 0 if it is invalid.
[[nodiscard]] std::size_t utf8_sequence_length(std::string_view text);

/// Appends the text; replaces each byte that is not part of a valid sequence with U+FFFD.
void append_valid_utf8(std::string& out, std::string_view text);

/// Returns a prefix of at most `limit` characters; a byte that is not part of a valid sequence counts as one.
[[nodiscard]] std::string_view utf8_front(std::string_view text, std::size_t limit);

}  // namespace ecron
