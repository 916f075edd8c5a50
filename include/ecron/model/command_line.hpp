#pragma once
#include <cstddef>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

/// Splits the `exec` of a command into words like a POSIX shell, without running a shell. Pure.
namespace ecron::model {

struct WordError {
    std::string reason;
    std::size_t position{};  // in bytes, of the unclosed quote
};

/// Blanks separate words; '…' preserves everything, "…" everything but \ before one of $ ` " \ and a newline,
/// \ preserves the next character. Nothing is expanded: $, *, ~, | and # are literal. Source: POSIX.1-2017,
/// Shell Command Language, 2.2 Quoting.
std::expected<std::vector<std::string>, WordError> split_words(std::string_view text);

}  // namespace ecron::model
