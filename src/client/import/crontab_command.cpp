#include "client/import/crontab_command.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "ecron/model/command_line.hpp"

namespace ecron::client {
namespace {

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

bool leaves_process(std::string_view command) {
    return command.ends_with('&') && !command.ends_with("&&") && !command.ends_with("\\&");
}

bool has_brace_expansion(std::string_view command) {
    char quote = 0;
    bool open = false, has_list = false;
    for (std::size_t i = 0; i < command.size(); ++i) {
        const char c = command[i];
        if (quote != 0) {
            if (c == quote) quote = 0;
            if (c == '\\' && quote == '"') ++i;
        } else if (c == '\\' || command.substr(i, 2) == "${") {
            ++i;
        } else if (c == '\'' || c == '"') {
            quote = c;
        } else if (c == ' ' || c == '\t') {
            open = false;
        } else if (c == '{') {
            open = true, has_list = false;
        } else if (c == '}' && open && has_list) {
            return true;
        } else if (c == ',' || command.substr(i, 2) == "..") {
            has_list = true;
        }
    }
    return false;
}

bool expands_braces(std::string_view shell) {
    const std::string_view name = base_name(shell);
    return name == "bash" || name == "ksh" || name == "zsh";
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
        if (!is_program || model::is_assignment(*word) || name.ends_with(".lock")) continue;
        if (!runs_another(name)) {
            if (name.contains(' ')) return name_for_command(*word);  // the argument of sh -c
            return std::string{name.substr(0, name.find_last_not_of(";&|)") + 1)};
        }
        if (runner.empty()) runner = name;
    }
    return runner.empty() ? "job" : runner;
}

}  // namespace ecron::client
