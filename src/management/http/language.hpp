#pragma once
#include <string_view>

#include "ecron/model/messages.hpp"

namespace ecron::management {

/// Returns the language of messages that the client prefers (Accept-Language, RFC 9110 §12.5.4), among those
/// that exist; `fallback` if it prefers none of them. Chinese is traditional for the script Hant and for the
/// regions TW, HK and MO, otherwise simplified.
[[nodiscard]] model::Language language_of(std::string_view accepted, model::Language fallback);

}  // namespace ecron::management
