#include "app/machine_check.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "ecron/auth/token_file.hpp"
#include "ecron/execution/executors.hpp"
#include "ecron/http/certificate.hpp"

namespace ecron::app {
namespace {

namespace fs = std::filesystem;

class Check {
public:
    [[nodiscard]] MachineCheck take() && { return std::move(result_); }

    void error(std::string what) { result_.errors.push_back(std::move(what)); }
    void certificates(std::string_view option, const std::string& file) {
        if (file.empty()) return;
        if (::access(file.c_str(), R_OK) != 0) return error(reason(option, file));
        if (const auto ends = http::certificate_ends_in(file); !ends)
            error(fmt::format("{}: {}", option, ends.error().what));
    }
    /// A file that ecron creates or continues.
    void writable(std::string_view option, const std::string& file) {
        if (file.empty()) return;
        if (std::error_code none; fs::is_directory(file, none))
            return error(fmt::format("{}: {}: is a folder", option, file));
        if (::access(file.c_str(), W_OK) == 0) return;
        const std::string folder = fs::path{file}.parent_path().string();
        if (errno != ENOENT || ::access(folder.empty() ? "." : folder.c_str(), W_OK | X_OK) != 0)
            error(reason(option, file));
    }
    void folder(std::string_view option, const std::string& path) {
        std::error_code missing;
        if (!path.empty() && !fs::is_directory(path, missing))
            result_.warnings.push_back(fmt::format("{}: {}: is not a folder", option, path));
    }
    /// A folder that ecron creates if it is missing.
    void folder_or_nothing(std::string_view option, const std::string& path) {
        std::error_code missing;
        if (fs::exists(path, missing) && !fs::is_directory(path, missing))
            error(fmt::format("{}: {}: is not a folder", option, path));
    }

private:
    static std::string reason(std::string_view option, const std::string& file) {
        return fmt::format("{}: {}: {}", option, file, std::generic_category().message(errno));
    }

    MachineCheck result_;
};

void check_tokens(Check& check, const config::Auth& auth) {
    const bool will_be_created = auth.token_init && ::access(auth.token_file.c_str(), F_OK) != 0;
    if (auth.mode != config::AuthMode::token || will_be_created) return;
    if (const auto tokens = auth::read_token_file(auth.token_file); !tokens)
        check.error(tokens.error().what);  // names the file
}

}  // namespace

MachineCheck check_machine(const config::Config& config,
                           const std::map<std::string, std::string>& environment) {
    Check check;
    check.writable("log_file", config.log.file);
    if (config.server.tls)
        if (const auto usable = http::check_tls(*config.server.tls); !usable)
            check.error(usable.error().what);
    check.certificates("db_ca_file", config.store.ca_file);
    check.certificates("ca_file", config.targets.ca_file);
    check.certificates("oauth_ca_file", config.auth.ca_file);
    if (config.store.driver == store::Driver::sqlite) check.writable("db_path", config.store.path);
    if (config.executors.command.enabled) {
        check.folder_or_nothing("run_dir", config.executors.command.run_directory);
        check.folder("command_dir", config.executors.command.directory);
    }
    check_tokens(check, config.auth);
    check.folder("secrets_dir", config.secrets_dir);
    for (std::string& problem : execution::executor_problems(config.executors, environment))
        check.error(std::move(problem));
    return std::move(check).take();
}

}  // namespace ecron::app
