#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ecron/base/error.hpp"
#include "ecron/base/secret.hpp"
#include "ecron/base/time.hpp"
#include "ecron/config/options.hpp"
#include "ecron/execution/egress.hpp"

/// Conversion of an option's text to a value of its kind. Errors state the expected form and repeat the text
/// unless it is secret.
namespace ecron::config {

inline constexpr std::int64_t kKiB = 1'024, kMiB = 1'024 * kKiB, kGiB = 1'024 * kMiB;  // bytes

/// The normalised text (raised to the minimum if the option allows it, brackets of IPv6 removed), or the
/// error.
Result<std::string> check_value(const Option& option, std::string_view text);

/// A host name, or an IP literal without brackets, possibly with a zone ("fe80::1%eth0"). A mistyped IP
/// address or an address with a port is neither.
[[nodiscard]] bool is_host(std::string_view text);

/// These convert a normalised text.
std::int64_t number_of(const Option& option, std::string_view text);  // port, integer, size in bytes
Millis duration_of(std::string_view text);
bool boolean_of(std::string_view text);
std::vector<std::string> list_of(std::string_view text);
std::vector<SecretText> secrets_of(std::string_view text);  // a list
std::vector<Network> networks_of(std::string_view text);    // those of the list that are valid

/// Splits "sqlite|mysql" into its words.
std::vector<std::string_view> choices_of(const Option& option);
std::size_t index_of_choice(const Option& option, std::string_view text);

}  // namespace ecron::config
