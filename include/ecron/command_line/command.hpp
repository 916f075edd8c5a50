#pragma once
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Declarations of commands and flags. One declaration per command is the source of parsing, help, shell
/// completion and docs/cli.md. Pure.
namespace ecron::command_line {

/// How a flag takes its value. `optional`: only as --flag=VALUE.
enum class Value : std::uint8_t { none, required, optional };
/// The heading under which help lists a flag.
enum class Group : std::uint8_t { own, connection, configuration };
enum class Visibility : std::uint8_t { shown, hidden };
/// What shell completion offers for a value or an argument.
enum class Candidates : std::uint8_t { none, files, jobs };

struct Flag {
    std::string name;     // "output"
    std::string metavar;  // "FORMAT"; empty: the flag takes no value
    std::string help;
    char letter{};  // 'o'; 0: none
    Value value{metavar.empty() ? Value::none : Value::required};
    std::vector<std::string_view> choices{};  // the permitted values; empty: any
    Candidates candidates{Candidates::none};
    Group group{Group::own};
    Visibility visibility{Visibility::shown};
    std::string_view heading{};  // of an option of the configuration, below which help lists it
};

/// A flag that applies only together with another one, or never with it. What does not apply is an error: it
/// would have no effect.
struct Pairing {
    enum class Rule : std::uint8_t { only_with, never_with };
    std::string_view flag;
    Rule rule;
    std::string_view other;
};

/// Whether a command takes arguments that are not flags.
enum class Words : std::uint8_t { refused, taken };

struct Command {
    std::string_view name;       // "job list": the words that select it
    std::string_view arguments;  // "NAME…", for help
    std::string_view summary;    // one sentence
    std::vector<Flag> flags{};
    Words words{Words::refused};
    std::string_view section{};  // heading in the list of commands; empty: not listed
    std::string_view details{};  // further paragraphs of help and documentation
    Candidates candidates{Candidates::none};
    std::vector<std::string_view> choices{};  // completion of the first argument
    std::vector<Pairing> pairings{};          // of each flag, only the first violated one is reported
};

struct GivenFlag {
    std::string name;
    std::string value;  // empty for a flag without a value
    Group group{Group::own};
};

/// The flags and other arguments of one invocation, in the order given.
struct Arguments {
    std::vector<GivenFlag> flags;
    std::vector<std::string> words;

    [[nodiscard]] bool has(std::string_view name) const;
    [[nodiscard]] std::optional<std::string> value(std::string_view name) const;  // the last value given
    [[nodiscard]] std::vector<std::string> values(std::string_view name) const;
};

/// Accepts --cron-port=1, --cron-port 1, --cron_port 1, -o json and -ojson; everything after -- is an
/// argument. Names are not abbreviated: abbreviations would change meaning as flags are added. All errors are
/// reported at once.
std::expected<Arguments, std::vector<std::string>> parse(const Command& command,
                                                         const std::vector<std::string>& arguments);

/// The flags that every command has: --help and --version.
[[nodiscard]] const std::vector<Flag>& common_flags();

/// The command with the longest name that the arguments begin with, and the rest of the arguments. An empty
/// name: none.
struct Selection {
    std::size_t index{};  // in `commands`
    std::vector<std::string> rest;
};
[[nodiscard]] std::optional<Selection> select(std::span<const Command> commands,
                                              const std::vector<std::string>& arguments);

}  // namespace ecron::command_line
