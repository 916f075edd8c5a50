#include "ecron/base/base64.hpp"

#include <catch2/catch.hpp>

#include "ecron/base/hmac.hpp"
#include "ecron/base/uuid.hpp"

using namespace ecron;

TEST_CASE("base64 pads, base64url does not", "[base]") {
    // RFC 4648 §10
    const auto [bytes, padded, bare] = GENERATE(table<std::string, std::string, std::string>(
        {{"f", "Zg==", "Zg"}, {"fo", "Zm8=", "Zm8"}, {"foo", "Zm9v", "Zm9v"}, {"\xFB\xFF", "+/8=", "-_8"}}));
    CHECK(to_base64(bytes) == padded);
    CHECK(from_base64(padded) == bytes);
    CHECK(to_base64url(bytes) == bare);
    CHECK(from_base64url(bare) == bytes);
}

TEST_CASE("text that is not base64 is not decoded", "[base]") {
    for (const char* text : {"", "Zg", "Zg=", "Z===", "Zm9-", "Zm 9v"}) CHECK_FALSE(from_base64(text));
    for (const char* text : {"Z", "Zg==", "Zh", "Zm9+"}) CHECK_FALSE(from_base64url(text));
}

TEST_CASE("hmac_sha256 gives the digest of RFC 4231, test case 2", "[base]") {
    const auto digest = hmac_sha256("Jefe", "what do ya want for nothing?");
    CHECK(to_hex({reinterpret_cast<const char*>(digest.data()), digest.size()}) ==
          "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}
