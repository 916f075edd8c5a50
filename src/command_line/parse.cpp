#include <algorithm>
#include <sstream>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "ecron/base/near_miss.hpp"
#include "ecron/command_line/command.hpp"

namespace ecron::command_line {
namespace {

std::vector<std::string> split_name(std::string_view name) {
    std::istringstream text{std::string{name}};
    std::vector<std::string> words;
    for (std::string word; text >> word;) words.push_back(word);
    return words;
}

/// Converts the arguments of one command, front to back.
class Parser {
public:
    explicit Parser(const Command& command) : command_(command) {}

    std::expected<Arguments, std::vector<std::string>> parse(const std::vector<std::string>& arguments) {
        for (auto next = arguments.begin(); next != arguments.end(); ++next) {
            if (only_words_ || !next->starts_with('-') || *next == "-")
                parsed_.words.push_back(*next);
            else if (*next == "--")
                only_words_ = true;
            else
                take_flag(next, arguments.end());
        }
        if (command_.words == Words::refused && !parsed_.words.empty())
            wrong_.push_back(
                fmt::format("{:?}: {} does not take this argument", parsed_.words[0], command_.name));
        check_pairings();
        if (!wrong_.empty()) return std::unexpected(std::move(wrong_));
        return std::move(parsed_);
    }

private:
    using Position = std::vector<std::string>::const_iterator;
    struct Given {
        std::string shown;  // as typed, without the value
        std::string name;
        char letter{};
        std::optional<std::string> value;
    };

    static Given split(const std::string& argument) {
        if (!argument.starts_with("--")) {
            Given given{argument.substr(0, 2), "", argument[1], std::nullopt};
            if (argument.size() > 2) given.value = argument.substr(argument[2] == '=' ? 3 : 2);
            return given;
        }
        const std::size_t sign = argument.find('=');
        Given given{argument.substr(0, sign), "", '\0', std::nullopt};
        std::ranges::replace(given.shown, '_', '-');
        given.name = given.shown.substr(2);
        if (sign != argument.npos) given.value = argument.substr(sign + 1);
        return given;
    }

    [[nodiscard]] const Flag* find(const Given& given) const {
        for (const std::vector<Flag>* flags : {&command_.flags, &common_flags()})
            for (const Flag& flag : *flags)
                if (given.letter == '\0' ? flag.name == given.name : flag.letter == given.letter)
                    return &flag;
        return nullptr;
    }

    void take_flag(Position& next, Position end) {
        Given given = split(*next);
        const Flag* const flag = find(given);
        if (flag == nullptr) return unknown(given);
        if (flag->value == Value::none && given.value)
            return wrong_.push_back(fmt::format("{} takes no value", given.shown));
        if (flag->value == Value::required && !given.value && next + 1 != end) given.value = *++next;
        const bool lacks = flag->value == Value::required ? !given.value : false;
        if (lacks || (given.value && given.value->empty() && flag->group == Group::configuration))
            return wrong_.push_back(fmt::format("{} requires a value: {}", given.shown, flag->metavar));
        if (given.value && !flag->choices.empty() &&
            std::ranges::find(flag->choices, *given.value) == flag->choices.end())
            return wrong_.push_back(fmt::format("{}: {:?} is not one of: {}", given.shown, *given.value,
                                                fmt::join(flag->choices, ", ")));
        const std::string absent = flag->value == Value::optional ? "true" : "";
        parsed_.flags.push_back({flag->name, given.value.value_or(absent), flag->group});
    }

    void check_pairings() {
        using enum Pairing::Rule;
        std::vector<std::string_view> reported;
        for (const auto& [flag, rule, other] : command_.pairings) {
            const bool fits = rule == only_with ? parsed_.has(other) : !parsed_.has(other);
            const bool is_reported = std::ranges::find(reported, flag) != reported.end();
            if (fits || is_reported || !parsed_.has(flag)) continue;
            reported.push_back(flag);
            wrong_.push_back(fmt::format("--{} {} --{}", flag,
                                         rule == only_with ? "applies only with" : "does not apply with",
                                         other));
        }
    }

    void unknown(const Given& given) {
        std::vector<std::string> names;
        for (const std::vector<Flag>* flags : {&command_.flags, &common_flags()})
            for (const Flag& flag : *flags) names.push_back("--" + flag.name);
        const std::vector<std::string_view> candidates(names.begin(), names.end());
        const std::string_view meant =
            given.letter == '\0' ? near_miss(given.shown, candidates) : std::string_view{};
        wrong_.push_back(meant.empty()
                             ? fmt::format("{}: unknown flag", given.shown)
                             : fmt::format("{}: unknown flag; did you mean {}?", given.shown, meant));
    }

    const Command& command_;
    Arguments parsed_;
    std::vector<std::string> wrong_;
    bool only_words_{false};
};

}  // namespace

const std::vector<Flag>& common_flags() {
    static const std::vector<Flag> flags{
        {.name = "help", .metavar = "", .help = "Show this help.", .letter = 'h'},
        {.name = "version", .metavar = "", .help = "Print the version."},
    };
    return flags;
}

bool Arguments::has(std::string_view name) const {
    return std::ranges::find(flags, name, &GivenFlag::name) != flags.end();
}

std::optional<std::string> Arguments::value(std::string_view name) const {
    const std::vector<std::string> all = values(name);
    return all.empty() ? std::nullopt : std::optional{all.back()};
}

std::vector<std::string> Arguments::values(std::string_view name) const {
    std::vector<std::string> found;
    for (const GivenFlag& flag : flags)
        if (flag.name == name) found.push_back(flag.value);
    return found;
}

std::expected<Arguments, std::vector<std::string>> parse(const Command& command,
                                                         const std::vector<std::string>& arguments) {
    return Parser{command}.parse(arguments);
}

std::optional<Selection> select(std::span<const Command> commands,
                                const std::vector<std::string>& arguments) {
    std::optional<Selection> best;
    std::size_t longest = 0;
    for (std::size_t i = 0; i < commands.size(); ++i) {
        const std::vector<std::string> words = split_name(commands[i].name);
        const bool begins =
            words.size() <= arguments.size() && std::equal(words.begin(), words.end(), arguments.begin());
        if (!begins || words.size() <= longest) continue;
        longest = words.size();
        best = Selection{i, {arguments.begin() + static_cast<std::ptrdiff_t>(words.size()), arguments.end()}};
    }
    return best;
}

}  // namespace ecron::command_line
