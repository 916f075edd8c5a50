#pragma once
#include <openssl/evp.h>

#include <memory>
#include <string>
#include <string_view>

#include "ecron/auth/jwt.hpp"

namespace ecron::auth::test {

/// An issuer's key pair, which signs tokens and provides the public key.
class Signer {
public:
    Signer(Algorithm algorithm, std::string id);
    static Signer weak_rsa(std::string id);  // 1024 bits

    /// A JWK; the argument is appended to its members: `,"use":"enc"`.
    [[nodiscard]] std::string jwk(std::string_view more = "") const;
    /// A token with this payload; the header names the algorithm and the key unless another header is given.
    [[nodiscard]] std::string token(std::string_view payload, std::string header = {}) const;
    /// The public key as PEM: the HMAC secret that a faulty verifier would use.
    [[nodiscard]] std::string public_pem() const;

private:
    Signer(Algorithm algorithm, std::string id, EVP_PKEY* key);
    [[nodiscard]] std::string sign(std::string_view message) const;

    Algorithm algorithm_;
    std::string id_;
    std::shared_ptr<EVP_PKEY> key_;
};

/// {"keys":[…]}
std::string key_set(const std::vector<std::string>& keys);

}  // namespace ecron::auth::test
