#pragma once
#include <optional>
#include <string_view>

namespace ecron::http {

/// The weight that a value of `Accept-Encoding` gives to a content coding such as "gzip", in thousandths
/// (RFC 9110 §12.4.2, §12.5.3): 0 if the client refuses it, nullopt if neither the coding nor `*` is named.
/// A malformed weight counts as 0; x-gzip is gzip (§8.4.1.3). Pure. Threads: any.
[[nodiscard]] std::optional<int> coding_weight(std::string_view accept_encoding, std::string_view coding);

}  // namespace ecron::http
