#pragma once
#include <optional>
#include <string>
#include <string_view>

/// Base64 (RFC 4648). Decoding returns nullopt if the text has another form.
namespace ecron {

/// With padding (§4).
[[nodiscard]] std::string to_base64(std::string_view bytes);
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text);

/// base64url without padding (§5). Unused bits must be zero, so that each value has only one textual form.
[[nodiscard]] std::string to_base64url(std::string_view bytes);
[[nodiscard]] std::optional<std::string> from_base64url(std::string_view text);

}  // namespace ecron
