#pragma once
#include <string>
#include <vector>

#include "client/connection/profiles.hpp"
#include "client/failure.hpp"
#include "ecron/base/secret.hpp"
#include "ecron/client/environment.hpp"
#include "ecron/command_line/command.hpp"

namespace ecron::client {

/// The server that a command uses, and the token that it sends.
struct Connection {
    std::string
        server{};        // "http://127.0.0.1:12345", or with the path of a reverse proxy; no slash at the end
    SecretText token{};  // empty: none is sent
    std::string ca_file{};
    std::string tenant{};        // of administrators: whose jobs are meant; empty: the token's
    std::string language{"en"};  // of messages, as in Accept-Language
};

inline constexpr std::string_view kDefaultServer = "http://127.0.0.1:12345";

[[nodiscard]] const std::vector<command_line::Flag>& connection_flags();

/// Flags take precedence over environment variables, and these over the profile. A profile's token,
/// authorities and tenant are meant for that profile's server: an address from elsewhere needs its own.
Outcome<Connection> connection_of(const Environment& environment, const command_line::Arguments& arguments);

/// Runs a token command and returns the first line of its output.
Outcome<SecretText> token_from_command(const std::string& command);
/// The first line of a file.
Outcome<SecretText> token_from_file(const std::string& path);
/// "https://host:port" in the form of Connection::server. Errors: another scheme, the prefix of the API,
/// credentials.
Outcome<std::string> normalized_server(std::string server);

}  // namespace ecron::client
