#include "ecron/notify/signature.hpp"

#include <catch2/catch.hpp>

using namespace ecron;
using namespace ecron::notify;

namespace {

const std::string kSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const std::string kOther = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX";

SigningKeys keys(const std::string& text) {
    const auto read = read_signing_keys(text);
    REQUIRE(read);
    return *read;
}

}  // namespace

TEST_CASE("signatures match the Standard Webhooks libraries", "[notify]") {
    // The example of the specification's libraries.
    const Instant at = from_unix_seconds(1'614'265'330);
    CHECK(signature(keys(kSecret), "msg_p5jXN8AQM9LWM0D4loKWxJek", at, R"({"test": 2432232314})") ==
          "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST_CASE("two secrets yield two signatures in order", "[notify]") {
    const Instant at = from_unix_seconds(1'614'265'330);
    const auto sign = [&](const std::string& text) { return signature(keys(text), "id", at, "body"); };
    CHECK(sign(kSecret + "\n" + kOther + "\n") == sign(kSecret) + " " + sign(kOther));
    CHECK(sign(kSecret) != sign(kOther));
}

TEST_CASE("the signature covers id, time and body", "[notify]") {
    const SigningKeys key = keys(kSecret);
    const Instant at = from_unix_seconds(1'000);
    const std::string signed_text = signature(key, "id", at, "body");
    CHECK(signature(key, "other", at, "body") != signed_text);
    CHECK(signature(key, "id", at + Seconds{1}, "body") != signed_text);
    CHECK(signature(key, "id", at, "body ") != signed_text);
    CHECK(signature(key, "id", at + Millis{999}, "body") == signed_text);  // whole seconds
}

TEST_CASE("no keys yield no signature", "[notify]") {
    CHECK(signature({}, "id", from_unix_seconds(1), "body").empty());
}

TEST_CASE("rejects an invalid secret without repeating it", "[notify]") {
    const auto text = GENERATE(values<std::string>({
        "", "  \n",
        "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",                                         // no prefix
        "whsec_",                                                                   //
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS",                                    // truncated
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2Laaw==",                                   // 22 bytes
        "whsec_MfKQ9r8GKYqrTwjUPD8I!!ZIo2LaLaSw", "whsec_" + std::string(88, 'A'),  // 66 bytes
    }));
    CAPTURE(text);
    const auto read = read_signing_keys(text);
    REQUIRE_FALSE(read);
    CHECK(read.error().code == Errc::invalid);
    CHECK(read.error().what.find("MfKQ") == std::string::npos);
}

TEST_CASE("rejects three secrets", "[notify]") {
    CHECK_FALSE(read_signing_keys(kSecret + " " + kOther + " " + kSecret));
}
