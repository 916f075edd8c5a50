#pragma once
#include <fmt/ranges.h>

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ecron/command_line/command.hpp"

/// Parts that help, reference and manual page share.
namespace ecron::command_line {

/// "ecron job list [FLAG…]".
std::string usage(const Command& command);
/// "--output FORMAT".
std::string flag_usage(const Flag& flag);
/// The help text with the permitted values.
std::string flag_help(const Flag& flag);
/// The headings of the list of commands, in the order of the table.
std::vector<std::string_view> sections(std::span<const Command> commands);

}  // namespace ecron::command_line
