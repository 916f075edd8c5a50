#include "ecron/execution/egress.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <catch2/catch.hpp>
#include <cstring>

using namespace ecron;
using namespace ecron::execution;

namespace {

bool allowed(const Egress& egress, const std::string& address) {
    sockaddr_storage storage{};
    auto& ipv4 = reinterpret_cast<sockaddr_in&>(storage);
    auto& ipv6 = reinterpret_cast<sockaddr_in6&>(storage);
    if (inet_pton(AF_INET, address.c_str(), &ipv4.sin_addr) == 1) {
        storage.ss_family = AF_INET;
    } else {
        REQUIRE(inet_pton(AF_INET6, address.c_str(), &ipv6.sin6_addr) == 1);
        storage.ss_family = AF_INET6;
    }
    return egress.allows(reinterpret_cast<const sockaddr&>(storage));
}

}  // namespace

TEST_CASE("link-local and metadata addresses are refused however they are written", "[execution]") {
    const Egress egress{Reach::private_too, Loopback::allowed, {parse_network("0.0.0.0/0").value()}, {}};
    const std::string address = GENERATE("169.254.169.254", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe",
                                         "2002:a9fe:a9fe::1", "::a9fe:a9fe", "fe80::1", "fd00:ec2::254",
                                         "0.0.0.0", "::", "224.0.0.1", "255.255.255.255", "100.100.100.200");
    CAPTURE(address);
    CHECK_FALSE(allowed(egress, address));
}

TEST_CASE("loopback is a target only where the API listens on loopback only", "[execution]") {
    const Egress developer{Reach::private_too, Loopback::allowed, {}, {}};
    const Egress server{Reach::private_too, Loopback::refused, {}, {}};
    const std::string address =
        GENERATE("127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1");
    CAPTURE(address);
    CHECK(allowed(developer, address));
    CHECK_FALSE(allowed(server, address));
}

TEST_CASE("private ranges are refused with public_only, and allowed networks are excepted", "[execution]") {
    const Egress egress{Reach::public_only, Loopback::refused, {parse_network("10.1.0.0/16").value()}, {}};
    CHECK(allowed(egress, "93.184.216.34"));
    CHECK(allowed(egress, "2606:2800:220:1::1"));
    CHECK(allowed(egress, "10.1.2.3"));
    CHECK_FALSE(allowed(egress, "10.2.0.1"));
    CHECK_FALSE(allowed(egress, "192.168.1.1"));
    CHECK_FALSE(allowed(egress, "fd12::1"));
}

TEST_CASE("a denied network wins over an allowed one", "[execution]") {
    const Egress egress{Reach::private_too,
                        Loopback::refused,
                        {parse_network("10.0.0.0/8").value()},
                        {parse_network("10.1.2.3").value(), parse_network("2001:db8::/33").value()}};
    CHECK(allowed(egress, "10.1.2.4"));
    CHECK_FALSE(allowed(egress, "10.1.2.3"));
    CHECK_FALSE(allowed(egress, "2001:db8:7fff::1"));
    CHECK(allowed(egress, "2001:db8:8000::1"));
}

TEST_CASE("what is no network is refused", "[execution]") {
    const std::string text =
        GENERATE("", "10.0.0.0/33", "10.0.0/8", "x", "fd00::/129", "10.0.0.0/", "10.0.0.0/8x");
    CAPTURE(text);
    CHECK_FALSE(parse_network(text));
}
