#include "ecron/execution/egress.hpp"

#include <algorithm>
#include <optional>

#include "execution/special_addresses.hpp"

namespace ecron::execution {
namespace {

bool any_contains(const std::vector<Network>& networks, const IpAddress& address) {
    return std::ranges::any_of(networks, [&](const Network& network) { return network.contains(address); });
}

struct Known {
    Network network;
    AddressClass is;
};

/// The table, longest prefix first.
const std::vector<Known>& special_networks() {
    static const std::vector<Known> known = [] {
        std::vector<Known> parsed;
        for (const SpecialNetwork& row : kSpecialNetworks)
            parsed.push_back({parse_network(row.network).value(), row.is});
        std::ranges::sort(parsed,
                          [](const Known& a, const Known& b) { return a.network.prefix > b.network.prefix; });
        return parsed;
    }();
    return known;
}

Network well_known(std::string_view text) { return parse_network(text).value(); }

IpAddress picked(const IpAddress& from, std::array<std::size_t, 4> at) {
    const std::array<std::uint8_t, 4> ipv4{from.bytes[at[0]], from.bytes[at[1]], from.bytes[at[2]],
                                           from.bytes[at[3]]};
    return IpAddress::of_ipv4(ipv4.data());
}

/// Addresses in 0.0.0.0/8 are never reachable through a translator, so a position that holds one is not the
/// position that the translator uses.
bool is_nowhere(const IpAddress& ipv4) { return ipv4.bytes[12] == 0; }

/// A translator with a local-use prefix may embed the address at any position of RFC 6052 §2.2 (/48, /56,
/// /64, /96); its configuration is not visible here, so all are considered.
std::vector<IpAddress> in_local_translation(const IpAddress& address) {
    constexpr std::array<std::array<std::size_t, 4>, 4> kPlaces{
        {{6, 7, 9, 10}, {7, 9, 10, 11}, {9, 10, 11, 12}, {12, 13, 14, 15}}};
    std::vector<IpAddress> carried;
    for (const auto& place : kPlaces)
        if (const IpAddress ipv4 = picked(address, place); !is_nowhere(ipv4)) carried.push_back(ipv4);
    return carried;
}

/// The client behind a Teredo relay: its address with all bits inverted (RFC 4380 §4).
IpAddress teredo_client(const IpAddress& address) {
    IpAddress inverted = address;
    for (std::uint8_t& byte : inverted.bytes) byte = static_cast<std::uint8_t>(~byte);
    return IpAddress::of_ipv4(inverted.bytes.data() + 12);
}

/// The IPv4 addresses embedded in an IPv6 address: NAT64 (RFC 6052, RFC 8215), 6to4 (RFC 3056), Teredo (RFC
/// 4380), IPv4-compatible (RFC 4291), IPv4-translated (RFC 2765).
std::vector<IpAddress> carried_by(const IpAddress& address) {
    static const Network nat64 = well_known("64:ff9b::/96");
    static const Network local_nat64 = well_known("64:ff9b:1::/48");
    static const Network six_to_four = well_known("2002::/16");
    static const Network teredo = well_known("2001::/32");
    static const Network compatible = well_known("::/96");
    static const Network translated = well_known("::ffff:0:0:0/96");
    const bool is_one_or_none =
        std::all_of(address.bytes.begin(), address.bytes.begin() + 15, [](auto byte) { return byte == 0; });
    if (nat64.contains(address) || translated.contains(address))
        return {IpAddress::of_ipv4(address.bytes.data() + 12)};
    if (local_nat64.contains(address)) return in_local_translation(address);
    if (six_to_four.contains(address)) return {IpAddress::of_ipv4(address.bytes.data() + 2)};
    if (teredo.contains(address)) return {teredo_client(address)};
    if (compatible.contains(address) && !is_one_or_none)
        return {IpAddress::of_ipv4(address.bytes.data() + 12)};
    return {};
}

/// IPv6 outside 2000::/3 is not assigned as global unicast (RFC 4291 §2.4), whether in the table or not. An
/// address that embeds another one is classified by the embedded one.
AddressClass outside_table(const IpAddress& address, const std::vector<IpAddress>& carried) {
    static const Network global_unicast = well_known("2000::/3");
    const bool is_known = address.is_ipv4() || global_unicast.contains(address) || !carried.empty();
    return is_known ? AddressClass::ordinary : AddressClass::not_public;
}

AddressClass class_of(const IpAddress& address, const std::vector<IpAddress>& carried) {
    for (const Known& known : special_networks())
        if (known.network.contains(address)) return known.is;
    return outside_table(address, carried);
}

}  // namespace

bool Egress::allows(const sockaddr& address) const {
    const std::optional<IpAddress> ip = IpAddress::of(address);
    return ip && allows(*ip);
}

bool Egress::allows(const IpAddress& address) const {
    const std::vector<IpAddress> carried = carried_by(address);
    return allows(address, class_of(address, carried)) &&
           std::ranges::all_of(carried,
                               [&](const IpAddress& ipv4) { return allows(ipv4, class_of(ipv4, {})); });
}

bool Egress::allows(const IpAddress& address, AddressClass is) const {
    if (is == AddressClass::never || any_contains(rules_.deny, address)) return false;
    if (any_contains(rules_.allow, address)) return true;
    switch (is) {
        case AddressClass::loopback:
            return rules_.loopback == Loopback::allowed;
        case AddressClass::not_public:
            return rules_.reach == Reach::private_too;
        case AddressClass::never:
        case AddressClass::ordinary:
            break;
    }
    return true;
}

}  // namespace ecron::execution
