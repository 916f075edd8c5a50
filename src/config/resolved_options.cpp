#include "config/resolved_options.hpp"

#include <fmt/format.h>

#include <cassert>

#include "config/values.hpp"

namespace ecron::config {
namespace {

constexpr std::string_view kDefault = "default";

std::size_t index_of(const Option& option) { return static_cast<std::size_t>(&option - kOptions.data()); }

std::string_view key_in(const RawSetting& given) {
    return given.source == Source::file ? given.option->name : std::string_view{};
}

bool was_raised(const Option& option, std::string_view from, std::string_view to) {
    return option.limits.below == Below::raise && from != to;
}

/// Warns about accepted values that may not have the expected effect.
void warn_about(const RawSetting& given, const std::string& checked, std::vector<Problem>& warnings) {
    const std::string key{key_in(given)};
    if (was_raised(*given.option, given.text, checked))
        warnings.push_back(
            {given.where, key, fmt::format("{} is below the minimum; using {}", given.text, checked)});
}

}  // namespace

ResolvedOptions::ResolvedOptions(const std::vector<RawSetting>& given, std::vector<Problem>& errors,
                                 std::vector<Problem>& warnings) {
    for (const Option& option : kOptions)
        settings_.push_back({&option, std::string{option.fallback}, std::string{kDefault}});
    for (const RawSetting& one : given) {
        Setting& setting = settings_[index_of(*one.option)];
        if (one.text.empty()) {
            setting.value = one.option->fallback;
            setting.from = kDefault;
            continue;
        }
        const Result<std::string> checked = check_value(*one.option, one.text);
        if (!checked) {
            errors.push_back(
                {one.where, std::string{key_in(one)}, checked.error().what, std::string{one.option->name}});
            continue;
        }
        warn_about(one, *checked, warnings);
        setting.value = *checked;
        setting.from = one.where;
    }
}

const Setting& ResolvedOptions::at(std::string_view name) const {
    const Option* option = find_option(name);
    assert(option != nullptr);
    return settings_[index_of(*option)];
}

bool ResolvedOptions::is_set(std::string_view name) const { return at(name).from != kDefault; }

std::uint16_t ResolvedOptions::port(std::string_view name) const {
    return static_cast<std::uint16_t>(number(name));
}

std::size_t ResolvedOptions::number(std::string_view name) const {
    const Setting& setting = at(name);
    return static_cast<std::size_t>(number_of(*setting.option, setting.value));
}

Millis ResolvedOptions::duration(std::string_view name) const { return duration_of(text(name)); }

bool ResolvedOptions::boolean(std::string_view name) const { return boolean_of(text(name)); }

std::vector<std::string> ResolvedOptions::list(std::string_view name) const { return list_of(text(name)); }

}  // namespace ecron::config
