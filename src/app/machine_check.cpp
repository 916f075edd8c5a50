#include "app/machine_check.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "ecron/auth/token_file.hpp"
#include "ecron/execution/executors.hpp"

namespace ecron::app {
namespace {

namespace fs = std::filesystem;

class Check {
public:
    [[nodiscard]] MachineCheck take() && { return std::move(result_); }

    void error(std::string what) { result_.errors.push_back(std::move(what)); }
    void readable(std::string_view option, const std::string& file) {
        if (!file.empty() && ::access(file.c_str(), R_OK) != 0) error(reason(option, file));
    }
    /// A file that ecron creates or continues.
    void writable(std::string_view option, const std::string& file) {
        if (file.empty() || ::access(file.c_str(), W_OK) == 0) return;
        const std::string folder = fs::path{file}.parent_path().string();
        if (errno != ENOENT || ::access(folder.empty() ? "." : folder.c_str(), W_OK | X_OK) != 0)
            error(reason(option, file));
    }
    void folder(std::string_view option, const std::string& path) {
        std::error_code missing;
        if (!path.empty() && !fs::is_directory(path, missing))
            result_.warnings.push_back(fmt::format("{}: {}: is not a folder", option, path));
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
    if (config.server.tls) {
        check.readable("cert_file", config.server.tls->certificate_file);
        check.readable("key_file", config.server.tls->key_file);
        check.readable("client_ca_file", config.server.tls->client_ca_file);
    }
    check.readable("db_ca_file", config.store.ca_file);
    check.readable("ca_file", config.targets.ca_file);
    check.readable("oauth_ca_file", config.auth.ca_file);
    check_tokens(check, config.auth);
    check.folder("secrets_dir", config.secrets_dir);
    for (std::string& problem : execution::executor_problems(config.executors, environment))
        check.error(std::move(problem));
    return std::move(check).take();
}

}  // namespace ecron::app
