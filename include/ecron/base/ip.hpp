#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ecron/base/error.hpp"

struct sockaddr;

/// IP addresses and networks. Pure. Threads: any.
namespace ecron {

/// An address; IPv4 as IPv4-mapped IPv6 (RFC 4291 §2.5.5.2), so that both kinds compare byte by byte.
struct IpAddress {
    std::array<std::uint8_t, 16> bytes{};

    /// The address of an IPv4 or IPv6 literal, without brackets and zone.
    [[nodiscard]] static std::optional<IpAddress> parse(const std::string& literal);
    [[nodiscard]] static std::optional<IpAddress> of(const sockaddr& address);
    /// The IPv4 address in four bytes.
    [[nodiscard]] static IpAddress of_ipv4(const void* four_bytes);

    [[nodiscard]] bool is_ipv4() const;
    [[nodiscard]] bool is_loopback() const;
    /// 0.0.0.0 or ::, which as a listen address means all addresses.
    [[nodiscard]] bool is_any() const;
    bool operator==(const IpAddress&) const = default;
};

/// A block of addresses.
struct Network {
    IpAddress address{};
    unsigned prefix{};

    [[nodiscard]] bool contains(const IpAddress& other) const;
};
/// "10.0.0.0/8", "fd00::/8", or a single address.
Result<Network> parse_network(std::string_view text);

}  // namespace ecron
