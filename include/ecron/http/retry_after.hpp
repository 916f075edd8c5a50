#pragma once
#include <optional>

#include "ecron/base/time.hpp"
#include "ecron/http/client.hpp"

namespace ecron::http {

/// The time from the answer to the end of its `Retry-After`, in seconds or as a date (RFC 9110 10.2.3); at
/// most 30 days. A date is read by the server's own clock, its `Date`, and where it sends none by the
/// machine's, at the time of receipt (6.6.1). Returns nullopt if there is no value that can be read.
[[nodiscard]] std::optional<Millis> retry_after(const ClientResponse& response);

}  // namespace ecron::http
