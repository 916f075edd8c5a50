#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "ecron/base/error.hpp"
#include "ecron/base/secret.hpp"
#include "ecron/base/time.hpp"

/// How a receiver can tell that a message is from us and new. Source: the Standard Webhooks
/// specification 1.0. Pure.
namespace ecron::notify {

/// Keys that messages are signed with, as bytes: one, or two while one replaces the other. None: no
/// signature.
using SigningKeys = std::vector<SecretText>;

/// One or two secrets with white space between them: "whsec_" and the base64 of 24 to 64 bytes. Errors:
/// invalid, without the text.
Result<SigningKeys> read_signing_keys(std::string_view text);

/// The value of `webhook-signature`: of each key "v1," and the base64 of HMAC-SHA-256 over "id.seconds.body".
std::string signature(const SigningKeys& keys, std::string_view id, Instant at, std::string_view body);

}  // namespace ecron::notify
