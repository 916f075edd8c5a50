#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "ecron/auth/identity.hpp"
#include "ecron/base/secret.hpp"

/// A file of static tokens, one per line: id, name, tenant, scopes separated by commas, salt and hash. A
/// token consists of "ecron_", its id, and 256 random bits, so a single SHA-256 over salt and token suffices:
/// it cannot be guessed. Errors name the file and the line, never a token.
namespace ecron::auth {

struct TokenEntry {
    std::string id;    // part of the token, used to find its entry
    std::string name;  // unique; letters, digits and .-_
    TenantId tenant{};
    std::string scope;  // scopes separated by spaces
    std::string salt;
    std::string hash;  // SHA-256 of salt and token
};

/// The entry of a token, compared in constant time once the id matches; nullptr: unknown token.
[[nodiscard]] const TokenEntry* find_token(const std::vector<TokenEntry>& entries, std::string_view token);

Result<std::vector<TokenEntry>> read_token_file(const std::string& file);
/// Replaces the whole file; readable by its owner only.
Result<void> write_token_file(const std::string& file, const std::vector<TokenEntry>& entries);

/// Creates a token and adds its entry; conflict: the name is in use. Creates the file if missing.
Result<SecretText> create_token(const std::string& file, const std::string& name, const TenantId& tenant,
                                const std::string& scope);
/// not_found: no token has that name.
Result<void> revoke_token(const std::string& file, const std::string& name);

/// First start: if there is no token file, creates one with a token that has all permissions, and writes the
/// token in plain text to `file`.initial, readable by its owner only. Returns false if the file existed.
Result<bool> create_first_token(const std::string& file, const TenantId& tenant, const std::string& scope);

}  // namespace ecron::auth
