#include "app/cli_tokens.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <ostream>
#include <sstream>

#include "ecron/auth/token_file.hpp"
#include "ecron/base/near_miss.hpp"

namespace ecron::app {
namespace {

using command_line::Arguments;

/// A misspelt scope would create a token that silently lacks permissions.
std::optional<std::string> unknown_scope(const config::Config& config, const std::string& scopes) {
    std::vector<std::string_view> known;
    for (const std::vector<std::string>& granting : config.auth.scopes)
        for (const std::string& scope : granting)
            if (std::ranges::find(known, scope) == known.end()) known.push_back(scope);
    std::istringstream words{scopes};
    for (std::string word; words >> word;) {
        if (std::ranges::find(known, word) != known.end()) continue;
        const std::string_view meant = near_miss(word, known);
        return fmt::format("{:?} is not a scope that grants a permission{}; known scopes: {}", word,
                           meant.empty() ? "" : fmt::format(", did you mean {}?", meant),
                           fmt::join(known, ", "));
    }
    return std::nullopt;
}

int create_token(const Cli& cli, const Arguments& flags, const config::Config& config) {
    const std::string scopes = flags.value("scope").value_or("all");
    if (const auto unknown = unknown_scope(config, scopes); unknown)
        return complain(cli, {*unknown}), kExitWrong;
    const std::string tenant = flags.value("tenant").value_or("default");
    const auto token = auth::create_token(config.auth.token_file, flags.words[1], TenantId{tenant}, scopes);
    if (!token) return complain(cli, {token.error().what}), kExitWrong;
    cli.err << fmt::format("ecron: token {} of tenant {}, scopes {}\n", flags.words[1], tenant, scopes);
    cli.out << token->reveal() << '\n';
    return kExitGood;
}

int revoke_token(const Cli& cli, const Arguments& flags, const std::string& file) {
    if (const auto revoked = auth::revoke_token(file, flags.words[1]); !revoked)
        return complain(cli, {revoked.error().what}), kExitWrong;
    return kExitGood;
}

int list_tokens(const Cli& cli, const std::string& file) {
    const auto entries = auth::read_token_file(file);
    if (!entries) return complain(cli, {entries.error().what}), kExitWrong;
    for (const auth::TokenEntry& entry : *entries)
        cli.out << fmt::format("{}  tenant={}  scope={:?}\n", entry.name, entry.tenant, entry.scope);
    return kExitGood;
}

}  // namespace

int token(const Cli& cli, const Arguments& flags) {
    const std::string verb = flags.words.empty() ? std::string{} : flags.words[0];
    const std::size_t wanted = verb == "list" ? 1 : 2;
    if ((verb != "create" && verb != "list" && verb != "revoke") || flags.words.size() != wanted)
        return complain(cli, {"token requires: create NAME, list, or revoke NAME"}), kExitWrong;
    for (const char* flag : {"tenant", "scope"})
        if (verb != "create" && flags.has(flag))
            return complain(cli, {fmt::format("--{} is only valid with token create", flag)}), kExitWrong;
    const std::optional<config::Loaded> loaded = load(cli, flags);
    if (!loaded) return kExitWrong;
    const std::string& file = loaded->config.auth.token_file;
    if (file.empty())
        return complain(cli, {"no token file: set --token-file, or token_file in a configuration file"}),
               kExitWrong;
    if (verb == "create") return create_token(cli, flags, loaded->config);
    return verb == "list" ? list_tokens(cli, file) : revoke_token(cli, flags, file);
}

}  // namespace ecron::app
