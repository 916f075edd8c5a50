#include "ecron/config/helm.hpp"

#include <fmt/format.h>

#include <vector>

#include "config/values.hpp"
#include "ecron/base/json_writer.hpp"
#include "ecron/config/document.hpp"

namespace ecron::config {
namespace {

constexpr std::string_view kDurationPattern = "^[0-9.]+((ms|s|m|h|d)([0-9.]+(ms|s|m|h|d))*)?$";
constexpr std::string_view kSizePattern = "^[0-9]+ *(KiB|MiB|GiB)?$";

/// What the old service's files had is read for their sake only; a chart is new.
bool is_offered(const Option& option, Secret secret) {
    return option.secret == secret && option.effect != Effect::ignored;
}

bool is_number(const Option& option) { return option.kind == Kind::port || option.kind == Kind::integer; }

std::string yaml_value(const Option& option) {
    if (is_number(option) || option.kind == Kind::boolean) return std::string{option.fallback};
    return option.kind == Kind::list ? "[]" : json_string(option.fallback);
}

/// Values under a limit that are raised to it are legal.
std::string number_schema(const Option& option) {
    const std::int64_t min = option.limits.below == Below::raise ? 0 : option.limits.min;
    const std::int64_t max = option.kind == Kind::port ? 65'535 : option.limits.max;
    return fmt::format(R"("type": "integer", "minimum": {}, "maximum": {})", min, max);
}

std::string choice_schema(const Option& option) {
    std::vector<std::string> words;
    for (const std::string_view word : choices_of(option)) words.push_back(json_string(word));
    return fmt::format(R"("enum": [{}])", fmt::join(words, ", "));
}

std::string value_schema(const Option& option) {
    switch (option.kind) {
        case Kind::port:
        case Kind::integer:
            return number_schema(option);
        case Kind::size:
            return fmt::format(R"("type": ["integer", "string"], "pattern": {})", json_string(kSizePattern));
        case Kind::duration:
            return fmt::format(R"("type": ["number", "string"], "pattern": {})",
                               json_string(kDurationPattern));
        case Kind::boolean:
            return R"("type": "boolean")";
        case Kind::choice:
            return choice_schema(option);
        case Kind::list:
            return R"("type": ["array", "string"], "items": {"type": "string"})";
        case Kind::text:  // auth_enabled is a text that most write as a truth
            return option.name == "auth_enabled" ? R"("type": ["string", "boolean"])" : R"("type": "string")";
        case Kind::address:
        case Kind::path:
            break;
    }
    return R"("type": "string")";
}

std::string values_of(std::string_view title, Secret secret) {
    std::string text = fmt::format("{}: {{}}\n", title);
    for (const Option& option : kOptions) {
        if (!is_offered(option, secret)) continue;
        text += fmt::format("\n  # {}\n  # {}: {}\n", option.help, option.name, yaml_value(option));
    }
    return text;
}

std::string schema_of(std::string_view title, Secret secret) {
    std::string text = fmt::format(
        "    \"{}\": {{\n      \"type\": \"object\",\n      \"additionalProperties\": false,\n"
        "      \"properties\": {{",
        title);
    std::string_view separator = "\n";
    for (const Option& option : kOptions) {
        if (!is_offered(option, secret)) continue;
        text += fmt::format("{}        \"{}\": {{\"description\": {}, {}}}", separator, option.name,
                            json_string(option.help), value_schema(option));
        separator = ",\n";
    }
    return text + "\n      }\n    }";
}

}  // namespace

std::string helm_values() {
    return "# Every option of ecron (docs/configuration.md) with its default. From here on this file is "
           "written by\n"
           "# `ecron document helm-values`.\n" +
           values_of("config", Secret::no) +
           "\n# Secret options: from here they become a Secret. existingSecret names one of yours, with "
           "these keys.\n" +
           values_of("secrets", Secret::yes);
}

std::string helm_schema() {
    return schema_of("config", Secret::no) + ",\n" + schema_of("secrets", Secret::yes) + "\n  }\n}\n";
}

}  // namespace ecron::config
