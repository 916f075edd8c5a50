#include "app/cli_flags.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "ecron/config/document.hpp"

namespace ecron::app {
namespace {

using command_line::Flag;
using command_line::Group;
using config::Kind;
using config::kOptions;
using config::Option;

std::string metavar(Kind kind) {
    switch (kind) {
        case Kind::port:
            return "PORT";
        case Kind::integer:
            return "N";
        case Kind::size:
            return "BYTES";
        case Kind::duration:
            return "TIME";
        case Kind::boolean:
            return "BOOL";
        case Kind::address:
            return "HOST";
        case Kind::choice:
            return "WORD";
        case Kind::path:
            return "FILE";
        case Kind::list:
            return "LIST";
        case Kind::text:
            break;
    }
    return "TEXT";
}

constexpr std::string_view kWithoutEffect = "Options of the old service, without effect";

std::string flag_of(const Option& option) { return config::flag_name(option).substr(2); }

Flag flag_for(const Option& option) {
    using command_line::Candidates, command_line::Value, command_line::Visibility;
    const std::string fallback = option.fallback.empty() ? "" : fmt::format(" [{}]", option.fallback);
    return Flag{
        .name = flag_of(option),
        .metavar = metavar(option.kind),
        .help = std::string{option.help} + fallback,
        .value = option.kind == Kind::boolean ? Value::optional : Value::required,
        .candidates = option.kind == Kind::path ? Candidates::files : Candidates::none,
        .group = Group::configuration,
        .visibility = option.secret == config::Secret::yes ? Visibility::hidden : Visibility::shown,
        .heading =
            option.effect == config::Effect::ignored ? kWithoutEffect : config::group_title(option.group),
    };
}

}  // namespace

std::vector<Flag> configuration_flags() {
    std::vector<Flag> flags;
    for (const config::Effect effect : {config::Effect::works, config::Effect::ignored})
        for (const Option& option : kOptions)
            if (option.effect == effect) flags.push_back(flag_for(option));
    return flags;
}

std::vector<config::Flag> options_in(const command_line::Arguments& arguments) {
    std::vector<config::Flag> options;
    for (const command_line::GivenFlag& given : arguments.flags) {
        if (given.group != Group::configuration) continue;
        const auto option =
            std::ranges::find_if(kOptions, [&](const Option& one) { return flag_of(one) == given.name; });
        options.push_back({std::string{option->name}, given.value});
    }
    return options;
}

}  // namespace ecron::app
