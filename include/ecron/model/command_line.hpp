#pragma once
#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

/// The `exec` of a command: its words as in a POSIX shell, and what only a shell would interpret. Pure.
namespace ecron::model {

struct Context;

struct WordError {
    std::string reason;
    std::size_t position{};  // in bytes, of the unclosed quote
};

/// Blanks separate words; '…' preserves everything, "…" everything but \ before one of $ ` " \ and a newline,
/// \ preserves the next character. Nothing is expanded: $, *, ~, | and # are literal. Source: POSIX.1-2017,
/// Shell Command Language, 2.2 Quoting.
std::expected<std::vector<std::string>, WordError> split_words(std::string_view text);

/// Which shell syntax to look for. `telling`: only what hardly anybody writes without expecting a shell, such
/// as a pipe; file name patterns, `~`, an `&` within a word and a `$` in double quotes occur in ordinary
/// arguments.
enum class ShellSyntax : std::uint8_t { any, telling };

/// Returns what a shell would interpret in the command, such as "a pipe"; empty: nothing, so the words of the
/// command mean the same without a shell.
std::string shell_syntax_in(std::string_view command, ShellSyntax wanted);

/// Returns true for `NAME=value`.
bool is_assignment(std::string_view word);

/// The words of a job's command: those of `exec`, or those with which /bin/sh interprets it; further words
/// are then its arguments `$1`, `$2`, ….
std::expected<std::vector<std::string>, WordError> command_words(const Context& context);

/// Writes a text as one word of a shell, in quotes if necessary.
std::string shell_word(std::string_view text);

}  // namespace ecron::model
