#pragma once
#include <string_view>

namespace ecron::store {

/// Requester of the cancellation that the store records when a client ends an execution of ecron: its attempt
/// must stop although its row has ended. The colon separates it from the names of callers.
inline constexpr std::string_view kStopEnded{":ended"};

}  // namespace ecron::store
