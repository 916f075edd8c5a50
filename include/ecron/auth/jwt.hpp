#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ecron/base/error.hpp"
#include "ecron/base/time.hpp"

/// Signed tokens (RFC 7519, 7515) and the keys they are checked with (RFC 7517). Pure. RS256, ES256 and EdDSA
/// (Ed25519) only: `none` and the HMAC family are refused before any key is looked at, and a key is used for
/// the one algorithm that it is of. Costs 30 to 100 us a check.
namespace ecron::auth {

enum class Algorithm : std::uint8_t { rs256, es256, eddsa };

/// Public keys by their id.
class KeySet {
public:
    KeySet();
    KeySet(KeySet&&) noexcept;
    KeySet& operator=(KeySet&&) noexcept;
    ~KeySet();
    /// Of a JWKS document. Keys of other kinds, for encryption, or too weak (RSA under 2048 bits) are left
    /// out; `invalid` where the text is no such document.
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
    malformed,    // no token of this kind, or an algorithm that is not allowed
    unknown_key,  // none of the set fits: the set may be old
    signature,
    expired,
    claims,  // of another issuer, for another audience, not good yet, without an end or a client
};

struct Expectations {
    std::string issuer;
    std::vector<std::string> audiences;  // one of them must be named; empty: any will do
};

/// The claims of a token whose signature is good and whose claims are as expected at `now`.
std::expected<Claims, Fault> verify(std::string_view token, const KeySet& keys,
                                    const Expectations& expectations, Instant now);

/// base64url without padding (RFC 4648 §5); nothing where it is none.
std::optional<std::string> base64url_decode(std::string_view text);
std::string base64url_encode(std::string_view bytes);

}  // namespace ecron::auth
