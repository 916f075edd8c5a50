#pragma once
#include <string_view>

#include "ecron/store/executions.hpp"

/// Handling of writes that the database refuses because of their content. State, times and announcements of
/// an execution are stored even if the accompanying text cannot be.
namespace ecron::store {

/// Returns true if the database refused a write because of the size or the characters of a value. Repeating
/// the same write fails again; a write with other content may succeed.
[[nodiscard]] bool is_refused_content(const Error& error);

/// Replaces the payload of an execution by short ASCII texts that every database accepts; the reason states
/// this and the cause. Identity, state and times are kept.
void drop_payload(model::Execution& execution, std::string_view why);

/// The same for an outcome and its attempt record. Announcements and messages also contain the payload: the
/// caller must recreate announcements; the store derives messages.
void drop_payload(Outcome& outcome, std::string_view why);

/// Returns the JSON object that is stored instead of a target's refused result.
[[nodiscard]] std::string refused_result(std::string_view why);

/// Returns the text with every character other than printable ASCII replaced by '?', at most `limit` bytes.
[[nodiscard]] std::string plain_text(std::string_view text, std::size_t limit);

}  // namespace ecron::store
