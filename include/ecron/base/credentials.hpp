#pragma once
#include <string>
#include <string_view>

/// What in a configuration, a job or a request is a credential, and how it is shown. One list for headers,
/// properties, variables and parameters, so that a value is hidden for what it is and not for where it
/// stands. Pure. Threads: any.
namespace ecron {

inline constexpr std::string_view kHidden = "***";

/// Whether a header field, property, variable or parameter of that name holds a credential: "Authorization",
/// "X-Api-Key", "sasl.password", "GITHUB_TOKEN". Case and separators (- _ . and space) make no difference.
[[nodiscard]] bool names_credential(std::string_view name);

/// The text with *** for the user information of each URL in it, and for the value of each NAME=VALUE whose
/// name is that of a credential, such as in a query or a command line.
[[nodiscard]] std::string hide_credentials(std::string_view text);

}  // namespace ecron
