#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "ecron/model/messages.hpp"

/// Reasons, warnings and explanations in the languages of messages. Pure.
namespace ecron::model {

/// Returns the text in the language. Texts are written in English where they arise; a table has each of them
/// with its translations. A text that is not in the table, such as that of a library, stays as it is.
std::string translated(std::string_view english, Language language);
std::vector<std::string> translated(const std::vector<std::string>& english, Language language);

}  // namespace ecron::model
