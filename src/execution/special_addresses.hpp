#pragma once
#include <array>
#include <cstdint>
#include <string_view>

/// Networks with special purposes and their classes. Sources: the IANA IPv4 and IPv6 Special-Purpose Address
/// Registries (RFC 6890 and its updates), the multicast registries, and the documentation of the named
/// clouds, whose instances serve credentials at these addresses. Of the rows that contain an address, the one
/// with the longest prefix applies.
namespace ecron::execution {

enum class AddressClass : std::uint8_t {
    never,       // this network, this host, multicast, metadata services: no option permits it
    loopback,    // permitted only if the API listens on loopback too
    not_public,  // refused by `public`, unless in an allowed network
    ordinary,    // globally reachable although inside a network that is not
};

struct SpecialNetwork {
    std::string_view network;
    AddressClass is;
    std::string_view source;
};

inline constexpr std::array kSpecialNetworks{
    // IANA IPv4 Special-Purpose Address Registry
    SpecialNetwork{"0.0.0.0/8", AddressClass::never, "RFC 791: this network"},
    SpecialNetwork{"10.0.0.0/8", AddressClass::not_public, "RFC 1918: private use"},
    SpecialNetwork{"100.64.0.0/10", AddressClass::not_public, "RFC 6598: shared address space"},
    SpecialNetwork{"127.0.0.0/8", AddressClass::loopback, "RFC 1122: loopback"},
    SpecialNetwork{"169.254.0.0/16", AddressClass::never, "RFC 3927: link-local, metadata of most clouds"},
    SpecialNetwork{"172.16.0.0/12", AddressClass::not_public, "RFC 1918: private use"},
    SpecialNetwork{"192.0.0.0/24", AddressClass::not_public, "RFC 6890: IETF protocol assignments"},
    SpecialNetwork{"192.0.0.9/32", AddressClass::ordinary, "RFC 7723: PCP anycast"},
    SpecialNetwork{"192.0.0.10/32", AddressClass::ordinary, "RFC 8155: TURN anycast"},
    SpecialNetwork{"192.0.2.0/24", AddressClass::not_public, "RFC 5737: documentation"},
    SpecialNetwork{"192.31.196.0/24", AddressClass::ordinary, "RFC 7535: AS112"},
    SpecialNetwork{"192.52.193.0/24", AddressClass::ordinary, "RFC 7450: AMT"},
    SpecialNetwork{"192.88.99.0/24", AddressClass::not_public, "RFC 7526: 6to4 relay anycast, deprecated"},
    SpecialNetwork{"192.168.0.0/16", AddressClass::not_public, "RFC 1918: private use"},
    SpecialNetwork{"192.175.48.0/24", AddressClass::ordinary, "RFC 7534: AS112"},
    SpecialNetwork{"198.18.0.0/15", AddressClass::not_public, "RFC 2544: benchmarking"},
    SpecialNetwork{"198.51.100.0/24", AddressClass::not_public, "RFC 5737: documentation"},
    SpecialNetwork{"203.0.113.0/24", AddressClass::not_public, "RFC 5737: documentation"},
    SpecialNetwork{"224.0.0.0/4", AddressClass::never, "RFC 5771: multicast"},
    SpecialNetwork{"240.0.0.0/4", AddressClass::not_public, "RFC 1112: reserved"},
    SpecialNetwork{"255.255.255.255/32", AddressClass::never, "RFC 919: limited broadcast"},

    // IANA IPv6 Special-Purpose Address Registry. Its IPv4-mapped, IPv4-IPv6 translation and 6to4 blocks are
    // not listed: the embedded address decides.
    SpecialNetwork{"::/128", AddressClass::never, "RFC 4291: unspecified"},
    SpecialNetwork{"::1/128", AddressClass::loopback, "RFC 4291: loopback"},
    SpecialNetwork{"64:ff9b:1::/48", AddressClass::not_public, "RFC 8215: local-use translation"},
    SpecialNetwork{"100::/64", AddressClass::not_public, "RFC 6666: discard only"},
    SpecialNetwork{"100:0:0:1::/64", AddressClass::not_public, "RFC 9780: dummy prefix"},
    SpecialNetwork{"2001::/23", AddressClass::not_public, "RFC 2928: IETF protocol assignments, Teredo"},
    SpecialNetwork{"2001:1::1/128", AddressClass::ordinary, "RFC 7723: PCP anycast"},
    SpecialNetwork{"2001:1::2/128", AddressClass::ordinary, "RFC 8155: TURN anycast"},
    SpecialNetwork{"2001:1::3/128", AddressClass::ordinary, "RFC 9665: DNS-SD SRP anycast"},
    SpecialNetwork{"2001:2::/48", AddressClass::not_public, "RFC 5180: benchmarking"},
    SpecialNetwork{"2001:3::/32", AddressClass::ordinary, "RFC 7450: AMT"},
    SpecialNetwork{"2001:4:112::/48", AddressClass::ordinary, "RFC 7535: AS112"},
    SpecialNetwork{"2001:10::/28", AddressClass::not_public, "RFC 4843: ORCHID, deprecated"},
    SpecialNetwork{"2001:20::/28", AddressClass::ordinary, "RFC 7343: ORCHIDv2"},
    SpecialNetwork{"2001:30::/28", AddressClass::ordinary, "RFC 9374: drone remote identification"},
    SpecialNetwork{"2001:db8::/32", AddressClass::not_public, "RFC 3849: documentation"},
    SpecialNetwork{"2620:4f:8000::/48", AddressClass::ordinary, "RFC 7534: AS112"},
    SpecialNetwork{"3fff::/20", AddressClass::not_public, "RFC 9637: documentation"},
    SpecialNetwork{"5f00::/16", AddressClass::not_public, "RFC 9602: SRv6 segment identifiers"},
    SpecialNetwork{"fc00::/7", AddressClass::not_public, "RFC 4193: unique local"},
    SpecialNetwork{"fe80::/10", AddressClass::never, "RFC 4291: link-local"},
    SpecialNetwork{"fec0::/10", AddressClass::not_public, "RFC 3879: site-local, deprecated"},
    SpecialNetwork{"ff00::/8", AddressClass::never, "RFC 4291: multicast"},

    // Cloud metadata services outside link-local networks
    SpecialNetwork{"100.100.100.200/32", AddressClass::never, "Alibaba Cloud: instance metadata"},
    SpecialNetwork{"168.63.129.16/32", AddressClass::never, "Azure: wire server"},
    SpecialNetwork{"192.0.0.192/32", AddressClass::never, "Oracle Cloud Classic: instance metadata"},
    SpecialNetwork{"fd00:42::42/128", AddressClass::never, "Scaleway: instance metadata"},
    SpecialNetwork{"fd00:100::100:200/128", AddressClass::never, "Alibaba Cloud: instance metadata"},
    SpecialNetwork{"fd00:a9fe:a9fe::1/128", AddressClass::never, "Akamai: instance metadata"},
    SpecialNetwork{"fd00:c1::a9fe:a9fe/128", AddressClass::never, "Oracle Cloud: instance metadata"},
    SpecialNetwork{"fd00:ec2::/32", AddressClass::never, "AWS: instance metadata, pod identity, DNS, time"},
    SpecialNetwork{"fd20:ce::254/128", AddressClass::never, "Google Cloud: instance metadata"},
};

}  // namespace ecron::execution
