#include "ecron/execution/egress.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <catch2/catch.hpp>
#include <cstring>
#include <string_view>

#include "execution/special_addresses.hpp"

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

TEST_CASE("link-local and metadata addresses are refused in any notation", "[execution]") {
    const Egress egress{{Reach::private_too,
                         Loopback::allowed,
                         {parse_network("0.0.0.0/0").value(), parse_network("::/0").value()},
                         {}}};
    const std::string address =
        GENERATE("169.254.169.254", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::1",
                 "::a9fe:a9fe", "::ffff:0:169.254.169.254", "2001:0:102:304::5601:5601", "fe80::1", "0.0.0.0",
                 "::", "224.0.0.1", "255.255.255.255", "100.100.100.200", "168.63.129.16", "192.0.0.192",
                 "64:ff9b::a83f:8110", "fd00:ec2::254", "fd00:ec2::23", "fd20:ce::254", "fd00:42::42",
                 "fd00:c1::a9fe:a9fe", "fd00:a9fe:a9fe::1", "fd00:100::100:200");
    CAPTURE(address);
    CHECK_FALSE(allowed(egress, address));
}

TEST_CASE("a local-use translation prefix is checked for every address it may embed", "[execution]") {
    const Egress egress{{Reach::private_too, Loopback::refused, {}, {}}};
    const std::string metadata =
        GENERATE("64:ff9b:1::a9fe:a9fe", "64:ff9b:1:abcd:a9:fea9:fe00:0", "64:ff9b:1:aba9:fe:a9fe:0:0",
                 "64:ff9b:1:a9fe:a9:fe00:0:0", "64:ff9b:1::7f00:1");
    CAPTURE(metadata);
    CHECK_FALSE(allowed(egress, metadata));
    CHECK(allowed(egress, "64:ff9b:1::5db8:d822"));
}

TEST_CASE("every network of the table is treated as its row specifies", "[execution]") {
    const Egress anything{{Reach::private_too, Loopback::refused, {}, {}}};
    const Egress anything_here{{Reach::private_too, Loopback::allowed, {}, {}}};
    const Egress outside{{Reach::public_only, Loopback::refused, {}, {}}};
    for (const SpecialNetwork& row : kSpecialNetworks) {
        std::string first{row.network.substr(0, row.network.find('/'))};
        if (first == "2001::") first = "2001:1::";  // the first addresses are Teredo's, which embed others
        CAPTURE(row.network, row.source);
        CHECK(allowed(anything, first) ==
              (row.is == AddressClass::not_public || row.is == AddressClass::ordinary));
        CHECK(allowed(anything_here, first) == (row.is != AddressClass::never));
        CHECK(allowed(outside, first) == (row.is == AddressClass::ordinary));
    }
}

TEST_CASE("public permits only addresses assigned as global unicast", "[execution]") {
    const Egress egress{{Reach::public_only, Loopback::refused, {}, {}}};
    const std::string address = GENERATE("64:ff9b:1::5db8:d822", "fec0::1", "240.0.0.1", "192.88.99.1",
                                         "2001:db8::1", "4000::1", "1::1", "64:ff9b::a00:1", "2002:a00:1::1",
                                         "2001:0:102:304::f5ff:fffe", "2001::1", "3fff::1", "203.0.113.9");
    CAPTURE(address);
    CHECK_FALSE(allowed(egress, address));
    CHECK(allowed(egress, "64:ff9b::5db8:d822"));
    CHECK(allowed(egress, "2002:5db8:d822::1"));
    CHECK(allowed(egress, "::ffff:93.184.216.34"));
}

TEST_CASE("a denied network may be an IPv6 network that embeds IPv4", "[execution]") {
    const Egress egress{{Reach::private_too, Loopback::refused, {}, {parse_network("64:ff9b::/96").value()}}};
    CHECK_FALSE(allowed(egress, "64:ff9b::5db8:d822"));
    CHECK(allowed(egress, "93.184.216.34"));
}

TEST_CASE("loopback is permitted only if the API listens on loopback only", "[execution]") {
    const Egress developer{{Reach::private_too, Loopback::allowed, {}, {}}};
    const Egress server{{Reach::private_too, Loopback::refused, {}, {}}};
    const std::string address =
        GENERATE("127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1");
    CAPTURE(address);
    CHECK(allowed(developer, address));
    CHECK_FALSE(allowed(server, address));
}

TEST_CASE("private ranges are refused with public_only, except allowed networks", "[execution]") {
    const Egress egress{{Reach::public_only, Loopback::refused, {parse_network("10.1.0.0/16").value()}, {}}};
    CHECK(allowed(egress, "93.184.216.34"));
    CHECK(allowed(egress, "2606:2800:220:1::1"));
    CHECK(allowed(egress, "10.1.2.3"));
    CHECK_FALSE(allowed(egress, "10.2.0.1"));
    CHECK_FALSE(allowed(egress, "192.168.1.1"));
    CHECK_FALSE(allowed(egress, "fd12::1"));
}

TEST_CASE("a denied network overrides an allowed one", "[execution]") {
    const Egress egress{{Reach::private_too,
                         Loopback::refused,
                         {parse_network("10.0.0.0/8").value()},
                         {parse_network("10.1.2.3").value(), parse_network("2001:db8::/33").value()}}};
    CHECK(allowed(egress, "10.1.2.4"));
    CHECK_FALSE(allowed(egress, "10.1.2.3"));
    CHECK_FALSE(allowed(egress, "2001:db8:7fff::1"));
    CHECK(allowed(egress, "2001:db8:8000::1"));
}

TEST_CASE("an invalid network is rejected", "[execution]") {
    const std::string text =
        GENERATE("", "10.0.0.0/33", "10.0.0/8", "x", "fd00::/129", "10.0.0.0/", "10.0.0.0/8x");
    CAPTURE(text);
    CHECK_FALSE(parse_network(text));
}
