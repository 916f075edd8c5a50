#pragma once
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "ecron/config/load.hpp"

/// Reading flags with Boost.Program_options, which is known here only.
namespace ecron::app {

/// A flag that is no option of the configuration.
struct ExtraFlag {
    std::string name;     // "count"
    std::string metavar;  // "N"; empty: it takes no value
    std::string help;
};

struct FlagSet {
    std::vector<ExtraFlag> extra;
    bool options{};  // the options of the configuration too
};

struct ParsedFlags {
    std::vector<config::Flag> options;
    std::vector<config::Flag> extra;  // flags without value have an empty one
    std::vector<std::string> words;   // what is no flag

    [[nodiscard]] bool has(std::string_view name) const;
    [[nodiscard]] std::optional<std::string> value(std::string_view name) const;  // the last one
    [[nodiscard]] std::vector<std::string> values(std::string_view name) const;
};

/// Takes --cron-port=1, --cron-port 1 and --cron_port 1. All that is wrong is said at once.
std::expected<ParsedFlags, std::vector<std::string>> parse_flags(const FlagSet& set,
                                                                 const std::vector<std::string>& arguments);

/// The flags with their help, a line or more each.
std::string flags_help(const FlagSet& set);

}  // namespace ecron::app
