#pragma once
#include <optional>
#include <vector>

#include "ecron/base/time.hpp"
#include "ecron/http/message.hpp"

namespace ecron::http {

/// How long a server asks to be left alone: `Retry-After` in seconds or as a date, which is read by the
/// server's own clock, its `Date` (RFC 9110 §10.2.3); at most 30 days. Nothing where it says nothing that can
/// be read.
[[nodiscard]] std::optional<Millis> retry_after(const std::vector<Header>& headers);

}  // namespace ecron::http
