#include <fmt/format.h>
#include <termios.h>
#include <unistd.h>

#include <filesystem>
#include <iostream>

#include "client/connection/connection.hpp"
#include "client/jobs/commands.hpp"
#include "client/jobs/output.hpp"

namespace ecron::client {
namespace {

using command_line::Arguments;

/// Does not show what is typed while it exists.
class HiddenInput {
public:
    HiddenInput() {
        if (::tcgetattr(STDIN_FILENO, &before_) != 0) return;
        termios hidden = before_;
        hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        changed_ = ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden) == 0;
    }
    ~HiddenInput() {
        if (changed_) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
    }
    HiddenInput(const HiddenInput&) = delete;
    HiddenInput& operator=(const HiddenInput&) = delete;

private:
    termios before_{};
    bool changed_{false};
};

/// Reads the token from standard input, with a prompt on a terminal.
SecretText typed_token(const Environment& environment) {
    std::string token;
    if (!environment.terminals.in) {
        std::getline(std::cin, token);
        return SecretText{token};
    }
    environment.err << "Token: " << std::flush;
    const HiddenInput hidden;
    std::getline(std::cin, token);
    environment.err << '\n';
    return SecretText{token};
}

/// Later commands run in other folders.
std::string absolute_path(const std::string& path) {
    std::error_code unknown_folder;
    const auto absolute = std::filesystem::absolute(path, unknown_folder);
    return path.empty() || unknown_folder ? path : absolute.string();
}

Outcome<Profile> profile_from(const Environment& environment, const Arguments& arguments) {
    const std::string address = arguments.value("server").value_or(environment.variable("ECRON_SERVER"));
    auto server = normalized_server(address.empty() ? std::string{kDefaultServer} : address);
    if (!server) return std::unexpected(server.error());
    Profile profile{.server = std::move(*server),
                    .token_command = arguments.value("token-command").value_or(""),
                    .ca_file = absolute_path(arguments.value("ca-file").value_or("")),
                    .tenant = arguments.value("tenant").value_or("")};
    if (const auto token = arguments.value("token")) profile.token = SecretText{*token};
    if (const auto file = arguments.value("token-file")) {
        auto read = token_from_file(*file);
        if (!read) return std::unexpected(read.error());
        profile.token = std::move(*read);
    }
    return profile;
}

/// A request that needs a valid token if the server requires tokens.
Outcome<void> check(const Profile& profile) {
    Connection connection{.server = profile.server,
                          .token = profile.token,
                          .ca_file = profile.ca_file,
                          .tenant = profile.tenant};
    if (!profile.token_command.empty()) {
        auto token = token_from_command(profile.token_command);
        if (!token) return std::unexpected(token.error());
        connection.token = std::move(*token);
    }
    std::optional<Api> api;
    if (auto done = open(api, std::move(connection)); !done) return done;
    const auto answer = api->call_json({.path = "/job?limit=0"});
    if (!answer) return std::unexpected(answer.error());
    return {};
}

/// Asks for a token only if the server requires one and none was given.
Outcome<void> authenticate(const Environment& environment, Profile& profile) {
    const Outcome<void> checked = check(profile);
    const bool is_given = !profile.token.empty() || !profile.token_command.empty();
    if (checked || is_given || checked.error().code != ExitCode::unauthorized) return checked;
    profile.token = typed_token(environment);
    return check(profile);
}

Outcome<ExitCode> login(const Environment& environment, const Arguments& arguments) {
    const std::string path = profiles_path(environment);
    auto profiles = read_profiles(path);
    if (!profiles) return std::unexpected(profiles.error());
    auto profile = profile_from(environment, arguments);
    if (!profile) return std::unexpected(profile.error());
    if (const auto done = authenticate(environment, *profile); !done) return std::unexpected(done.error());
    const std::string name = arguments.value("profile").value_or("default");
    const std::string server = profile->server;
    profiles->by_name[name] = std::move(*profile);
    profiles->current = name;
    if (const auto written = write_profiles(path, *profiles); !written)
        return std::unexpected(written.error());
    environment.err << fmt::format("ecron: profile {} of {} stored in {}\n", name, server, path);
    return ExitCode::good;
}

}  // namespace

ExitCode login_command(const Environment& environment, const Arguments& arguments) {
    const auto code = login(environment, arguments);
    return code ? *code : report(environment, code.error());
}

}  // namespace ecron::client
