#pragma once
#include <map>
#include <string>

#include "client/failure.hpp"
#include "ecron/base/secret.hpp"
#include "ecron/client/environment.hpp"

/// Stored connections: $XDG_CONFIG_HOME/ecron/client.yaml (without XDG_CONFIG_HOME: ~/.config).
namespace ecron::client {

struct Profile {
    std::string server{};
    SecretText token{};
    std::string token_command{};  // run by /bin/sh; its standard output is the token
    std::string ca_file{};
    std::string tenant{};
};

struct Profiles {
    std::string current{};  // the profile that is used unless another one is named
    std::map<std::string, Profile> by_name{};
};

/// The path of the file; empty if neither XDG_CONFIG_HOME nor HOME is set.
std::string profiles_path(const Environment& environment);
/// A file that does not exist has no profiles. Errors: unreadable file, YAML errors, unknown members, and a
/// token in a file that other users can read.
Outcome<Profiles> read_profiles(const std::string& path);
/// Replaces the file with mode 0600 and creates missing folders with mode 0700. The file is complete at any
/// time.
Outcome<void> write_profiles(const std::string& path, const Profiles& profiles);

}  // namespace ecron::client
