#pragma once
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "config/values.hpp"
#include "ecron/base/secret.hpp"
#include "ecron/config/config.hpp"

/// Binds an option to the member of the Config that it fills: to<&Config::store, &store::Options::port>.
namespace ecron::config {

/// A word selects the enumerator at its position among the option's choices.
template <class T> T convert(const Option& option, std::string_view text) {
    if constexpr (std::is_same_v<T, bool>)
        return boolean_of(text);
    else if constexpr (std::is_enum_v<T>)
        return static_cast<T>(index_of_choice(option, text));
    else if constexpr (std::is_arithmetic_v<T>)
        return static_cast<T>(number_of(option, text));
    else if constexpr (std::is_same_v<T, Millis>)
        return duration_of(text);
    else if constexpr (std::is_same_v<T, Seconds>)
        return std::chrono::ceil<Seconds>(duration_of(text));
    else if constexpr (std::is_same_v<T, std::optional<Millis>>)
        return duration_of(text) == Millis{0} ? std::nullopt : std::optional{duration_of(text)};
    else if constexpr (std::is_same_v<T, std::vector<std::string>>)
        return list_of(text);
    else if constexpr (std::is_same_v<T, std::vector<SecretText>>)
        return secrets_of(text);
    else if constexpr (std::is_same_v<T, std::vector<Network>>)
        return networks_of(text);
    else
        return T{std::string{text}};
}

// NOLINTBEGIN(readability-identifier-naming): they are used like functions, in the rows of the table
/// Stores the value in the member at the end of the path.
template <auto... Path>
constexpr Assign to = [](Config& config, const Option& option, std::string_view text) {
    auto& member = (config.*....*Path);
    member = convert<std::remove_reference_t<decltype(member)>>(option, text);
};

/// A number of days.
template <auto... Path>
constexpr Assign days_to = [](Config& config, const Option& option, std::string_view text) {
    (config.*....*Path) = std::chrono::days{number_of(option, text)};
};

/// The scopes that grant a permission.
template <auth::Permission Granted>
constexpr Assign scopes_of = [](Config& config, const Option&, std::string_view text) {
    config.auth.scopes[static_cast<std::size_t>(Granted)] = list_of(text);
};

/// An option that fills several members.
template <Assign... Each>
constexpr Assign each =
    [](Config& config, const Option& option, std::string_view text) { (Each(config, option, text), ...); };

/// Resolved or checked together with other options, by its name: derive.cpp, cross_validate.cpp, load.cpp.
constexpr Assign derived = nullptr;
/// Accepted without effect.
constexpr Assign unused = nullptr;
// NOLINTEND(readability-identifier-naming)

}  // namespace ecron::config
