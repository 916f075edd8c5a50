#include "config/listen_address.hpp"

#include <catch2/catch.hpp>

using namespace ecron::config;

TEST_CASE("an IP literal of this machine is used as is", "[config]") {
    const std::string text = GENERATE("127.0.0.1", "127.9.9.9", "::1", "0.0.0.0", "::");
    CAPTURE(text);
    CHECK(listen_address(text) == text);
}

TEST_CASE("localhost is the loopback address", "[config]") {
    CHECK(listen_address("localhost") == "127.0.0.1");
    CHECK(listen_address("LocalHost") == "127.0.0.1");
}

TEST_CASE("a service name or a foreign address listens on all addresses", "[config]") {
    const std::string text = GENERATE("ecron-management", "ecron.default.svc.cluster.local", "192.0.2.1",
                                      "2001:db8::1", "1.2.3", "localhost.evil");
    CAPTURE(text);
    const std::string address = listen_address(text);
    CHECK((address == "::" || address == "0.0.0.0"));
}

TEST_CASE("loopback covers 127/8 and ::1, in any notation", "[config]") {
    CHECK(is_loopback("127.0.0.1"));
    CHECK(is_loopback("127.255.0.3"));
    CHECK(is_loopback("::1"));
    CHECK(is_loopback("0:0:0:0:0:0:0:1"));
    CHECK(is_loopback("::ffff:127.0.0.1"));
    CHECK_FALSE(is_loopback("0.0.0.0"));
    CHECK_FALSE(is_loopback("::"));
    CHECK_FALSE(is_loopback("::2"));
    CHECK_FALSE(is_loopback("10.0.0.1"));
    CHECK_FALSE(is_loopback("localhost"));
}
