#pragma once
#include <optional>

#include "ecron/base/time.hpp"
#include "ecron/http/client.hpp"

namespace ecron::http {

/// The time from the response to the end of its `Retry-After`, given in seconds or as a date (RFC 9110
/// 10.2.3); at most 30 days. A date is compared with the server's clock (the `Date` header), or with the
/// local clock at the time of receipt if there is no `Date` (6.6.1). Returns nullopt if there is no valid
/// value.
[[nodiscard]] std::optional<Millis> retry_after(const ClientResponse& response);

}  // namespace ecron::http
