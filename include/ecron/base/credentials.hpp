#pragma once
#include <string>
#include <string_view>

/// Identifies and hides credentials in configurations, jobs and requests. One list serves headers,
/// properties, variables and parameters, so a value is hidden because of its name and not because of its
/// location. Pure. Threads: any.
namespace ecron {

inline constexpr std::string_view kHidden = "***";

/// Returns true if a header field, property, variable or parameter of that name holds a credential:
/// "Authorization", "X-Api-Key", "sasl.password", "GITHUB_TOKEN". Ignores case and separators (- _ . and
/// space).
[[nodiscard]] bool names_credential(std::string_view name);

/// Replaces with *** the user information of each URL and the value of each NAME=VALUE whose name is that of
/// a credential, such as in a query or a command line.
[[nodiscard]] std::string hide_credentials(std::string_view text);

}  // namespace ecron
