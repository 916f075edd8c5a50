#include "ecron/execution/egress.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <optional>

#include "execution/special_addresses.hpp"

namespace ecron::execution {
namespace {

using Bytes = std::array<std::uint8_t, 16>;

Bytes mapped(const void* ipv4) {
    Bytes bytes{};
    bytes[10] = bytes[11] = 0xFF;
    std::memcpy(bytes.data() + 12, ipv4, 4);
    return bytes;
}

bool contains(const Network& network, const Bytes& address) {
    const std::size_t whole = network.prefix / 8;
    if (!std::equal(address.begin(), address.begin() + static_cast<std::ptrdiff_t>(whole),
                    network.address.begin()))
        return false;
    const unsigned rest = network.prefix % 8;
    if (rest == 0) return true;
    const auto mask = static_cast<std::uint8_t>(0xFFU << (8 - rest));
    return (address[whole] & mask) == (network.address[whole] & mask);
}

bool any_contains(const std::vector<Network>& networks, const Bytes& address) {
    return std::ranges::any_of(networks, [&](const Network& network) { return contains(network, address); });
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

Bytes picked(const Bytes& from, std::array<std::size_t, 4> at) {
    const std::array<std::uint8_t, 4> ipv4{from[at[0]], from[at[1]], from[at[2]], from[at[3]]};
    return mapped(ipv4.data());
}

/// Addresses in 0.0.0.0/8 are never reachable through a translator, so a position that holds one is not the
/// position that the translator uses.
bool is_nowhere(const Bytes& ipv4) { return ipv4[12] == 0; }

/// A translator with a local-use prefix may embed the address at any position of RFC 6052 §2.2 (/48, /56,
/// /64, /96); its configuration is not visible here, so all are considered.
std::vector<Bytes> in_local_translation(const Bytes& address) {
    constexpr std::array<std::array<std::size_t, 4>, 4> kPlaces{
        {{6, 7, 9, 10}, {7, 9, 10, 11}, {9, 10, 11, 12}, {12, 13, 14, 15}}};
    std::vector<Bytes> carried;
    for (const auto& place : kPlaces)
        if (const Bytes ipv4 = picked(address, place); !is_nowhere(ipv4)) carried.push_back(ipv4);
    return carried;
}

/// The client behind a Teredo relay: its address with all bits inverted (RFC 4380 §4).
Bytes teredo_client(const Bytes& address) {
    Bytes inverted = address;
    for (std::uint8_t& byte : inverted) byte = static_cast<std::uint8_t>(~byte);
    return mapped(inverted.data() + 12);
}

/// The IPv4 addresses embedded in an IPv6 address: NAT64 (RFC 6052, RFC 8215), 6to4 (RFC 3056), Teredo (RFC
/// 4380), IPv4-compatible (RFC 4291), IPv4-translated (RFC 2765).
std::vector<Bytes> carried_by(const Bytes& address) {
    static const Network nat64 = well_known("64:ff9b::/96");
    static const Network local_nat64 = well_known("64:ff9b:1::/48");
    static const Network six_to_four = well_known("2002::/16");
    static const Network teredo = well_known("2001::/32");
    static const Network compatible = well_known("::/96");
    static const Network translated = well_known("::ffff:0:0:0/96");
    const bool is_one_or_none =
        std::all_of(address.begin(), address.begin() + 15, [](auto byte) { return byte == 0; });
    if (contains(nat64, address) || contains(translated, address)) return {mapped(address.data() + 12)};
    if (contains(local_nat64, address)) return in_local_translation(address);
    if (contains(six_to_four, address)) return {mapped(address.data() + 2)};
    if (contains(teredo, address)) return {teredo_client(address)};
    if (contains(compatible, address) && !is_one_or_none) return {mapped(address.data() + 12)};
    return {};
}

/// IPv6 outside 2000::/3 is not assigned as global unicast (RFC 4291 §2.4), whether in the table or not. An
/// address that embeds another one is classified by the embedded one.
AddressClass outside_table(const Bytes& address, const std::vector<Bytes>& carried) {
    static const Network ipv4 = well_known("::ffff:0:0/96");
    static const Network global_unicast = well_known("2000::/3");
    const bool is_known = contains(ipv4, address) || contains(global_unicast, address) || !carried.empty();
    return is_known ? AddressClass::ordinary : AddressClass::not_public;
}

AddressClass class_of(const Bytes& address, const std::vector<Bytes>& carried) {
    for (const Known& known : special_networks())
        if (contains(known.network, address)) return known.is;
    return outside_table(address, carried);
}

std::optional<Bytes> bytes_of(const sockaddr& address) {
    if (address.sa_family == AF_INET) return mapped(&reinterpret_cast<const sockaddr_in&>(address).sin_addr);
    if (address.sa_family != AF_INET6) return std::nullopt;
    Bytes bytes{};
    std::memcpy(bytes.data(), &reinterpret_cast<const sockaddr_in6&>(address).sin6_addr, bytes.size());
    return bytes;
}

}  // namespace

Result<Network> parse_network(std::string_view text) {
    const std::size_t slash = text.find('/');
    const std::string address{text.substr(0, slash)};
    Network network;
    std::array<std::uint8_t, 4> ipv4{};
    unsigned most = 128;
    if (inet_pton(AF_INET, address.c_str(), ipv4.data()) == 1) {
        network.address = mapped(ipv4.data());
        most = 32;
    } else if (inet_pton(AF_INET6, address.c_str(), network.address.data()) != 1) {
        return fail(Errc::invalid, fmt::format("\"{}\" is not a network such as \"10.0.0.0/8\"", text));
    }
    unsigned prefix = most;
    if (slash != std::string_view::npos) {
        const char* const end = text.data() + text.size();
        const auto [stop, error] = std::from_chars(text.data() + slash + 1, end, prefix);
        if (error != std::errc{} || stop != end || prefix > most)
            return fail(Errc::invalid,
                        fmt::format("\"{}\" has a prefix that is not between 0 and {}", text, most));
    }
    network.prefix = prefix + (128 - most);
    return network;
}

bool Egress::allows(const sockaddr& address) const {
    const std::optional<Bytes> bytes = bytes_of(address);
    if (!bytes) return false;
    const std::vector<Bytes> carried = carried_by(*bytes);
    return allows(*bytes, class_of(*bytes, carried)) &&
           std::ranges::all_of(carried, [&](const Bytes& ipv4) { return allows(ipv4, class_of(ipv4, {})); });
}

bool Egress::allows(const Bytes& address, AddressClass is) const {
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
