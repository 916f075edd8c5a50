#pragma once
#include <cstddef>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

/// The `exec` of a command as its words, split as a POSIX shell splits them, without a shell. Pure.
namespace ecron::model {

struct WordError {
    std::string reason;
    std::size_t position{};  // in bytes, of what is not closed
};

/// Blanks separate words; '…' keeps everything, "…" all but \ before one of $ ` " \ and a line break, \ keeps
/// the next character. Nothing is expanded: $, *, ~, | and # are text. Source: POSIX.1-2017, Shell Command
/// Language, 2.2 Quoting.
std::expected<std::vector<std::string>, WordError> split_words(std::string_view text);

}  // namespace ecron::model
