#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "ecron/base/error.hpp"
#include "ecron/base/secret.hpp"
#include "ecron/base/time.hpp"

/// Signatures that prove to a receiver that a message is authentic and recent. Source: the Standard Webhooks
/// specification 1.0. Pure.
namespace ecron::notify {

/// Signing keys as bytes: one, or two during a rotation. Empty: no signature.
using SigningKeys = std::vector<SecretText>;

/// Parses one or two secrets separated by white space: "whsec_" and the base64 of 24 to 64 bytes. Error:
/// invalid; does not contain the text.
Result<SigningKeys> read_signing_keys(std::string_view text);

/// Returns the value of `webhook-signature`: for each key "v1," and the base64 of HMAC-SHA-256 over
/// "id.seconds.body".
std::string signature(const SigningKeys& keys, std::string_view id, Instant at, std::string_view body);

}  // namespace ecron::notify
