#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ecron/base/error.hpp"
#include "ecron/base/time.hpp"

/// Signed tokens (RFC 7519, 7515) and their verification keys (RFC 7517). Pure. RS256, ES256 and EdDSA
/// (Ed25519) only: `none` and the HMAC family are refused before any key is looked up, and each key is used
/// for one algorithm only. A verification takes 30 to 100 us.
namespace ecron::auth {

enum class Algorithm : std::uint8_t { rs256, es256, eddsa };

/// Public keys by their id.
class KeySet {
public:
    KeySet();
    KeySet(KeySet&&) noexcept;
    KeySet& operator=(KeySet&&) noexcept;
    ~KeySet();
    /// Parses a JWKS document. Unsupported key types, encryption keys and weak keys (RSA under 2048 bits) are
    /// skipped; `invalid` if the text is not a JWKS document.
    static Result<KeySet> read(std::string_view document);
    [[nodiscard]] std::size_t size() const;

private:
    friend class Verification;
    struct Key;
    std::vector<Key> keys_;
};

struct Claims {
    std::string issuer, subject, client, scope;  // client: `client_id`, or `azp`
    std::vector<std::string> audiences;
    std::optional<Instant> expires, not_before;
};

enum class Fault : std::uint8_t {
    malformed,    // not a signed token, or an algorithm that is not allowed
    unknown_key,  // no key of the set matches: the set may be outdated
    signature,
    expired,
    claims,  // wrong issuer or audience, not yet valid, no expiry or no client
};

struct Expectations {
    std::string issuer;
    std::vector<std::string> audiences;  // the token must name one of them; empty: not checked
};

/// The claims of a token whose signature is valid and whose claims meet the expectations at `now`.
std::expected<Claims, Fault> verify(std::string_view token, const KeySet& keys,
                                    const Expectations& expectations, Instant now);

}  // namespace ecron::auth
