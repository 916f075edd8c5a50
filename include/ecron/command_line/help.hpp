#pragma once
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ecron/command_line/command.hpp"

/// Texts generated from the declarations of commands. Pure.
namespace ecron::command_line {

/// Help of one command: usage, summary, details and flags.
[[nodiscard]] std::string command_help(const Command& command);
/// The list of commands by section; with a prefix ("job"), only the commands below it.
[[nodiscard]] std::string command_list(std::span<const Command> commands, std::string_view prefix = {});

enum class Shell : std::uint8_t { bash, zsh, fish };
/// The completion script of a shell. Names of jobs are completed by calling ecron itself.
[[nodiscard]] std::string completion(std::span<const Command> commands, Shell shell);

/// docs/cli.md: the introduction, then every listed command. Flags for the connection are described once.
[[nodiscard]] std::string reference_page(std::span<const Command> commands, std::string_view introduction);
struct ManualSection {
    std::string_view heading;  // "EXIT STATUS"
    std::vector<std::pair<std::string, std::string>> entries;
};
/// The manual page ecron(1) in roff: the commands, then further sections.
[[nodiscard]] std::string manual_page(std::span<const Command> commands, std::string_view version,
                                      const std::vector<ManualSection>& sections);

}  // namespace ecron::command_line
