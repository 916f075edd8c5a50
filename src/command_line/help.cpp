#include "ecron/command_line/help.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "command_line/layout.hpp"

namespace ecron::command_line {
namespace {

constexpr std::size_t kWidth = 100;      // of a line
constexpr std::size_t kFlagColumn = 32;  // where the help of a flag begins

/// "-o, --output FORMAT"; flags without a letter are indented to the same column.
std::string flag_column(const Flag& flag) {
    const std::string letter = flag.letter == '\0' ? "    " : fmt::format("-{}, ", flag.letter);
    return "  " + letter + flag_usage(flag);
}

void append_wrapped(std::string& out, std::string_view text, std::size_t indent, std::size_t column) {
    while (!text.empty()) {
        const std::string_view word = text.substr(0, text.find(' '));
        text.remove_prefix(std::min(text.size(), word.size() + 1));
        if (column > indent && column + 1 + word.size() > kWidth) {
            out += '\n' + std::string(indent, ' ');
            column = indent;
        } else if (column > indent) {
            out += ' ', ++column;
        }
        out += word;
        column += word.size();
    }
    out += '\n';
}

void append_flag(std::string& out, const Flag& flag) {
    std::string column = flag_column(flag);
    if (column.size() + 2 > kFlagColumn) {
        out += column + '\n';
        column.clear();
    }
    column.resize(kFlagColumn, ' ');
    out += column;
    append_wrapped(out, flag_help(flag), kFlagColumn, kFlagColumn);
}

/// Appends the shown flags of a group; of the options of the configuration, those with one heading.
void append_group(std::string& out, std::string_view heading, const std::vector<Flag>& flags, Group group) {
    const auto belongs = [&](const Flag& flag) {
        const bool is_listed_here = group != Group::configuration || flag.heading == heading;
        return flag.group == group && is_listed_here && flag.visibility == Visibility::shown;
    };
    if (std::ranges::none_of(flags, belongs)) return;
    out += fmt::format("\n{}:\n", heading);
    for (const Flag& flag : flags)
        if (belongs(flag)) append_flag(out, flag);
}

void append_options(std::string& out, const std::vector<Flag>& flags) {
    std::vector<std::string_view> headings;
    for (const Flag& flag : flags)
        if (flag.group == Group::configuration && std::ranges::find(headings, flag.heading) == headings.end())
            headings.push_back(flag.heading);
    for (const std::string_view heading : headings) append_group(out, heading, flags, Group::configuration);
}

}  // namespace

std::string usage(const Command& command) {
    return fmt::format("ecron {}{}{} [FLAG…]", command.name, command.arguments.empty() ? "" : " ",
                       command.arguments);
}

std::string flag_usage(const Flag& flag) {
    if (flag.metavar.empty()) return "--" + flag.name;
    if (flag.value == Value::optional) return fmt::format("--{} [={}]", flag.name, flag.metavar);
    return fmt::format("--{} {}", flag.name, flag.metavar);
}

std::string flag_help(const Flag& flag) {
    if (flag.choices.empty()) return flag.help;
    return fmt::format("{} One of: {}.", flag.help, fmt::join(flag.choices, ", "));
}

std::vector<std::string_view> sections(std::span<const Command> commands) {
    std::vector<std::string_view> names;
    for (const Command& command : commands)
        if (!command.section.empty() && std::ranges::find(names, command.section) == names.end())
            names.push_back(command.section);
    return names;
}

std::string command_help(const Command& command) {
    std::string out = fmt::format("Usage: {}\n\n", usage(command));
    append_wrapped(out, command.summary, 0, 0);
    if (!command.details.empty()) out += fmt::format("\n{}\n", command.details);
    std::vector<Flag> own = command.flags;
    own.insert(own.end(), common_flags().begin(), common_flags().end());
    append_group(out, "Flags", own, Group::own);
    append_group(out, "Connection", own, Group::connection);
    append_options(out, own);
    return out;
}

std::string command_list(std::span<const Command> commands, std::string_view prefix) {
    constexpr std::size_t kNameColumn = 28;
    std::string out;
    for (const std::string_view section : sections(commands)) {
        std::string lines;
        for (const Command& command : commands) {
            const bool below = prefix.empty() || command.name == prefix ||
                               command.name.starts_with(std::string{prefix} + ' ');
            if (command.section != section || !below) continue;
            lines += fmt::format("  {:<{}}", command.name, kNameColumn - 2);
            append_wrapped(lines, command.summary, kNameColumn, kNameColumn);
        }
        if (!lines.empty()) out += fmt::format("\n{}:\n{}", section, lines);
    }
    return out;
}

}  // namespace ecron::command_line
