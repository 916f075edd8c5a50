#include "ecron/config/document.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "config/values.hpp"
#include "ecron/base/json_writer.hpp"
#include "ecron/base/time.hpp"

namespace ecron::config {
namespace {

struct Chapter {
    Group group;
    std::string_view title;
};
// clang-format off
constexpr std::array kChapters{
    Chapter{Group::listen, "Listening"},
    Chapter{Group::api, "API"},
    Chapter{Group::store, "Database"},
    Chapter{Group::schedule, "Schedules"},
    Chapter{Group::execution, "Executions"},
    Chapter{Group::webhooks, "Webhooks"},
    Chapter{Group::process, "Process"},
    Chapter{Group::log, "Log"},
    Chapter{Group::traces, "Traces"},
    Chapter{Group::access, "Authentication and authorization"},
    Chapter{Group::messages, "Message queue"},
};
// clang-format on

constexpr std::string_view kPreface = R"(# Configuration

Every option has one name. `cron_port` is the key in a YAML file, the flag `--cron-port` (or `--cron_port`) and the
variable `ECRON_CRON_PORT`. Precedence, highest first: flags, environment, files (later files override earlier ones),
the defaults listed below. An empty value means the default. Secrets are not accepted as flags, because all users of a
machine can read the flags of its processes.

Specify files with `--config FILE`, which can be repeated. Without `--config`, the following files are read if they
exist, in this order: `/sysvol/conf/service_conf/cronsvr.yaml`, `/sysvol/conf/secret_conf/cronsvr-secret.yaml`,
`mq_config.yaml` in either of these folders, `/etc/ecron/ecron.yaml`. [`etc/cronsvr.yaml`](../etc/cronsvr.yaml) is a
sample with every key.

`ecron check-config` reads the configuration as `ecron serve` would and reports all errors at once, with file, line, key
and expected value; it exits with status 2 if there are any. It also checks that the users, files, folders and ports that
are named can be used on this machine; `--skip-files` omits that for a configuration of another machine. `--print-config` prints the resulting configuration with the
source of each value; secrets are shown as `***`.

Durations are written `1m30s`, `250ms`, `7d`, or as a number of seconds. Sizes are bytes, or `64KiB`, `1MiB`. Lists are
YAML sequences, or text separated by commas. IPv6 addresses may be enclosed in brackets.

## Files of the service that ecron replaces

These files work unchanged. An unknown key is a warning in them, and an error in ecron's own files. A file is treated as
one of the old service's if it is named `cronsvr-secret.yaml` or `mq_config.yaml`, if it is located under `/sysvol/conf/`,
or if it contains a camelCase key of `mq_config.yaml` (`mqHost`, `mqPort`, `mqLookupdHost`, `mqLookupdPort`, `mqType`,
`connectorType`). Only in these files do `protocol`, `tenant` and `auth` with `username`, `password` and `mechanism`
configure the message queue. If `db_addr` is set and `db_driver` is not, the driver is `mysql`.

## Authentication mode

If neither `auth_mode` nor `auth_enabled` is set, authentication is disabled. This is the default on a loopback address.
On any other address, ecron starts without authentication only with `--insecure-no-auth` (`ECRON_INSECURE_NO_AUTH=true`),
or if a file contains `auth_enabled: false`, and logs a warning. `auth_mode` selects the tokens that are accepted: `token`
(a file of salted hashes, written by `ecron token create`), `hydra` (each token is checked by Ory Hydra, RFC 7662) or
`jwt` (signatures are verified with the issuer's keys). If `auth_enabled` is set to any value other than `false` and
`auth_mode` is not set, the mode is `hydra`. See [security.md](security.md) for details.

A secret can also be read from a file of its own: `ECRON_USER_PWD_FILE` specifies the file that contains `user_pwd`, and
likewise for the other secrets.
)";

std::string_view kind_phrase(Kind kind) {
    switch (kind) {
        case Kind::text:
            return "a text without control characters";
        case Kind::port:
            return "a port";
        case Kind::integer:
            return "a number";
        case Kind::size:
            return "a size";
        case Kind::duration:
            return "a duration";
        case Kind::boolean:
            return "true or false";
        case Kind::address:
            return "a host name or IP address";
        case Kind::choice:
            return "one of";
        case Kind::path:
            return "a path without control characters";
        case Kind::list:
            return "a list";
    }
    return "";
}

std::string magnitude_text(const Option& option, std::int64_t value) {
    if (option.kind == Kind::duration) return format_duration(Millis{value});
    if (option.kind != Kind::size) return fmt::format("{}", value);
    if (value >= kGiB && value % kGiB == 0) return fmt::format("{}GiB", value / kGiB);
    if (value >= kMiB && value % kMiB == 0) return fmt::format("{}MiB", value / kMiB);
    if (value >= kKiB && value % kKiB == 0) return fmt::format("{}KiB", value / kKiB);
    return fmt::format("{}", value);
}

std::string notes(const Option& option) {
    std::string text{option.help};
    if (option.secret == Secret::yes) text += " Secret: not accepted as a flag.";
    if (option.effect == Effect::ignored) text += " Ignored: used by the old service only.";
    return text;
}

/// Plain if unambiguous in YAML, otherwise quoted (JSON's strings are YAML's).
std::string yaml_value(std::string_view value) {
    const bool plain = !value.empty() && std::ranges::all_of(value, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view{"/._-"}.contains(c);
    });
    return plain ? std::string{value} : json_string(value);
}

std::string row(const Option& option) {
    const std::string fallback = option.fallback.empty() ? "" : fmt::format("`{}`", option.fallback);
    return fmt::format("| `{}` | {} | {} | {} |\n", option.name, fallback, expected_value(option),
                       notes(option));
}

}  // namespace

std::string_view title_of(Group group) { return std::ranges::find(kChapters, group, &Chapter::group)->title; }

std::string flag_name(const Option& option) {
    std::string name = fmt::format("--{}", option.name);
    std::ranges::replace(name, '_', '-');
    return name;
}

std::string variable_name(const Option& option) {
    std::string name = fmt::format("ECRON_{}", option.name);
    std::ranges::transform(name, name.begin(), [](char c) {
        return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    });
    return name;
}

std::string expected_value(const Option& option) {
    if (option.kind == Kind::choice) return fmt::format("one of {}", fmt::join(choices_of(option), ", "));
    std::string phrase{kind_phrase(option.kind)};
    if (option.kind == Kind::port) return fmt::format("{} from {} to 65535", phrase, option.limits.min);
    if (option.kind != Kind::integer && option.kind != Kind::size && option.kind != Kind::duration)
        return phrase;
    return fmt::format("{} from {} to {}", phrase, magnitude_text(option, option.limits.min),
                       magnitude_text(option, option.limits.max));
}

std::string_view group_title(Group group) {
    return std::ranges::find(kChapters, group, &Chapter::group)->title;
}

std::string configuration_page() {
    std::string page{kPreface};
    for (const Chapter& chapter : kChapters) {
        page += fmt::format("\n## {}\n\n| option | default | value | |\n|---|---|---|---|\n", chapter.title);
        for (const Option& option : kOptions)
            if (option.group == chapter.group) page += row(option);
    }
    return page +
           "\nThis page is generated by `ecron document configuration` from the table of options "
           "(`src/config/options.cpp`).\n";
}

std::string sample_file() {
    std::string file =
        "# Every option of ecron with its default (docs/configuration.md). Remove the '#' of a line to set "
        "the option.\n"
        "# Generated by `ecron document sample` from the table of options.\n";
    for (const Chapter& chapter : kChapters) {
        file += fmt::format("\n# --- {} ---\n", chapter.title);
        for (const Option& option : kOptions) {
            if (option.group != chapter.group) continue;
            file += fmt::format("\n# {}\n#   {}\n#{}: {}\n", notes(option), expected_value(option),
                                option.name, yaml_value(option.fallback));
        }
    }
    return file;
}

}  // namespace ecron::config
