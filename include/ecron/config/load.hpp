#pragma once
#include <expected>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ecron/config/config.hpp"
#include "ecron/config/options.hpp"
#include "ecron/model/messages.hpp"

/// Loads the configuration. Precedence: flags, environment, files (a later file overrides an earlier one),
/// defaults of the table. All errors are reported at once.
///
/// Files of the service that ecron replaces are accepted unchanged: unknown keys are a warning in them and an
/// error in ecron's own files. A file is one of the old service's if it is named cronsvr-secret.yaml or
/// mq_config.yaml, is located under /sysvol/conf/, or has a camelCase key of mq_config.yaml (mqHost, mqType,
/// …).
namespace ecron::config {

struct Flag {
    std::string name;  // option name: cron_port
    std::string value;
};

struct Sources {
    std::vector<Flag> flags;
    std::map<std::string, std::string> environment;  // only ECRON_* and TZ are used
    std::vector<std::string> files;                  // each must exist
    std::vector<std::string> files_if_present;       // optional; read before `files`
    /// Why a time zone cannot be used. The default accepts every name: this module knows no time zones.
    std::function<std::optional<std::string>(const std::string& zone)> zone_fault{};
};

/// The default locations if no file is specified: the old service's, then ecron's own.
std::vector<std::string> usual_files();

struct Problem {
    std::string where;  // "etc/cronsvr.yaml:12", "--cron-port", "ECRON_CRON_PORT"; empty: the configuration
                        // as a whole
    std::string key;    // may be empty
    std::string what;   // the fault and the expected value; never contains a secret
    std::string option{};  // whose value is invalid; empty: as `key`
};
/// The option that the problem concerns; may be empty.
[[nodiscard]] const std::string& option_of(const Problem& problem);
/// One readable line: "etc/cronsvr.yaml:12: cron_port: 70000 is not a port from 0 to 65535".
std::string format(const Problem& problem);

/// One option's value and its source.
struct Setting {
    const Option* option{};
    std::string value;
    std::string from;  // as Problem::where, or "default"
};

struct Loaded {
    Config config;
    std::vector<Setting> settings;  // in the order of the table
    std::vector<Problem> warnings;
};

std::expected<Loaded, std::vector<Problem>> load(const Sources& sources);

/// What can be loaded despite errors: an invalid value counts as not set.
struct Attempt {
    Loaded loaded;
    std::vector<Problem> errors;
};
Attempt try_to_load(const Sources& sources);

/// The settings as a YAML file that can be loaded again, secrets as ***, each with its source.
std::string format_settings(const std::vector<Setting>& settings);
/// The same as a JSON array of the options that have an effect, with their descriptions, for
/// GET /configuration. Descriptions in Chinese are simplified, also for zh_tw.
std::string settings_json(const std::vector<Setting>& settings, model::Language language);

}  // namespace ecron::config
