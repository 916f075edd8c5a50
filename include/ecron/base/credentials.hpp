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

/// Replaces with *** the user information of each URL and each value that follows the name of a credential:
/// NAME=VALUE as in a query, --NAME VALUE as in a command line, "NAME: VALUE" as in a header field; also the
/// password of -pVALUE as mysql takes it, and of -u USER:VALUE as curl does.
[[nodiscard]] std::string hide_credentials(std::string_view text);

/// Returns true if a word of a command line is an option --NAME whose value, the next word, is a credential.
[[nodiscard]] bool announces_credential(std::string_view word);

/// Returns url_for_record() of a text that is one URL, otherwise hide_credentials().
[[nodiscard]] std::string shown_text(std::string_view text);

}  // namespace ecron
