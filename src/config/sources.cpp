#include "config/sources.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <fstream>
#include <iterator>
#include <ranges>

#include "config/yaml_file.hpp"
#include "ecron/base/near_miss.hpp"
#include "ecron/config/document.hpp"

namespace ecron::config {
namespace {

/// The keys of mq_config.yaml, which differ from those of the other files of the old service.
struct Alias {
    std::string_view key, name;
};
constexpr std::array kQueueFileKeys{
    Alias{"mqHost", "mq_host"},
    Alias{"mqPort", "mq_port"},
    Alias{"mqLookupdHost", "mq_lookupd_host"},
    Alias{"mqLookupdPort", "mq_lookupd_port"},
    Alias{"mqType", "mq_type"},
    Alias{"connectorType", "mq_connector_type"},
    Alias{"protocol", "mq_protocol"},
    Alias{"tenant", "mq_tenant"},
    Alias{"auth.username", "mq_username"},
    Alias{"auth.password", "mq_password"},
    Alias{"auth.mechanism", "mq_mechanism"},
};

const Option* find_alias(std::string_view key) {
    const auto* const found = std::ranges::find(kQueueFileKeys, key, &Alias::key);
    return found == kQueueFileKeys.end() ? nullptr : find_option(found->name);
}

bool is_camel_case(std::string_view key) {
    return std::ranges::any_of(key, [](char c) { return c >= 'A' && c <= 'Z'; });
}

/// The rule is described in load.hpp.
bool is_old_file(std::string_view path, const std::vector<Entry>& entries) {
    const std::string_view name = path.substr(path.rfind('/') + 1);  // npos + 1 is 0
    if (name == "cronsvr-secret.yaml" || name == "mq_config.yaml" || path.contains("/sysvol/conf/"))
        return true;
    return std::ranges::any_of(entries, [](const Entry& entry) {
        return !entry.inner && is_camel_case(entry.key) && find_alias(entry.key) != nullptr;
    });
}

auto option_names() { return kOptions | std::views::transform(&Option::name); }

std::string unknown_key(std::string_view key) {
    const std::string_view meant = near_miss(key, option_names());
    return meant.empty() ? "is not an option of ecron"
                         : fmt::format("is not an option of ecron; did you mean {}?", meant);
}

class FileCollector {
public:
    FileCollector(std::string path, bool old, Collected& into)
        : path_(std::move(path)),
          old_(old),
          into_(into) {}

    void add(const Entry& entry) {
        const Option* option = entry.inner ? nullptr : find_option(entry.key);
        if (option == nullptr && old_) option = find_alias(entry.key);
        if (option == nullptr)
            report_unknown(entry);
        else if (entry.shape == Shape::nested)
            into_.errors.push_back({where(entry), entry.key, "must be a single value, not a map"});
        else
            add_known(entry, option);
    }

private:
    [[nodiscard]] std::string where(const Entry& entry) const {
        return fmt::format("{}:{}", path_, entry.line);
    }

    void report_unknown(const Entry& entry) {
        const bool known_by_its_parts = old_ && entry.key == "auth" && entry.shape == Shape::nested;
        if (entry.inner ? !old_ : known_by_its_parts) return;  // reported once, for the whole map
        auto& list = old_ ? into_.warnings : into_.errors;
        list.push_back({where(entry), entry.key, unknown_key(entry.key) + (old_ ? " (ignored)" : "")});
    }

    void add_known(const Entry& entry, const Option* option) {
        const auto earlier = std::ranges::find_if(into_.given, [&](const RawSetting& given) {
            return given.option == option && given.where.starts_with(path_ + ':');
        });
        if (earlier != into_.given.end()) {
            auto& list = old_ ? into_.warnings : into_.errors;
            list.push_back(
                {where(entry), entry.key, fmt::format("is repeated; first set at {}", earlier->where)});
        }
        into_.given.push_back({option, entry.text, where(entry), Source::file, path_});
    }

    std::string path_;
    bool old_;
    Collected& into_;
};

}  // namespace

void collect_file(const std::string& path, Collected& into) {
    const std::expected<std::vector<Entry>, Problem> entries = read_yaml_file(path);
    if (!entries) return into.errors.push_back(entries.error());
    FileCollector collector{path, is_old_file(path, *entries), into};
    for (const Entry& entry : *entries) collector.add(entry);
}

namespace {

constexpr std::string_view kFileSuffix = "_file";

/// The secret option whose file the variable ECRON_…_FILE specifies; nullptr: none.
const Option* secret_in_file(std::string_view name) {
    if (!name.ends_with(kFileSuffix)) return nullptr;
    const Option* const option = find_option(name.substr(0, name.size() - kFileSuffix.size()));
    return option != nullptr && option->secret == Secret::yes ? option : nullptr;
}

void collect_secret(const Option& option, const std::string& variable, const std::string& path,
                    Collected& into) {
    std::ifstream file{path};
    std::string text{std::istreambuf_iterator<char>{file}, {}};
    if (!file) return into.errors.push_back({variable, "", fmt::format("file {:?} cannot be read", path)});
    while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
    into.given.push_back({&option, std::move(text), variable, Source::environment, path});
}

}  // namespace

namespace {

/// Whether a variable's name ends like those that Kubernetes sets for a service port: _PORT_3306_TCP and, for
/// its parts, _PORT_3306_TCP_ADDR.
bool names_service_port(std::string_view variable) {
    for (const std::string_view part : {"_PROTO", "_PORT", "_ADDR"})
        if (variable.ends_with(part)) {
            variable.remove_suffix(part.size());
            break;
        }
    for (const std::string_view protocol : {"_TCP", "_UDP", "_SCTP"}) {
        if (!variable.ends_with(protocol)) continue;
        variable.remove_suffix(protocol.size());
        const std::size_t number = variable.find_last_not_of("0123456789") + 1;
        return number < variable.size() && variable.substr(0, number).ends_with("_PORT_");
    }
    return false;
}

/// Whether the text is the address of a service link: for a service ecron-db Kubernetes sets
/// ECRON_DB_PORT=tcp://10.96.0.11:3306, which clashes with the variable of db_port.
bool is_service_address(std::string_view variable, std::string_view text) {
    const auto begins = [text](std::string_view scheme) { return text.starts_with(scheme); };
    return variable.ends_with("_PORT") && (begins("tcp://") || begins("udp://") || begins("sctp://"));
}

bool is_service_link(std::string_view variable, std::string_view text) {
    return is_service_address(variable, text) || variable.ends_with("_SERVICE_HOST") ||
           variable.ends_with("_SERVICE_PORT") || variable.contains("_SERVICE_PORT_") ||
           names_service_port(variable);
}

/// The variables of the client commands (src/client/connection/connection.cpp): a shell that sets them can
/// start the service, too.
bool is_for_client(std::string_view name) { return name == "server" || name == "token" || name == "profile"; }

}  // namespace

void collect_environment(const std::map<std::string, std::string>& environment, Collected& into) {
    for (const auto& [variable, text] : environment) {
        if (!variable.starts_with("ECRON_") || variable.starts_with("ECRON_SECRET_")) continue;
        std::string name = variable.substr(6);
        std::ranges::transform(name, name.begin(), [](char c) {
            return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        });
        const Option* const option = find_option(name);
        if (option != nullptr && is_service_address(variable, text)) {
            into.warnings.push_back(
                {variable, "",
                 fmt::format(
                     "{:?} is ignored: set by Kubernetes for a service (enableServiceLinks: false in the pod "
                     "prevents it)",
                     text)});
        } else if (option != nullptr) {
            into.given.push_back({option, text, variable, Source::environment});
        } else if (const Option* secret = secret_in_file(name); secret != nullptr) {
            collect_secret(*secret, variable, text, into);
        } else if (!is_for_client(name) && !is_service_link(variable, text) &&
                   !near_miss(name, option_names()).empty()) {
            into.warnings.push_back({variable, "", unknown_key(name)});
        }
    }
}

void collect_flags(const std::vector<Flag>& flags, Collected& into) {
    for (const Flag& flag : flags) {
        const Option* option = find_option(flag.name);
        assert(option != nullptr);
        if (option->secret == Secret::yes)
            into.errors.push_back(
                {flag_name(*option), "",
                 fmt::format("is secret, and all local users can read flags in /proc; use {} or a file",
                             variable_name(*option))});
        else
            into.given.push_back({option, flag.value, flag_name(*option), Source::flag});
    }
}

}  // namespace ecron::config
