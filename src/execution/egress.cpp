#include "ecron/execution/egress.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <optional>

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

std::vector<Network> networks(std::initializer_list<std::string_view> texts) {
    std::vector<Network> parsed;
    for (const std::string_view text : texts) parsed.push_back(parse_network(text).value());
    return parsed;
}

const std::vector<Network>& link_local() {
    static const auto known =
        networks({"169.254.0.0/16", "fe80::/10", "fd00:ec2::254/128", "100.100.100.200/32", "0.0.0.0/8",
                  "::/128", "224.0.0.0/4", "255.255.255.255/32", "ff00::/8"});
    return known;
}
const std::vector<Network>& loopback_networks() {
    static const auto known = networks({"127.0.0.0/8", "::1/128"});
    return known;
}
const std::vector<Network>& private_networks() {
    static const auto known = networks({"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10",
                                        "198.18.0.0/15", "192.0.0.0/24", "fc00::/7"});
    return known;
}

/// The IPv4 address inside an IPv6 one: NAT64 (RFC 6052), 6to4 (RFC 3056), IPv4-compatible.
Bytes unwrapped(const Bytes& address) {
    static const Network nat64 = parse_network("64:ff9b::/96").value();
    static const Network six_to_four = parse_network("2002::/16").value();
    static const Network compatible = parse_network("::/96").value();
    const bool is_one_or_none =
        std::all_of(address.begin(), address.begin() + 15, [](auto byte) { return byte == 0; });
    if (contains(nat64, address)) return mapped(address.data() + 12);
    if (contains(six_to_four, address)) return mapped(address.data() + 2);
    if (contains(compatible, address) && !is_one_or_none) return mapped(address.data() + 12);
    return address;
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

Egress::Egress(Reach reach, Loopback loopback, std::vector<Network> allow, std::vector<Network> deny)
    : reach_(reach),
      loopback_(loopback),
      allow_(std::move(allow)),
      deny_(std::move(deny)) {}

bool Egress::allows(const sockaddr& address) const {
    const std::optional<Bytes> raw = bytes_of(address);
    if (!raw) return false;
    const Bytes bytes = unwrapped(*raw);
    if (any_contains(deny_, bytes) || any_contains(link_local(), bytes)) return false;
    if (any_contains(allow_, bytes)) return true;
    if (any_contains(loopback_networks(), bytes)) return loopback_ == Loopback::allowed;
    return reach_ == Reach::private_too || !any_contains(private_networks(), bytes);
}

}  // namespace ecron::execution
