#include "app/machine_check.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <iterator>
#include <system_error>

#include "app/exit_code.hpp"
#include "ecron/auth/token_file.hpp"
#include "ecron/execution/executors.hpp"
#include "ecron/http/certificate.hpp"
#include "ecron/http/listening.hpp"
#include "ecron/store/upkeep.hpp"

namespace ecron::app {
namespace {

namespace fs = std::filesystem;

class Check {
public:
    [[nodiscard]] MachineCheck take() && { return std::move(result_); }

    void error(std::string what) { result_.errors.push_back(std::move(what)); }
    /// `option` is the prefix of the line, unless the text names it already.
    void require(const Result<void>& usable, std::string_view option = {}) {
        if (usable) return;
        const Error& error = usable.error();
        const bool names_option = option.empty() || error.what.starts_with(option);
        (exit_code_of(error) == kExitTemporary ? result_.occupied : result_.errors)
            .push_back(names_option ? error.what : fmt::format("{}: {}", option, error.what));
    }
    /// A file that ecron only reads.
    void readable(std::string_view option, const std::string& file) {
        if (!file.empty() && ::access(file.c_str(), R_OK) != 0) error(reason(option, file));
    }
    void certificates(std::string_view option, const std::string& file) {
        if (file.empty()) return;
        if (::access(file.c_str(), R_OK) != 0) return error(reason(option, file));
        if (const auto ends = http::certificate_ends_in(file); !ends)
            error(fmt::format("{}: {}", option, ends.error().what));
    }
    /// A file that ecron creates or continues.
    bool writable(std::string_view option, const std::string& file) {
        if (file.empty()) return true;
        if (std::error_code none; fs::is_directory(file, none))
            return error(fmt::format("{}: {}: is a folder", option, file)), false;
        if (::access(file.c_str(), W_OK) == 0) return true;
        if (errno == ENOENT && is_writable_folder(fs::path{file}.parent_path())) return true;
        return error(reason(option, file)), false;
    }
    void folder(std::string_view option, const std::string& path) {
        std::error_code missing;
        if (!path.empty() && !fs::is_directory(path, missing))
            result_.warnings.push_back(fmt::format("{}: {}: is not a folder", option, path));
    }
    /// A folder with files of ecron's own, which ecron creates if it is missing and needed.
    void own_folder(std::string_view option, const std::string& path, bool is_needed) {
        std::error_code missing;
        if (!fs::exists(path, missing)) {
            if (is_needed && !is_writable_folder(fs::path{path}.parent_path())) error(reason(option, path));
        } else if (!fs::is_directory(path, missing)) {
            error(fmt::format("{}: {}: is not a folder", option, path));
        } else if (!is_writable_folder(path)) {
            error(reason(option, path));
        }
    }

private:
    /// Otherwise errno states the reason.
    static bool is_writable_folder(const fs::path& folder) {
        return ::access(folder.empty() ? "." : folder.c_str(), W_OK | X_OK) == 0;
    }
    /// Names user and group, the most useful facts in a container, where they often differ from the
    /// volume's.
    static std::string reason(std::string_view option, const std::string& file) {
        const int code = errno;
        const std::string text =
            fmt::format("{}: {}: {}", option, file, std::generic_category().message(code));
        return code == EACCES ? fmt::format("{} for user {}:{}", text, ::geteuid(), ::getegid()) : text;
    }

    MachineCheck result_;
};

void check_tokens(Check& check, const config::Auth& auth) {
    if (auth.mode != config::AuthMode::token) return;
    if (auth.token_init && ::access(auth.token_file.c_str(), F_OK) != 0) {
        check.writable("token_file", auth.token_file);
    } else if (const auto tokens = auth::read_token_file(auth.token_file); !tokens) {
        check.error(tokens.error().what);  // names the file
    }
}

void check_listeners(Check& check, const config::Config& config) {
    check.require(http::check_port(config.server.address, config.server.port), "cron_port");
    check.require(http::check_port(config.server.address, config.health_port), "anlys_port");
}

/// Files that are read only if another option says so.
struct ConditionalFile {
    std::string_view option, condition;
};
constexpr std::array kConditionalFiles{
    ConditionalFile{"cert_file", "ssl_on"},
    ConditionalFile{"key_file", "ssl_on"},
    ConditionalFile{"client_ca_file", "ssl_on"},
    ConditionalFile{"token_file", "auth_mode"},
    ConditionalFile{"kubernetes_config", "kubernetes_enabled"},
};

const std::string& value_of(const std::vector<config::Setting>& settings, std::string_view option) {
    return std::ranges::find(settings, option, [](const config::Setting& one) { return one.option->name; })
        ->value;
}

std::vector<std::string> check_skipped_files(const config::Attempt& attempt) {
    Check check;
    for (const auto& [option, condition] : kConditionalFiles) {
        const bool is_skipped = std::ranges::any_of(attempt.errors, [&](const config::Problem& problem) {
            return config::option_of(problem) == condition;
        });
        const bool is_created = option == "token_file" && attempt.loaded.config.auth.token_init;
        if (is_skipped && !is_created) check.readable(option, value_of(attempt.loaded.settings, option));
    }
    return std::move(check).take().errors;
}

}  // namespace

MachineCheck check_machine(const config::Config& config,
                           const std::map<std::string, std::string>& environment) {
    Check check;
    check.writable("log_file", config.log.file);
    check_listeners(check, config);
    if (config.server.tls) check.require(http::check_tls(*config.server.tls));
    check.certificates("db_ca_file", config.store.ca_file);
    check.certificates("ca_file", config.targets.ca_file);
    check.certificates("oauth_ca_file", config.auth.ca_file);
    if (config.store.driver == store::Driver::sqlite && check.writable("db_path", config.store.path))
        check.require(store::check_free(config.store), "db_path");
    const execution::CommandOptions& commands = config.executors.command;
    check.own_folder("run_dir", commands.run_directory, commands.enabled);
    if (commands.enabled) check.folder("command_dir", commands.directory);
    check_tokens(check, config.auth);
    check.folder("secrets_dir", config.secrets_dir);
    for (std::string& problem : execution::executor_problems(config.executors, environment))
        check.error(std::move(problem));
    return std::move(check).take();
}

MachineCheck check_machine(const config::Attempt& attempt,
                           const std::map<std::string, std::string>& environment) {
    MachineCheck here = check_machine(attempt.loaded.config, environment);
    std::ranges::move(check_skipped_files(attempt), std::back_inserter(here.errors));
    return here;
}

}  // namespace ecron::app
