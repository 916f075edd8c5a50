#include "client/connection/connection.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>

#include "ecron/base/near_miss.hpp"

namespace ecron::client {
namespace {

using command_line::Arguments;
using command_line::Candidates;
using command_line::Flag;
using command_line::Group;

std::string first_line(std::string text) {
    text.resize(std::min(text.size(), text.find_first_of("\r\n")));
    return text;
}

/// The named profile, or the current one; an empty profile if there is none.
Outcome<Profile> profile_for(const Environment& environment, const Arguments& arguments) {
    const std::string asked = arguments.value("profile").value_or(environment.variable("ECRON_PROFILE"));
    const std::string path = profiles_path(environment);
    const auto profiles = read_profiles(path);
    if (!profiles) return std::unexpected(profiles.error());
    const std::string name = asked.empty() ? profiles->current : asked;
    if (name.empty()) return Profile{};
    const auto found = profiles->by_name.find(name);
    if (found != profiles->by_name.end()) return found->second;
    std::vector<std::string_view> names;
    for (const auto& [known, profile] : profiles->by_name) names.push_back(known);
    return failed(ExitCode::usage,
                  fmt::format("there is no profile {:?} in {}{}", name, path,
                              names.empty() ? "; ecron login creates one"
                                            : fmt::format(", only: {}", fmt::join(names, ", "))));
}

Outcome<SecretText> token_of(const Profile& profile) {
    if (profile.token_command.empty()) return profile.token;
    return token_from_command(profile.token_command);
}

/// The token of flags and environment; nullopt: neither has one.
Outcome<std::optional<SecretText>> given_token(const Environment& environment, const Arguments& arguments) {
    if (const auto token = arguments.value("token")) return SecretText{*token};
    if (const auto file = arguments.value("token-file")) {
        auto token = token_from_file(*file);
        if (!token) return std::unexpected(token.error());
        return std::move(*token);
    }
    if (const std::string token = environment.variable("ECRON_TOKEN"); !token.empty())
        return SecretText{token};
    return std::nullopt;
}

/// "zh-CN" for LANG=zh_CN.UTF-8; English for the locales C and POSIX, and for an unknown one.
std::string language_of(const Environment& environment) {
    std::string locale;
    for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"})
        if (locale.empty()) locale = environment.variable(name);
    locale.resize(std::min(locale.size(), locale.find_first_of(".@")));
    std::ranges::replace(locale, '_', '-');
    const bool is_language =
        locale.size() >= 2 && locale != "POSIX" &&
        std::ranges::all_of(locale, [](unsigned char c) { return std::isalnum(c) != 0 || c == '-'; });
    return is_language ? locale : "en";
}

}  // namespace

const std::vector<Flag>& connection_flags() {
    static const std::vector<Flag> flags{
        {.name = "server",
         .metavar = "URL",
         .help = "Address of the server; also ECRON_SERVER [the profile's, else http://127.0.0.1:12345].",
         .group = Group::connection},
        {.name = "token",
         .metavar = "TOKEN",
         .help = "Token to send; also ECRON_TOKEN. Other local users can read flags: prefer the variable, "
                 "--token-file "
                 "or a profile.",
         .group = Group::connection},
        {.name = "token-file",
         .metavar = "FILE",
         .help = "File whose first line is the token.",
         .candidates = Candidates::files,
         .group = Group::connection},
        {.name = "profile",
         .metavar = "NAME",
         .help = "Profile stored by ecron login; also ECRON_PROFILE [the current one].",
         .group = Group::connection},
        {.name = "ca-file",
         .metavar = "FILE",
         .help = "PEM file of the authorities that may sign the server's certificate [the system's].",
         .candidates = Candidates::files,
         .group = Group::connection},
        {.name = "tenant",
         .metavar = "TENANT",
         .help = "Tenant whose jobs are meant, for administrators [the token's].",
         .group = Group::connection},
    };
    return flags;
}

Outcome<std::string> normalized_server(std::string server) {
    if (!server.contains("://")) server.insert(0, "http://");
    while (server.ends_with('/')) server.pop_back();
    const bool http = server.starts_with("http://"), https = server.starts_with("https://");
    const std::string rest = server.substr(server.find("://") + 3);
    if ((!http && !https) || rest.empty() || rest.starts_with('/') || rest.find_first_of("@?# ") != rest.npos)
        return failed(
            ExitCode::usage,
            fmt::format("{:?} is not the address of a server, such as https://ecron.example.com:12345",
                        server));
    if (const auto api = rest.find("/api/ecron-management"); api != rest.npos)
        return failed(ExitCode::usage,
                      fmt::format("{:?} is the address of the API: omit {}", server, rest.substr(api)));
    return server;
}

Outcome<SecretText> token_from_file(const std::string& path) {
    std::ifstream file{path};
    std::string text{std::istreambuf_iterator<char>{file}, {}};
    if (!file) return failed(ExitCode::usage, fmt::format("failed to read the token from {}", path));
    return SecretText{first_line(std::move(text))};
}

Outcome<SecretText> token_from_command(const std::string& command) {
    std::FILE* const output =
        ::popen(command.c_str(), "re");  // a profile's command is a shell command by definition
    if (output == nullptr)
        return failed(ExitCode::usage, fmt::format("failed to start token_command {:?}", command));
    std::string text;
    std::array<char, 4096> part{};
    while (const std::size_t size = std::fread(part.data(), 1, part.size(), output))
        text.append(part.data(), size);
    const int status = ::pclose(output);
    if (status != 0)
        return failed(ExitCode::usage,
                      fmt::format("token_command {:?} failed with status {}", command,
                                  WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status)));
    text = first_line(std::move(text));
    if (text.empty())
        return failed(ExitCode::usage, fmt::format("token_command {:?} printed no token", command));
    return SecretText{text};
}

Outcome<Connection> connection_of(const Environment& environment, const Arguments& arguments) {
    const std::string given = arguments.value("server").value_or(environment.variable("ECRON_SERVER"));
    // Without a profile in use, a damaged file of profiles does not matter.
    auto profile = profile_for(environment, arguments);
    if (!profile && (given.empty() || arguments.has("profile"))) return std::unexpected(profile.error());
    const Profile stored = profile.value_or(Profile{});
    auto server = normalized_server(!given.empty()           ? given
                                    : !stored.server.empty() ? stored.server
                                                             : std::string{kDefaultServer});
    if (!server) return std::unexpected(server.error());
    // Token, authorities and tenant of a profile are meant for its server only.
    const bool is_profiles = given.empty() || *server == stored.server;
    Connection connection{
        .server = std::move(*server),
        .ca_file = arguments.value("ca-file").value_or(is_profiles ? stored.ca_file : std::string{}),
        .tenant = arguments.value("tenant").value_or(is_profiles ? stored.tenant : std::string{}),
        .language = language_of(environment)};
    auto token = given_token(environment, arguments);
    if (!token) return std::unexpected(token.error());
    if (*token) {
        connection.token = std::move(**token);
    } else if (is_profiles) {
        auto of_profile = token_of(stored);
        if (!of_profile) return std::unexpected(of_profile.error());
        connection.token = std::move(*of_profile);
    }
    return connection;
}

}  // namespace ecron::client
