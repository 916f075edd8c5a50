#include "ecron/config/load.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <filesystem>

#include "config/listen_address.hpp"
#include "config/resolved_options.hpp"
#include "config/sources.hpp"
#include "config/values.hpp"
#include "ecron/base/credentials.hpp"
#include "ecron/base/file_access.hpp"
#include "ecron/base/json_writer.hpp"
#include "ecron/base/near_miss.hpp"
#include "ecron/base/text.hpp"

namespace ecron::config {
namespace {

Collected collect(const Sources& sources) {
    Collected collected;
    for (const std::string& path : sources.files_if_present) {
        std::error_code unreadable;  // a later read reports the reason; a missing file is not an error
        if (std::filesystem::exists(path, unreadable) || unreadable) collect_file(path, collected);
    }
    for (const std::string& path : sources.files) collect_file(path, collected);
    collect_environment(sources.environment, collected);
    collect_flags(sources.flags, collected);
    return collected;
}

/// Whether a file disables authentication explicitly. A variable or flag does not count as consent, because
/// files are reviewed; use insecure_no_auth with those.
bool consent_in_file(const Collected& collected, const ResolvedOptions& options) {
    const Setting& auth = options.at("auth_enabled");
    return std::ranges::any_of(collected.given, [&](const RawSetting& given) {
        return given.source == Source::file && given.where == auth.from && given.option == auth.option;
    });
}

/// A mistyped localhost would listen on all addresses, as any other name does.
bool is_mistyped_localhost(const std::string& address) {
    constexpr std::array<std::string_view, 1> kLocal{"localhost"};
    const std::string name = lower_case(address);
    return name != kLocal[0] && !near_miss(name, kLocal).empty();
}

/// Files of the old service set cron_addr to the name of a service or the address of a load balancer, so
/// these are no errors. `all` requests all addresses, as 0.0.0.0 and :: do.
bool widens_address(const Setting& address, const Config& config) {
    return address.value != "all" && is_any(config.server.address) && !is_any(address.value);
}

/// Without authentication, an address that other hosts reach requires consent.
void check_exposure(const Collected& collected, const ResolvedOptions& options, const std::string& listens,
                    std::vector<Problem>& errors, std::vector<Problem>& warnings) {
    const Setting& address = options.at("cron_addr");
    const std::string exposed =
        listens + ", which is reachable from other hosts, and authentication is disabled";
    if (options.boolean("insecure_no_auth") || consent_in_file(collected, options))
        warnings.push_back({address.from, "cron_addr", exposed});
    else
        errors.push_back({address.from, "cron_addr",
                          exposed + "; consent with --insecure-no-auth or with "
                                    "auth_enabled: false in a file"});
}

void check_address(const Collected& collected, const ResolvedOptions& options, const Config& config,
                   std::vector<Problem>& errors, std::vector<Problem>& warnings) {
    const Setting& address = options.at("cron_addr");
    if (is_mistyped_localhost(address.value))
        return errors.push_back(
            {address.from, "cron_addr",
             fmt::format("{:?} would listen on all addresses; did you mean localhost?", address.value)});
    const std::string listens = fmt::format("{:?} listens on {}", address.value, config.server.address);
    if (!config.auth.enabled() && !is_loopback(config.server.address))
        check_exposure(collected, options, listens, errors, warnings);
    else if (widens_address(address, config))
        warnings.push_back({address.from, "cron_addr",
                            listens + ", all addresses, because it is not an IP address of this machine"});
}

/// The old service's sample file sets utf8, with which a server refuses four-byte characters.
void check_character_set(const ResolvedOptions& options, std::vector<Problem>& warnings) {
    const Setting& given = options.at("db_format");
    if (given.value == "utf8mb4") return;
    warnings.push_back(
        {given.from, "db_format",
         fmt::format("{:?} has no effect: database sessions always use utf8mb4", given.value)});
}

void check_nodes(const ResolvedOptions& options, const Config& config, std::vector<Problem>& warnings) {
    if (config.multi_node && config.store.driver == store::Driver::sqlite)
        warnings.push_back({options.at("multi_node").from, "multi_node",
                            "has no effect: only one process can use an SQLite database"});
}

/// The page addresses its files and the API from the root of the host, whatever the path of a proxy.
void check_external_path(const ResolvedOptions& options, const Config& config,
                         std::vector<Problem>& warnings) {
    const Setting& url = options.at("external_url");
    const std::size_t scheme = url.value.find("://");
    if (!config.ui_enabled || scheme == url.value.npos) return;
    const std::size_t slash = url.value.find('/', scheme + 3);
    if (slash == url.value.npos || url.value.find_first_not_of('/', slash) == url.value.npos) return;
    warnings.push_back(
        {url.from, "external_url",
         "has a path, below which the web page does not work: serve ecron at the root of a host "
         "name, or disable the page (ui_enabled: false)"});
}

constexpr std::string_view kReadable = "is readable by all local users; run chmod o-r";

/// Files that secrets were read from: configuration files, or those specified by ECRON_…_FILE.
void check_secret_sources(const Collected& collected, std::vector<Problem>& warnings) {
    for (const RawSetting& given : collected.given) {
        const bool holds_secret =
            given.option->secret == Secret::yes && !given.text.empty() && !given.file.empty();
        if (holds_secret && file_readable_by_others(given.file))
            warnings.push_back({given.where, std::string{given.option->name},
                                fmt::format("is secret, and {} {}", given.file, kReadable)});
    }
}

/// Files and folders with secrets that options specify.
void check_secret_files(const ResolvedOptions& options, std::vector<Problem>& warnings) {
    const auto check = [&](std::string_view option, const std::string& path) {
        const auto readable = path.empty() ? std::nullopt : file_readable_by_others(path);
        if (readable)
            warnings.push_back(
                {options.at(option).from, std::string{option}, fmt::format("{} {}", *readable, kReadable)});
    };
    for (const std::string_view option : {"key_file", "secrets_dir", "kubernetes_config", "token_file"})
        check(option, options.text(option));
    if (options.is_set("token_file")) check("token_file", options.text("token_file") + ".initial");
}

void check_zone(const Sources& sources, const ResolvedOptions& options, std::vector<Problem>& errors) {
    const Setting& zone = options.at("timezone");
    const auto fault = sources.zone_fault ? sources.zone_fault(zone.value) : std::nullopt;
    if (fault) errors.push_back({zone.from, "timezone", *fault});
}

/// The old service evaluated expressions in the time zone of its process.
void check_old_zone(const Sources& sources, const ResolvedOptions& options, std::vector<Problem>& warnings) {
    const auto zone = sources.environment.find("TZ");
    if (zone == sources.environment.end() || options.is_set("timezone")) return;
    constexpr std::array<std::string_view, 6> kSame{"", "UTC", ":UTC", "UTC0", "Etc/UTC", ":Etc/UTC"};
    if (std::ranges::find(kSame, zone->second) != kSame.end()) return;
    warnings.push_back({"TZ", "timezone",
                        fmt::format("TZ is {:?} and timezone is not set: schedules are evaluated "
                                    "in UTC, including those of jobs that the old service evaluated in TZ",
                                    zone->second)});
}

}  // namespace

std::vector<std::string> usual_files() {
    return {"/sysvol/conf/service_conf/cronsvr.yaml", "/sysvol/conf/secret_conf/cronsvr-secret.yaml",
            "/sysvol/conf/service_conf/mq_config.yaml", "/sysvol/conf/secret_conf/mq_config.yaml",
            "/etc/ecron/ecron.yaml"};
}

const std::string& option_of(const Problem& problem) {
    return problem.option.empty() ? problem.key : problem.option;
}

std::string format(const Problem& problem) {
    std::string line = problem.where;
    if (!problem.key.empty()) line += (line.empty() ? "" : ": ") + problem.key;
    return line + (line.empty() ? "" : ": ") + problem.what;
}

Attempt try_to_load(const Sources& sources) {
    Collected collected = collect(sources);
    std::vector<Problem> errors = std::move(collected.errors), warnings = std::move(collected.warnings);
    const ResolvedOptions options{collected.given, errors, warnings};
    Config config = config_of(options);
    cross_validate(options, config, errors);
    check_address(collected, options, config, errors, warnings);
    check_zone(sources, options, errors);
    check_character_set(options, warnings);
    check_nodes(options, config, warnings);
    check_external_path(options, config, warnings);
    check_old_zone(sources, options, warnings);
    check_secret_sources(collected, warnings);
    check_secret_files(options, warnings);
    config.api.configuration = {.english = settings_json(options.settings(), model::Language::en_us),
                                .chinese = settings_json(options.settings(), model::Language::zh_cn)};
    return {{std::move(config), options.settings(), std::move(warnings)}, std::move(errors)};
}

std::expected<Loaded, std::vector<Problem>> load(const Sources& sources) {
    Attempt attempt = try_to_load(sources);
    if (!attempt.errors.empty()) return std::unexpected(std::move(attempt.errors));
    return std::move(attempt.loaded);
}

Config defaults() {
    const auto loaded = load({});
    assert(loaded);
    return loaded->config;
}

namespace {

/// In NAME=VALUE, the value of a credential is masked completely; other texts are masked by their content.
std::string visible_item(const std::string& item) {
    const std::size_t sign = item.find('=');
    const bool is_credential = sign != item.npos &&
                               names_credential(std::string_view{item}.substr(0, sign)) &&
                               sign + 1 < item.size();
    return is_credential ? item.substr(0, sign + 1) + std::string{kHidden} : shown_text(item);
}

std::string visible(const Option& option, const std::string& value) {
    if (value.empty()) return value;
    if (option.secret == Secret::yes) return std::string{kHidden};
    if (option.kind != Kind::list) return shown_text(value);
    std::string shown;
    for (const std::string& item : list_of(value)) {
        if (!shown.empty()) shown += ',';
        shown += visible_item(item);
    }
    return shown;
}

}  // namespace

std::string format_settings(const std::vector<Setting>& settings) {
    std::string out;
    for (const auto& [option, value, from] : settings) {
        out += fmt::format("{}: {}  # {}\n", option->name, json_string(visible(*option, value)), from);
    }
    return out;
}

std::string settings_json(const std::vector<Setting>& settings, model::Language language) {
    const bool in_english = language == model::Language::en_us;
    std::string out;
    JsonWriter json{out};
    json.begin_array();
    for (const auto& [option, value, from] : settings) {
        if (option->effect == Effect::ignored) continue;
        json.begin_object().member("name", option->name).member("value", visible(*option, value));
        json.member("default_value", option->fallback).member("source", from);
        json.member("group", title_of(option->group));
        json.member("description", in_english ? option->help : option->help_zh_cn);
        json.key("secret").boolean(option->secret == Secret::yes).end_object();
    }
    json.end_array();
    return out;
}

}  // namespace ecron::config
