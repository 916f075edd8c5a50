#include "ecron/base/ip.hpp"

#include <catch2/catch.hpp>

using namespace ecron;

TEST_CASE("classifies addresses of both kinds", "[ip]") {
    const auto ip = [](const char* text) { return IpAddress::parse(text).value(); };
    for (const char* const text : {"127.0.0.1", "127.255.0.3", "::1", "::ffff:127.0.0.1"})
        CHECK(ip(text).is_loopback());
    for (const char* const text : {"0.0.0.0", "::"}) CHECK(ip(text).is_any());
    for (const char* const text : {"10.0.0.1", "::2", "1::", "fe80::1"}) {
        CHECK_FALSE(ip(text).is_loopback());
        CHECK_FALSE(ip(text).is_any());
    }
    CHECK(ip("10.1.2.3").is_ipv4());
    CHECK(ip("10.1.2.3") == ip("::ffff:10.1.2.3"));
    CHECK_FALSE(ip("::1").is_ipv4());
    for (const char* const text :
         {"", "10.1.2", "localhost", "[::1]", "fe80::1%lo", "1.2.3.4.5", "10.1.2.3/8"})
        CHECK_FALSE(IpAddress::parse(text));
}

TEST_CASE("a network contains the addresses with its prefix", "[ip]") {
    const auto contains = [](const char* network, const char* address) {
        return parse_network(network).value().contains(IpAddress::parse(address).value());
    };
    CHECK(contains("10.0.0.0/8", "10.255.1.2"));
    CHECK_FALSE(contains("10.0.0.0/8", "11.0.0.0"));
    CHECK(contains("10.0.0.128/25", "10.0.0.129"));
    CHECK_FALSE(contains("10.0.0.128/25", "10.0.0.127"));
    CHECK(contains("192.0.2.1", "192.0.2.1"));
    CHECK_FALSE(contains("192.0.2.1", "192.0.2.2"));
    CHECK(contains("fd00::/8", "fdff::1"));
    CHECK(contains("0.0.0.0/0", "8.8.8.8"));
    CHECK_FALSE(contains("0.0.0.0/0", "2001:db8::1"));
    CHECK(contains("::/0", "8.8.8.8"));
}
