#include "client/import/crontab_command.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "ecron/model/command_line.hpp"

namespace ecron::client {
namespace {

/// Words that only a shell can carry out.
constexpr std::array kShellWords{".",     ":",      "!",    "{",    "[[",      "alias", "case",
                                 "cd",    "eval",   "exec", "exit", "export",  "for",   "if",
                                 "set",   "source", "time", "trap", "ulimit",  "umask", "unset",
                                 "until", "while",  "read", "wait", "command", "type"};

bool is_assignment(std::string_view word) {
    const std::size_t sign = word.find('=');
    if (sign == word.npos || sign == 0 || std::isdigit(static_cast<unsigned char>(word[0])) != 0)
        return false;
    return std::ranges::all_of(word.substr(0, sign),
                               [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; });
}

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

/// Reads a command character by character and keeps track of the quotes.
class ShellReader {
public:
    /// Returns the first meaning that an unquoted character has.
    std::string find(std::string_view text) {
        for (std::size_t i = 0; i < text.size(); ++i) {
            const char c = text[i], next = i + 1 < text.size() ? text[i + 1] : '\0';
            if (c == '\\' && quote_ != '\'') {
                ++i, begins_word_ = false;
                continue;
            }
            if (const std::string_view found = step(c, next); !found.empty()) return std::string{found};
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

    char quote_{'\0'};
    bool begins_word_{true};
};

std::string_view base_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

bool ends_command(std::string_view word) {
    return word == "]" || word == "&&" || word == "||" || word.ends_with(';');
}

bool runs_another(std::string_view program) {
    constexpr std::array kRunners{"sh",  "bash", "dash",    "zsh",  "python",  "python3", "perl",
                                  "php", "ruby", "node",    "nice", "ionice",  "flock",   "sudo",
                                  "env", "time", "timeout", "exec", "chronic", "java",    "nohup"};
    return std::ranges::find(kRunners, program) != kRunners.end();
}

}  // namespace

CronCommand split_percent(std::string_view text) {
    CronCommand result;
    std::string* into = &result.command;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\' && i + 1 < text.size() && text[i + 1] == '%') {
            *into += text[++i];
        } else if (text[i] == '%') {
            if (result.input)
                *into += '\n';
            else
                into = &result.input.emplace();
        } else {
            *into += text[i];
        }
    }
    while (result.command.ends_with(' ') || result.command.ends_with('\t')) result.command.pop_back();
    return result;
}

std::string shell_syntax_in(std::string_view command) {
    std::string found = ShellReader{}.find(command);
    if (!found.empty()) return found;
    const auto words = model::split_words(command);
    if (!words || words->empty()) return "no command";
    if (is_assignment(words->front())) return "a variable assignment";
    if (std::ranges::find(kShellWords, words->front()) != kShellWords.end())
        return "the shell command " + words->front();
    return "";
}

std::string name_for_command(std::string_view command) {
    const auto words = model::split_words(command);
    if (!words) return "job";
    std::string runner;
    for (auto word = words->begin(); word != words->end(); ++word) {
        const std::string_view name = base_name(*word);
        if (*word == "cd" || *word == "test" || *word == "[") {  // their arguments are no programs
            word = std::find_if(word, words->end(), ends_command);
            if (word == words->end()) break;
            continue;
        }
        const bool is_program = !name.empty() && std::isalpha(static_cast<unsigned char>(name[0])) != 0;
        if (!is_program || is_assignment(*word) || name.ends_with(".lock")) continue;
        if (!runs_another(name)) {
            if (name.contains(' ')) return name_for_command(*word);  // the argument of sh -c
            return std::string{name.substr(0, name.find_last_not_of(";&|)") + 1)};
        }
        if (runner.empty()) runner = name;
    }
    return runner.empty() ? "job" : runner;
}

}  // namespace ecron::client
