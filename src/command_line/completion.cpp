#include <fmt/format.h>

#include <algorithm>

#include "command_line/layout.hpp"
#include "ecron/command_line/help.hpp"

/// Completion scripts. Each offers command names, flags, permitted values, files, and names of jobs, for
/// which it runs `ecron job list -o name`.
namespace ecron::command_line {
namespace {

/// Quotes a text for bash and zsh.
std::string shell_quoted(std::string_view text) {
    std::string out{"'"};
    for (const char c : text) out += c == '\'' ? std::string{"'\\''"} : std::string{c};
    return out + '\'';
}

/// fish also removes a backslash before ' and \.
std::string fish_quoted(std::string_view text) {
    std::string out{"'"};
    for (const char c : text) {
        if (c == '\'' || c == '\\') out += '\\';
        out += c;
    }
    return out + '\'';
}

std::vector<Flag> shown_flags(const Command& command) {
    std::vector<Flag> flags;
    for (const std::vector<Flag>* list : {&command.flags, &common_flags()})
        std::ranges::copy_if(*list, std::back_inserter(flags),
                             [](const Flag& flag) { return flag.visibility == Visibility::shown; });
    return flags;
}

std::vector<const Command*> listed(std::span<const Command> commands) {
    std::vector<const Command*> list;
    for (const Command& command : commands)
        if (!command.section.empty()) list.push_back(&command);
    return list;
}

/// The words that can follow the prefix ("" or "job") in the name of a command, with the summary of that
/// command.
std::vector<std::pair<std::string, std::string>> next_words(std::span<const Command> commands,
                                                            std::string_view prefix) {
    std::vector<std::pair<std::string, std::string>> words;
    for (const Command* command : listed(commands)) {
        std::string_view name = command->name;
        if (!prefix.empty()) {
            if (!name.starts_with(std::string{prefix} + ' ')) continue;
            name.remove_prefix(prefix.size() + 1);
        }
        const std::string word{name.substr(0, name.find(' '))};
        const bool whole = word.size() == name.size();
        const auto known = std::ranges::find(words, word, &std::pair<std::string, std::string>::first);
        if (known == words.end())
            words.emplace_back(word, whole ? std::string{command->summary} : "");
        else if (whole)
            known->second = command->summary;
    }
    return words;
}

std::vector<std::string> groups(std::span<const Command> commands) {
    std::vector<std::string> names;
    for (const auto& [word, summary] : next_words(commands, ""))
        if (!next_words(commands, word).empty()) names.push_back(word);
    return names;
}

std::string joined(const std::vector<std::pair<std::string, std::string>>& words) {
    std::string out;
    for (const auto& [word, summary] : words) out += (out.empty() ? "" : " ") + word;
    return out;
}

std::string_view kind(Candidates candidates) {
    if (candidates == Candidates::files) return "@files";
    return candidates == Candidates::jobs ? "@jobs" : "";
}

constexpr std::string_view kBashEnd = R"sh(
_ecron() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}
    local one=${COMP_WORDS[1]-} two="${COMP_WORDS[1]-} ${COMP_WORDS[2]-}" name= offered=
    if ((COMP_CWORD > 2)) && [[ -n $(_ecron_flags "$two") ]]; then
        name=$two
    elif ((COMP_CWORD > 1)) && [[ -n $(_ecron_flags "$one") ]]; then
        name=$one
    fi
    COMPREPLY=()
    if ((COMP_CWORD == 1)); then
        offered=$(_ecron_words "")
    elif ((COMP_CWORD == 2)) && [[ $current != -* ]]; then
        offered="$(_ecron_words "$one") $(_ecron_value "$name" "")"
    elif [[ $previous == -* && $current != -* && $(_ecron_value "$name" "$previous") != @none ]]; then
        offered=$(_ecron_value "$name" "$previous")
    elif [[ $current == -* ]]; then
        offered=$(_ecron_flags "$name")
    else
        offered=$(_ecron_value "$name" "")
    fi
    local words=${offered//@[a-z]*/}
    [[ $offered != *@jobs* ]] || words+=" $(ecron job list -o name 2>/dev/null)"
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
    [[ $offered != *@files* ]] || mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -f -- "$current")
}
complete -o filenames -F _ecron ecron
)sh";

/// What a flag's value or, with an empty flag, an argument can be. @none: the flag takes no value.
void append_bash_values(std::string& out, const Command& command) {
    for (const Flag& flag : shown_flags(command)) {
        std::string offered = fmt::format("{}", fmt::join(flag.choices, " "));
        if (offered.empty()) offered = kind(flag.candidates);
        if (flag.value != Value::required) offered = "@none";
        const std::string letter =
            flag.letter == '\0'
                ? ""
                : fmt::format(" | {}", shell_quoted(fmt::format("{}:-{}", command.name, flag.letter)));
        out += fmt::format("        {}{}) echo {} ;;\n",
                           shell_quoted(fmt::format("{}:--{}", command.name, flag.name)), letter,
                           shell_quoted(offered));
    }
    std::string words = fmt::format("{}", fmt::join(command.choices, " "));
    if (words.empty()) words = kind(command.candidates);
    out += fmt::format("        {}) echo {} ;;\n", shell_quoted(fmt::format("{}:", command.name)),
                       shell_quoted(words));
}

std::string bash(std::span<const Command> commands) {
    std::string out{
        "# bash completion of ecron: source <(ecron completion bash)\n_ecron_words() {\n    case $1 in\n"};
    out += fmt::format("        '') echo {} ;;\n", shell_quoted(joined(next_words(commands, ""))));
    for (const std::string& group : groups(commands))
        out += fmt::format("        {}) echo {} ;;\n", shell_quoted(group),
                           shell_quoted(joined(next_words(commands, group))));
    out += "    esac\n}\n_ecron_flags() {\n    case $1 in\n";
    for (const Command* command : listed(commands)) {
        std::string flags;
        for (const Flag& flag : shown_flags(*command)) flags += (flags.empty() ? "--" : " --") + flag.name;
        out += fmt::format("        {}) echo {} ;;\n", shell_quoted(command->name), shell_quoted(flags));
    }
    out += "    esac\n}\n_ecron_value() {\n    case $1:$2 in\n";
    for (const Command* command : listed(commands)) append_bash_values(out, *command);
    return out + "    esac\n}" + std::string{kBashEnd};
}

/// Text inside […] of a specification for zsh's _arguments.
std::string zsh_help(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '[' || c == ']' || c == ':' || c == '\\') out += '\\';
        out += c;
    }
    return out;
}

std::string zsh_action(const std::vector<std::string_view>& choices, Candidates candidates) {
    if (!choices.empty()) return fmt::format("({})", fmt::join(choices, " "));
    if (candidates == Candidates::files) return "_files";
    return candidates == Candidates::jobs ? "_ecron_jobs" : "";
}

void append_zsh_command(std::string& out, const Command& command, std::size_t words) {
    out +=
        fmt::format("        {})\n            shift {} words; ((CURRENT -= {}))\n            _arguments -s",
                    shell_quoted(command.name), words, words);
    for (const Flag& flag : shown_flags(command)) {
        std::string rest = fmt::format("[{}]", zsh_help(flag.help));
        if (flag.value == Value::required)
            rest += fmt::format(":{}:{}", zsh_help(flag.metavar), zsh_action(flag.choices, flag.candidates));
        const std::string sign = flag.value == Value::required ? "=" : "";
        out += fmt::format(" \\\n                {}",
                           shell_quoted(fmt::format("*--{}{}{}", flag.name, sign, rest)));
        if (flag.letter != '\0')
            out += fmt::format(
                " {}", shell_quoted(fmt::format("*-{}{}{}", flag.letter, sign.empty() ? "" : "+", rest)));
    }
    const std::string action = zsh_action(command.choices, command.candidates);
    if (!action.empty()) out += fmt::format(" \\\n                {}", shell_quoted("*:argument:" + action));
    out += "\n            return ;;\n";
}

std::string zsh_words(const std::vector<std::pair<std::string, std::string>>& words) {
    std::string out;
    for (const auto& [word, summary] : words)
        out += ' ' + shell_quoted(fmt::format("{}:{}", word, zsh_help(summary)));
    return out;
}

std::string zsh(std::span<const Command> commands) {
    std::string out{
        "#compdef ecron\n# zsh completion of ecron: source <(ecron completion zsh)\n"
        "_ecron_jobs() {\n    local -a names\n"
        "    names=(${(f)\"$(ecron job list -o name 2>/dev/null)\"})\n    compadd -a names\n}\n"
        "_ecron() {\n    local -a offered\n    local one=$words[2] two=\"$words[2] $words[3]\"\n"};
    out += fmt::format(
        "    if ((CURRENT == 2)); then\n        offered=({})\n        _describe command offered\n        "
        "return\n    fi\n",
        zsh_words(next_words(commands, "")));
    for (const std::string& group : groups(commands))
        out += fmt::format(
            "    if ((CURRENT == 3)) && [[ $one == {} ]]; then\n        offered=({})\n        _describe "
            "command offered\n    fi\n",
            group, zsh_words(next_words(commands, group)));
    out += "    case $two in\n";
    for (const Command* command : listed(commands))
        if (command->name.contains(' ')) append_zsh_command(out, *command, 2);
    out += "    esac\n    case $one in\n";
    for (const Command* command : listed(commands))
        if (!command->name.contains(' ')) append_zsh_command(out, *command, 1);
    // As a file in fpath, the script is the body of the function itself.
    return out +
           "    esac\n}\nif [ \"$funcstack[1]\" = _ecron ]; then\n    _ecron \"$@\"\nelse\n    compdef "
           "_ecron ecron\nfi\n";
}

std::string fish_arguments(const std::vector<std::string_view>& choices, Candidates candidates) {
    if (!choices.empty())
        return fmt::format(" -f -a {}", fish_quoted(fmt::format("{}", fmt::join(choices, " "))));
    if (candidates == Candidates::files) return " -F";
    return candidates == Candidates::jobs ? " -f -a '(ecron job list -o name 2>/dev/null)'" : " -f";
}

void append_fish_command(std::string& out, const Command& command) {
    const std::string condition = fmt::format("-n \"__ecron_is {}\"", fish_quoted(command.name));
    for (const Flag& flag : shown_flags(command)) {
        out += fmt::format("complete -c ecron {} -l {}", condition, flag.name);
        if (flag.letter != '\0') out += fmt::format(" -s {}", flag.letter);
        if (flag.value == Value::required) out += " -r" + fish_arguments(flag.choices, flag.candidates);
        out += fmt::format(" -d {}\n", fish_quoted(flag.help));
    }
    if (!command.choices.empty() || command.candidates != Candidates::none)
        out += fmt::format("complete -c ecron {}{}\n", condition,
                           fish_arguments(command.choices, command.candidates));
}

std::string fish(std::span<const Command> commands) {
    std::string out{
        "# fish completion of ecron: ecron completion fish | source\n"
        "function __ecron_is\n    set -l words (string split ' ' -- $argv[1])\n"
        "    set -l given (commandline -opc)\n    set -e given[1]\n"
        "    test (count $given) -ge (count $words); or return 1\n"
        "    test \"$given[1..\"(count $words)\"]\" = \"$argv[1]\"\nend\n"
        "function __ecron_words\n    set -l given (commandline -opc)\n    set -e given[1]\n"
        "    test \"$given\" = \"$argv[1]\"\nend\ncomplete -c ecron -f\n"};
    std::vector<std::string> prefixes{""};
    std::ranges::copy(groups(commands), std::back_inserter(prefixes));
    for (const std::string& prefix : prefixes)
        for (const auto& [word, summary] : next_words(commands, prefix))
            out += fmt::format("complete -c ecron -n \"__ecron_words {}\" -a {} -d {}\n", fish_quoted(prefix),
                               word, fish_quoted(summary));
    for (const Command* command : listed(commands)) append_fish_command(out, *command);
    return out;
}

}  // namespace

std::string completion(std::span<const Command> commands, Shell shell) {
    switch (shell) {
        case Shell::bash:
            return bash(commands);
        case Shell::zsh:
            return zsh(commands);
        case Shell::fish:
            break;
    }
    return fish(commands);
}

}  // namespace ecron::command_line
