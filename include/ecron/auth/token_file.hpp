#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "ecron/auth/identity.hpp"
#include "ecron/base/secret.hpp"

/// A file of static tokens, a line each: id, name, tenant, scopes with commas between, salt and hash. A token
/// is ecron_, its id, and 256 random bits, so one SHA-256 over salt and token is enough: there is nothing to
/// guess. Errors name the file and the line, never a token.
namespace ecron::auth {

struct TokenEntry {
    std::string id;    // stands in the token: where its entry is
    std::string name;  // unique; letters, digits and .-_
    TenantId tenant{};
    std::string scope;  // words with spaces between
    std::string salt;
    std::string hash;  // SHA-256 of salt and token
};

/// Whose token it is, found in constant time once the id fits; nullptr: nobody's.
[[nodiscard]] const TokenEntry* find_token(const std::vector<TokenEntry>& entries, std::string_view token);

Result<std::vector<TokenEntry>> read_token_file(const std::string& file);
/// Replaces the file as a whole, readable by its owner only.
Result<void> write_token_file(const std::string& file, const std::vector<TokenEntry>& entries);

/// Makes a token and adds its entry; conflict: there is one of that name. The file is made where it is
/// missing.
Result<SecretText> create_token(const std::string& file, const std::string& name, const TenantId& tenant,
                                const std::string& scope);
/// not_found: there is none of that name.
Result<void> revoke_token(const std::string& file, const std::string& name);

/// For a first start: where there is no token file yet, makes one with a token of all permissions, and puts
/// the token in plain text into `file`.initial, readable by its owner only. False: there was one.
Result<bool> create_first_token(const std::string& file, const TenantId& tenant, const std::string& scope);

}  // namespace ecron::auth
