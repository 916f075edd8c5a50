#include "client/connection/profiles.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <yaml-cpp/yaml.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include "client/text/yaml_writer.hpp"
#include "ecron/base/near_miss.hpp"

namespace ecron::client {
namespace {

std::string reason(int error) { return std::generic_category().message(error); }

constexpr std::array<std::string_view, 5> kMembers{"server", "token", "token_command", "ca_file", "tenant"};

std::string text_of(const YAML::Node& node, const char* name) {
    const YAML::Node member = node[name];
    return member && member.IsScalar() ? member.Scalar() : std::string{};
}

Outcome<Profile> profile_of(const std::string& path, const std::string& name, const YAML::Node& node) {
    if (!node.IsMap()) return failed(ExitCode::usage, fmt::format("{}: profile {} is not a map", path, name));
    for (const auto& member : node) {
        const std::string key = member.first.Scalar();
        if (std::ranges::find(kMembers, key) != kMembers.end()) continue;
        const std::string_view meant = near_miss(key, kMembers);
        return failed(
            ExitCode::usage,
            fmt::format("{}:{}: {}: unknown member of a profile{}", path, member.first.Mark().line + 1, key,
                        meant.empty() ? "" : fmt::format(", did you mean {}?", meant)));
    }
    return Profile{.server = text_of(node, "server"),
                   .token = SecretText{text_of(node, "token")},
                   .token_command = text_of(node, "token_command"),
                   .ca_file = text_of(node, "ca_file"),
                   .tenant = text_of(node, "tenant")};
}

Outcome<Profiles> profiles_in(const std::string& path, const YAML::Node& document) {
    Profiles profiles;
    if (document.IsNull()) return profiles;
    if (!document.IsMap()) return failed(ExitCode::usage, fmt::format("{}: is not a YAML map", path));
    profiles.current = text_of(document, "current");
    const YAML::Node named = document["profiles"];
    if (!named || !named.IsMap()) return profiles;
    for (const auto& entry : named) {
        auto profile = profile_of(path, entry.first.Scalar(), entry.second);
        if (!profile) return std::unexpected(profile.error());
        profiles.by_name.emplace(entry.first.Scalar(), std::move(*profile));
    }
    return profiles;
}

/// A token in a file that others can read is no secret.
Outcome<void> check_mode(const std::string& path, const Profiles& profiles) {
    struct stat status{};
    const bool shared = ::stat(path.c_str(), &status) == 0 && (status.st_mode & 077U) != 0;
    for (const auto& [name, profile] : profiles.by_name)
        if (shared && !profile.token.empty())
            return failed(
                ExitCode::usage,
                fmt::format("{}: contains a token and can be read by other users: chmod 600 {}", path, path));
    return {};
}

std::string yaml_of(const Profiles& profiles) {
    std::string out = fmt::format("current: {}\nprofiles:\n", yaml_scalar(profiles.current));
    for (const auto& [name, profile] : profiles.by_name) {
        out += fmt::format("  {}:\n    server: {}\n", yaml_scalar(name), yaml_scalar(profile.server));
        const auto add = [&](std::string_view member, const std::string& value) {
            if (!value.empty()) out += fmt::format("    {}: {}\n", member, yaml_scalar(value));
        };
        add("token", profile.token.reveal());
        add("token_command", profile.token_command);
        add("ca_file", profile.ca_file);
        add("tenant", profile.tenant);
    }
    return out;
}

Outcome<void> write_private(const std::string& path, const std::string& text) {
    const std::string fresh = path + ".new";
    ::unlink(fresh.c_str());
    const int file = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0) return failed(ExitCode::usage, fmt::format("failed to write {}: {}", fresh, reason(errno)));
    const bool written =
        ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fsync(file) == 0;
    const int error = errno;
    ::close(file);
    if (!written) return failed(ExitCode::usage, fmt::format("failed to write {}: {}", fresh, reason(error)));
    if (::rename(fresh.c_str(), path.c_str()) != 0)
        return failed(ExitCode::usage, fmt::format("failed to replace {}: {}", path, reason(errno)));
    return {};
}

}  // namespace

std::string profiles_path(const Environment& environment) {
    const std::string configured = environment.variable("XDG_CONFIG_HOME");
    if (!configured.empty()) return configured + "/ecron/client.yaml";
    const std::string home = environment.variable("HOME");
    return home.empty() ? "" : home + "/.config/ecron/client.yaml";
}

Outcome<Profiles> read_profiles(const std::string& path) {
    std::error_code missing;
    if (path.empty() || !std::filesystem::exists(path, missing)) return Profiles{};
    std::ifstream file{path};
    const std::string text{std::istreambuf_iterator<char>{file}, {}};
    if (!file) return failed(ExitCode::usage, fmt::format("failed to read {}", path));
    try {
        auto profiles = profiles_in(path, YAML::Load(text));
        if (!profiles) return profiles;
        if (const auto checked = check_mode(path, *profiles); !checked)
            return std::unexpected(checked.error());
        return profiles;
    } catch (const YAML::Exception& error) {
        return failed(ExitCode::usage,
                      fmt::format("{}:{}: is not valid YAML: {}", path, error.mark.line + 1, error.msg));
    }
}

Outcome<void> write_profiles(const std::string& path, const Profiles& profiles) {
    if (path.empty())
        return failed(ExitCode::usage, "cannot store a profile: neither XDG_CONFIG_HOME nor HOME is set");
    const std::filesystem::path folder = std::filesystem::path{path}.parent_path();
    std::error_code error;
    const bool existed = std::filesystem::exists(folder, error);
    std::filesystem::create_directories(folder, error);
    if (!existed && !error) std::filesystem::permissions(folder, std::filesystem::perms::owner_all, error);
    if (error)
        return failed(ExitCode::usage,
                      fmt::format("failed to create {}: {}", folder.string(), error.message()));
    return write_private(path, yaml_of(profiles));
}

}  // namespace ecron::client
