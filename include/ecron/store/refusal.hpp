#pragma once
#include <string_view>

#include "ecron/store/store.hpp"

/// What to do about a write that the database refuses for its content. State, times and announcements of an
/// execution are never given up for the text that comes with them.
namespace ecron::store {

/// The database refused a write for the size or the characters of a value in it: sent again as it is, it is
/// refused again; with other content it may pass.
[[nodiscard]] bool is_refused_content(const Error& error);

/// Reduces the payload of an execution to short ASCII texts that every database takes; the reason says so and
/// why. Identity, state and times stay.
void drop_payload(model::Execution& execution, std::string_view why);

/// The same for an outcome and the attempt's record. Announcements and messages carry the payload too: the
/// caller makes the former again, the store derives the latter.
void drop_payload(Outcome& outcome, std::string_view why);

/// A JSON object to be stored in place of a target's result that is refused.
[[nodiscard]] std::string refused_result(std::string_view why);

/// The text without anything but printable ASCII, each other character replaced by '?', at most `limit`
/// bytes.
[[nodiscard]] std::string plain_text(std::string_view text, std::size_t limit);

}  // namespace ecron::store
