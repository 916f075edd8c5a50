#include <fmt/format.h>

#include <algorithm>

#include "command_line/layout.hpp"
#include "ecron/command_line/help.hpp"

namespace ecron::command_line {
namespace {

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '|' || c == '<') out += '\\';
        out += c;
    }
    return out;
}

std::string flag_cell(const Flag& flag) {
    const std::string letter = flag.letter == '\0' ? "" : fmt::format("`-{}`, ", flag.letter);
    return letter + '`' + escaped(flag_usage(flag)) + '`';
}

void append_flags(std::string& out, const std::vector<Flag>& flags, Group group) {
    const auto belongs = [&](const Flag& flag) {
        return flag.group == group && flag.visibility == Visibility::shown;
    };
    if (std::ranges::none_of(flags, belongs)) return;
    out += "\n| flag | effect |\n|---|---|\n";
    for (const Flag& flag : flags)
        if (belongs(flag)) out += fmt::format("| {} | {} |\n", flag_cell(flag), escaped(flag_help(flag)));
}

bool has_group(const Command& command, Group group) {
    return std::ranges::find(command.flags, group, &Flag::group) != command.flags.end();
}

void append_command(std::string& out, const Command& command) {
    out +=
        fmt::format("\n### ecron {}\n\n```\n{}\n```\n\n{}\n", command.name, usage(command), command.summary);
    if (!command.details.empty()) out += fmt::format("\n{}\n", command.details);
    append_flags(out, command.flags, Group::own);
    if (has_group(command, Group::connection)) out += "\nAlso the [flags for the connection](#connection).\n";
    if (has_group(command, Group::configuration))
        out += "\nAlso a flag for every option in [configuration.md](configuration.md).\n";
}

/// Text of a roff page: a leading dot and backslashes are commands there.
std::string roff(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '\\') out += '\\';
        if (c == '-') out += '\\';
        out += c;
    }
    if (out.starts_with('.') || out.starts_with('\'')) out.insert(0, "\\&");
    return out;
}

void append_roff_command(std::string& out, const Command& command) {
    out += fmt::format(".SS {}\n{}\n", roff(usage(command)), roff(command.summary));
    if (!command.details.empty()) out += fmt::format(".PP\n{}\n", roff(command.details));
    for (const Flag& flag : command.flags) {
        if (flag.group != Group::own || flag.visibility == Visibility::hidden) continue;
        const std::string letter = flag.letter == '\0' ? "" : fmt::format("\\-{}, ", flag.letter);
        out += fmt::format(".TP\n.B {}{}\n{}\n", letter, roff(flag_usage(flag)), roff(flag_help(flag)));
    }
}

/// The flags for the connection are the same for every command that has them.
const Command* connecting(std::span<const Command> commands) {
    const auto found = std::ranges::find_if(
        commands, [](const Command& command) { return has_group(command, Group::connection); });
    return found == commands.end() ? nullptr : &*found;
}

}  // namespace

std::string reference_page(std::span<const Command> commands, std::string_view introduction) {
    std::string out{introduction};
    if (const Command* const command = connecting(commands)) {
        out += "\n## Connection\n\nEvery command that uses the API has these flags.\n";
        append_flags(out, command->flags, Group::connection);
    }
    for (const std::string_view section : sections(commands)) {
        out += fmt::format("\n## {}\n", section);
        for (const Command& command : commands)
            if (command.section == section) append_command(out, command);
    }
    return out;
}

std::string manual_page(std::span<const Command> commands, std::string_view version,
                        const std::vector<ManualSection>& further) {
    std::string out = fmt::format(
        ".TH ECRON 1 \"\" \"ecron {}\"\n.SH NAME\necron \\- distributed job scheduler\n.SH SYNOPSIS\n.B "
        "ecron\n"
        "COMMAND [FLAG...]\n",
        version);
    for (const std::string_view section : sections(commands)) {
        std::string heading{section};
        std::ranges::transform(heading, heading.begin(), [](char c) {
            return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
        });
        out += fmt::format(".SH {}\n", heading);
        for (const Command& command : commands)
            if (command.section == section) append_roff_command(out, command);
    }
    if (const Command* const command = connecting(commands)) {
        out += ".SH CONNECTION\n";
        for (const Flag& flag : command->flags)
            if (flag.group == Group::connection)
                out += fmt::format(".TP\n.B {}\n{}\n", roff(flag_usage(flag)), roff(flag_help(flag)));
    }
    for (const ManualSection& section : further) {
        out += fmt::format(".SH {}\n", section.heading);
        for (const auto& [term, text] : section.entries)
            out += fmt::format(".TP\n.B {}\n{}\n", roff(term), roff(text));
    }
    return out;
}

}  // namespace ecron::command_line
