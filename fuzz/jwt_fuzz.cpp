/// Signed tokens and key sets. No input was signed with the key below, so none may be accepted.
#include <cassert>
#include <cstdint>
#include <string_view>

#include "ecron/auth/identity.hpp"
#include "ecron/auth/jwt.hpp"
#include "ecron/base/base64.hpp"

using namespace ecron;
using namespace ecron::auth;

namespace {

/// The public key of RFC 8037, appendix A.2.
constexpr std::string_view kKeys =
    R"({"keys":[{"kty":"OKP","crv":"Ed25519","kid":"k","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]})";

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const KeySet keys = std::move(*KeySet::read(kKeys));
    static const Expectations expectations{"https://issuer", {}};
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    const Instant now{Seconds{1'800'000'000}};
    assert(!verify(text, keys, expectations, now));
    if (const auto given = KeySet::read(text)) (void)verify("e30.e30.AA", *given, expectations, now);
    if (const auto bytes = from_base64url(text)) assert(to_base64url(*bytes) == text);
    if (const auto token = token_of(text)) assert(!token->empty());
    return 0;
}
