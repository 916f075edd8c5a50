#include "ecron/model/command_line.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

#include "ecron/model/job.hpp"

namespace ecron::model {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n'; }

/// Parses a text in one pass.
class Splitter {
public:
    explicit Splitter(std::string_view text) : text_(text) {}

    std::expected<std::vector<std::string>, WordError> split() {
        while (!error_ && at_ < text_.size()) {
            const char c = text_[at_];
            if (is_blank(c)) {
                end_word();
                ++at_;
            } else if (c == '\'') {
                single_quoted();
            } else if (c == '"') {
                double_quoted();
            } else if (c == '\\') {
                escaped();
            } else {
                append(c);
                ++at_;
            }
        }
        if (error_) return std::unexpected(*error_);
        end_word();
        return std::move(words_);
    }

private:
    void append(char c) {
        if (!word_) word_.emplace();
        *word_ += c;
    }

    void end_word() {
        if (word_) words_.push_back(std::move(*word_));
        word_.reset();
    }

    void single_quoted() {
        const std::size_t end = text_.find('\'', at_ + 1);
        if (end == text_.npos) return fail("a ' is not closed");
        if (!word_) word_.emplace();  // '' is an empty word
        *word_ += text_.substr(at_ + 1, end - at_ - 1);
        at_ = end + 1;
    }

    void double_quoted() {
        constexpr std::string_view kEscapable = "$`\"\\";
        if (!word_) word_.emplace();
        for (std::size_t i = at_ + 1; i < text_.size(); ++i) {
            if (text_[i] == '"') {
                at_ = i + 1;
                return;
            }
            const char next = i + 1 < text_.size() ? text_[i + 1] : '\0';
            if (text_[i] == '\\' && next == '\n') {
                ++i;  // line continuation
                continue;
            }
            if (text_[i] == '\\' && kEscapable.contains(next)) ++i;
            *word_ += text_[i];
        }
        fail("a \" is not closed");
    }

    void escaped() {
        if (at_ + 1 == text_.size()) return fail("nothing follows the last \\");
        if (text_[at_ + 1] != '\n') append(text_[at_ + 1]);
        at_ += 2;
    }

    void fail(std::string reason) { error_ = WordError{std::move(reason), at_}; }

    std::string_view text_;
    std::size_t at_{0};
    std::optional<std::string> word_;
    std::vector<std::string> words_;
    std::optional<WordError> error_;
};

/// Words that only a shell can carry out.
constexpr std::array kShellWords{".",     ":",      "!",    "{",    "[[",      "alias", "case",
                                 "cd",    "eval",   "exec", "exit", "export",  "for",   "if",
                                 "set",   "source", "time", "trap", "ulimit",  "umask", "unset",
                                 "until", "while",  "read", "wait", "command", "type"};

/// What an unquoted character means to a shell; empty: nothing.
std::string_view meaning(char c, bool begins_word, char next) {
    switch (c) {
        case '|':
            return next == '|' ? "||" : "a pipe";
        case '&':
            return next == '&' ? "&&" : "a background process (&)";
        case ';':
            return "several commands (;)";
        case '<':
        case '>':
            return "a redirection";
        case '(':
        case ')':
            return "a subshell";
        case '$':
            return "a variable or substitution ($)";
        case '`':
            return "a substitution (`)";
        case '*':
        case '?':
        case '[':
            return "a file name pattern";
        case '~':
            return begins_word ? "a home directory (~)" : "";
        case '#':
            return begins_word ? "a comment (#)" : "";
        default:
            return "";
    }
}

bool is_telling(char c, char next) {
    return std::string_view{"|;<>$`"}.contains(c) ||
           (c == '&' && std::string_view{"& \t\n"}.contains(next)) || (c == '&' && next == '\0');
}

/// Reads a command character by character and keeps track of the quotes.
class ShellReader {
public:
    explicit ShellReader(ShellSyntax wanted) : wanted_(wanted) {}

    /// Returns the first meaning that an unquoted character has.
    std::string find(std::string_view text) {
        for (std::size_t i = 0; i < text.size(); ++i) {
            const char c = text[i], next = i + 1 < text.size() ? text[i + 1] : '\0';
            if (c == '\\' && quote_ != '\'') {
                ++i, begins_word_ = false;
                continue;
            }
            const std::string_view found = step(c, next);
            const bool counts = wanted_ == ShellSyntax::any || (quote_ == '\0' && is_telling(c, next));
            if (!found.empty() && counts) return std::string{found};
        }
        return quote_ == '\0' ? "" : "a quote that is not closed";
    }

private:
    std::string_view step(char c, char next) {
        if (quote_ != '\0') {
            if (c == quote_) quote_ = '\0';
            return quote_ == '"' && (c == '$' || c == '`') ? meaning(c, false, next) : std::string_view{};
        }
        if (c == '\'' || c == '"') {
            quote_ = c, begins_word_ = false;
            return {};
        }
        const std::string_view found = meaning(c, begins_word_, next);
        begins_word_ = c == ' ' || c == '\t';
        return found;
    }

    const ShellSyntax wanted_;
    char quote_{'\0'};
    bool begins_word_{true};
};

}  // namespace

std::expected<std::vector<std::string>, WordError> split_words(std::string_view text) {
    return Splitter{text}.split();
}

bool is_assignment(std::string_view word) {
    const std::size_t sign = word.find('=');
    if (sign == word.npos || sign == 0 || std::isdigit(static_cast<unsigned char>(word[0])) != 0)
        return false;
    return std::ranges::all_of(word.substr(0, sign),
                               [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; });
}

std::string shell_syntax_in(std::string_view command, ShellSyntax wanted) {
    std::string found = ShellReader{wanted}.find(command);
    if (!found.empty()) return found;
    const auto words = split_words(command);
    if (!words || words->empty()) return "no command";
    if (is_assignment(words->front())) return "a variable assignment";
    if (std::ranges::find(kShellWords, words->front()) != kShellWords.end())
        return "the shell command " + words->front();
    return "";
}

std::expected<std::vector<std::string>, WordError> command_words(const Context& context) {
    if (!context.shell || context.exec.empty()) return split_words(context.exec);
    return std::vector<std::string>{"/bin/sh", "-c", context.exec, "sh"};
}

std::string shell_word(std::string_view text) {
    const auto is_safe = [](unsigned char c) {
        return std::isalnum(c) != 0 || std::string_view{"_-./:=,+@%^"}.contains(static_cast<char>(c));
    };
    if (!text.empty() && std::ranges::all_of(text, is_safe)) return std::string{text};
    std::string out{"'"};
    for (const char c : text) out += c == '\'' ? std::string{"'\\''"} : std::string{c};
    return out + '\'';
}
}  // namespace ecron::model
