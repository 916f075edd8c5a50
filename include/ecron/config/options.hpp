#pragma once
#include <cstdint>
#include <span>
#include <string_view>

/// Every option, declared once in the table of src/config/options.cpp, which also names the member of the
/// configuration that the option fills. An entry yields the key in YAML (`cron_port`), the flag
/// (`--cron-port`, and `--cron_port`), the variable (`ECRON_CRON_PORT`), its row in docs/configuration.md and
/// its lines in etc/cronsvr.yaml. Its help in Chinese is a row of src/config/option_help_zh_cn.hpp; a missing
/// row, or one of no option, does not compile. Precedence: flag, environment, file, the default declared
/// here.
namespace ecron::config {

enum class Kind : std::uint8_t {
    text,
    port,      // 0 to 65535; the help defines the meaning of 0
    integer,   // within Limits
    size,      // bytes: 4096, "64KiB", "1MiB"; within Limits
    duration,  // "1m30s", "250ms", or a number of seconds; within Limits, which are milliseconds
    boolean,   // true, false, yes, no, on, off, 1, 0 in any case, quoted or not
    address,   // a host name, or an IP literal with or without brackets
    choice,    // one of `choices`
    path,      // path of a file or folder
    list,      // a YAML sequence, or text separated by commas
};

/// The section of the documentation, in its order.
enum class Group : std::uint8_t {
    listen,
    api,
    store,
    schedule,
    execution,
    webhooks,
    process,
    log,
    traces,
    access,
    messages
};

enum class Secret : bool { no, yes };  // yes: not accepted as a flag, and shown as ***

/// Whether the value has an effect. `ignored`: accepted for compatibility with files of the service that
/// ecron replaces.
enum class Effect : std::uint8_t { works, ignored };

/// A value under the minimum is an error, or (as in the old service) raised to the minimum with a warning.
enum class Below : bool { refuse, raise };
struct Limits {
    std::int64_t min{0};
    std::int64_t max{INT64_MAX};
    Below below{Below::refuse};
};

struct Config;
struct Option;
/// Stores the option's value, given as a text that check_value() returned, in the members of the Config that
/// the option is bound to.
using Assign = void (*)(Config& config, const Option& option, std::string_view text);

struct Option {
    std::string_view name;
    Kind kind;
    std::string_view fallback;  // the default, in the form used in a file
    Group group;
    std::string_view help;   // one sentence: noun phrase or imperative
    Assign assign{nullptr};  // nullptr: ignored, or resolved together with others (src/config/derive.cpp)
    Limits limits{};
    std::string_view choices{};  // "sqlite|mysql"
    Secret secret{Secret::no};
    Effect effect{Effect::works};
    std::string_view help_zh_cn{};  // the help in Chinese; empty if ignored
};

/// The title of the group's chapter in the reference.
std::string_view title_of(Group group);

/// All options, in the order of the table.
extern const std::span<const Option> kOptions;

/// The option with that name; nullptr if there is none.
const Option* find_option(std::string_view name);

}  // namespace ecron::config
