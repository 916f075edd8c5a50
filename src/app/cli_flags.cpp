#include "app/cli_flags.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/program_options.hpp>
#include <ranges>
#include <sstream>

#include "ecron/base/near_miss.hpp"
#include "ecron/config/document.hpp"

namespace ecron::app {
namespace {

namespace po = boost::program_options;
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

/// Turns "--cron_port=a_b" into "--cron-port=a_b".
std::string with_dashes(std::string argument) {
    if (!argument.starts_with("--")) return argument;
    const auto end = std::ranges::find(argument, '=');
    std::replace(argument.begin(), end, '_', '-');
    return argument;
}

std::string flag_of(const Option& option) { return config::flag_name(option).substr(2); }

void add_option(const Option& option, po::options_description& to) {
    auto* const value = po::value<std::string>()->value_name(metavar(option.kind));
    if (option.kind == Kind::boolean) value->implicit_value("true");
    const std::string fallback = option.fallback.empty() ? "" : fmt::format(" [{}]", option.fallback);
    to.add_options()(flag_of(option).c_str(), value, (std::string{option.help} + fallback).c_str());
}

void add_extra(const ExtraFlag& flag, po::options_description& to) {
    if (flag.metavar.empty())
        to.add_options()(flag.name.c_str(), flag.help.c_str());
    else
        to.add_options()(flag.name.c_str(), po::value<std::string>()->value_name(flag.metavar),
                         flag.help.c_str());
}

enum class Secrets : bool { left_out, included };

po::options_description describe(const FlagSet& set, Secrets secrets) {
    constexpr unsigned kLineLength = 110, kHelpLength = 60;
    po::options_description description{kLineLength, kHelpLength};
    for (const ExtraFlag& flag : set.extra) add_extra(flag, description);
    if (!set.options) return description;
    for (const Option& option : kOptions)
        if (option.secret == config::Secret::no || secrets == Secrets::included)
            add_option(option, description);
    return description;
}

std::string unknown_flag(const std::string& token, const po::options_description& known) {
    std::vector<std::string> names;
    for (const auto& option : known.options()) names.push_back("--" + option->long_name());
    const std::string flag = token.substr(0, token.find('='));
    const std::string_view meant = near_miss(
        flag, names | std::views::transform([](const std::string& name) { return std::string_view{name}; }));
    return meant.empty() ? fmt::format("{}: unknown flag", flag)
                         : fmt::format("{}: unknown flag; did you mean {}?", flag, meant);
}

const Option* option_of(const std::string& flag) {
    const auto found =
        std::ranges::find_if(kOptions, [&](const Option& option) { return flag_of(option) == flag; });
    return found == kOptions.end() ? nullptr : &*found;
}

void take(const po::option& parsed, const FlagSet& set, ParsedFlags& into) {
    const std::string value = parsed.value.empty() ? "" : parsed.value[0];
    const bool is_extra =
        std::ranges::find(set.extra, parsed.string_key, &ExtraFlag::name) != set.extra.end();
    if (is_extra)
        into.extra.push_back({parsed.string_key, value});
    else if (const Option* option = option_of(parsed.string_key); option != nullptr)
        into.options.push_back({std::string{option->name}, parsed.value.empty() ? "true" : value});
}

std::vector<std::string> values_named(const std::vector<config::Flag>& flags, std::string_view name) {
    std::vector<std::string> values;
    for (const config::Flag& flag : flags)
        if (flag.name == name) values.push_back(flag.value);
    return values;
}

}  // namespace

bool ParsedFlags::has(std::string_view name) const { return value(name).has_value(); }

std::optional<std::string> ParsedFlags::value(std::string_view name) const {
    const std::vector<std::string> all = values(name);
    return all.empty() ? std::nullopt : std::optional{all.back()};
}

std::vector<std::string> ParsedFlags::values(std::string_view name) const {
    return values_named(extra, name);
}

std::expected<ParsedFlags, std::vector<std::string>> parse_flags(const FlagSet& set,
                                                                 const std::vector<std::string>& arguments) {
    std::vector<std::string> tokens;
    std::ranges::transform(arguments, std::back_inserter(tokens), with_dashes);
    const po::options_description known = describe(set, Secrets::included);
    const int style = po::command_line_style::allow_long | po::command_line_style::long_allow_adjacent |
                      po::command_line_style::long_allow_next;
    ParsedFlags parsed;
    std::vector<std::string> wrong;
    try {
        const po::parsed_options options =
            po::command_line_parser(tokens).options(known).style(style).allow_unregistered().run();
        for (const po::option& option : options.options) {
            if (option.unregistered)
                wrong.push_back(unknown_flag(option.original_tokens.at(0), known));
            else if (option.string_key.empty())
                parsed.words.insert(parsed.words.end(), option.value.begin(), option.value.end());
            else
                take(option, set, parsed);
        }
    } catch (const po::error& error) {
        wrong.emplace_back(error.what());
    }
    if (!wrong.empty()) return std::unexpected(std::move(wrong));
    return parsed;
}

std::string flags_help(const FlagSet& set) {
    std::ostringstream out;
    out << describe(set, Secrets::left_out);
    return out.str();
}

}  // namespace ecron::app
