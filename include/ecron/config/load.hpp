#pragma once
#include <expected>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "ecron/config/config.hpp"
#include "ecron/config/options.hpp"

/// Reads what ecron was told: flags beat the environment, which beats the files (the later one wins), which
/// beat the defaults of the table. Everything that is wrong is reported at once.
///
/// Files of the service that ecron replaces are read as they are: keys that ecron does not know are a warning
/// in them and an error in its own files. A file is one of the old service's when it is named
/// cronsvr-secret.yaml or mq_config.yaml, lies under /sysvol/conf/, or has a camelCase key of mq_config.yaml
/// (mqHost, mqType, …).
namespace ecron::config {

struct Flag {
    std::string name;  // of the option: cron_port
    std::string value;
};

struct Sources {
    std::vector<Flag> flags;
    std::map<std::string, std::string> environment;  // only ECRON_* and TZ are looked at
    std::vector<std::string> files;                  // each must be there
    std::vector<std::string> files_if_present;       // read before `files`
};

/// The places that are looked at when no file is named: the old service's, then ecron's own.
std::vector<std::string> usual_files();

struct Problem {
    std::string where;  // "etc/cronsvr.yaml:12", "--cron-port", "ECRON_CRON_PORT"; empty: the whole
    std::string key;    // may be empty
    std::string what;   // what is wrong and what was expected; never a secret
};
/// One line for people: "etc/cronsvr.yaml:12: cron_port: 70000 is not a port from 0 to 65535".
std::string format(const Problem& problem);

/// One option's value and who said it.
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

/// The settings as a YAML file that can be read again, secrets as ***, each with who said it.
std::string format_settings(const std::vector<Setting>& settings);

}  // namespace ecron::config
