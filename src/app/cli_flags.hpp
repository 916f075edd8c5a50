#pragma once
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "ecron/config/load.hpp"

/// Flag parsing with Boost.Program_options, which is used only here.
namespace ecron::app {

/// A flag that is not a configuration option.
struct ExtraFlag {
    std::string name;     // "count"
    std::string metavar;  // "N"; empty: the flag takes no value
    std::string help;
};

struct FlagSet {
    std::vector<ExtraFlag> extra;
    bool options{};  // also accept the configuration options
};

struct ParsedFlags {
    std::vector<config::Flag> options;
    std::vector<config::Flag> extra;  // flags without a value have an empty one
    std::vector<std::string> words;   // arguments that are not flags

    [[nodiscard]] bool has(std::string_view name) const;
    [[nodiscard]] std::optional<std::string> value(std::string_view name) const;  // the last value given
    [[nodiscard]] std::vector<std::string> values(std::string_view name) const;
};

/// Accepts --cron-port=1, --cron-port 1 and --cron_port 1. All errors are reported at once.
std::expected<ParsedFlags, std::vector<std::string>> parse_flags(const FlagSet& set,
                                                                 const std::vector<std::string>& arguments);

/// The help text of the flags, at least one line each.
std::string flags_help(const FlagSet& set);

}  // namespace ecron::app
