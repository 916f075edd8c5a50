#include "ecron/base/ip.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace ecron {

std::optional<IpAddress> IpAddress::parse(const std::string& literal) {
    std::array<std::uint8_t, 4> ipv4{};
    if (::inet_pton(AF_INET, literal.c_str(), ipv4.data()) == 1) return of_ipv4(ipv4.data());
    IpAddress address;
    if (::inet_pton(AF_INET6, literal.c_str(), address.bytes.data()) == 1) return address;
    return std::nullopt;
}

std::optional<IpAddress> IpAddress::of(const sockaddr& address) {
    if (address.sa_family == AF_INET) return of_ipv4(&reinterpret_cast<const sockaddr_in&>(address).sin_addr);
    if (address.sa_family != AF_INET6) return std::nullopt;
    IpAddress result;
    std::memcpy(result.bytes.data(), &reinterpret_cast<const sockaddr_in6&>(address).sin6_addr,
                result.bytes.size());
    return result;
}

IpAddress IpAddress::of_ipv4(const void* four_bytes) {
    IpAddress address;
    address.bytes[10] = address.bytes[11] = 0xFF;
    std::memcpy(address.bytes.data() + 12, four_bytes, 4);
    return address;
}

bool IpAddress::is_ipv4() const {
    static const Network mapped = parse_network("::ffff:0:0/96").value();
    return mapped.contains(*this);
}

bool IpAddress::is_loopback() const {
    static const IpAddress v6 = *parse("::1");
    return *this == v6 || (is_ipv4() && bytes[12] == 127);
}

bool IpAddress::is_any() const {
    static const IpAddress v4 = *parse("0.0.0.0");
    return *this == v4 || *this == IpAddress{};
}

bool Network::contains(const IpAddress& other) const {
    const std::size_t whole = prefix / 8;
    if (!std::equal(other.bytes.begin(), other.bytes.begin() + static_cast<std::ptrdiff_t>(whole),
                    address.bytes.begin()))
        return false;
    const unsigned rest = prefix % 8;
    if (rest == 0) return true;
    const auto mask = static_cast<std::uint8_t>(0xFFU << (8 - rest));
    return (other.bytes[whole] & mask) == (address.bytes[whole] & mask);
}

Result<Network> parse_network(std::string_view text) {
    const std::size_t slash = text.find('/');
    const std::string literal{text.substr(0, slash)};
    const std::optional<IpAddress> address = IpAddress::parse(literal);
    if (!address)
        return fail(Errc::invalid, fmt::format("\"{}\" is not a network such as \"10.0.0.0/8\"", text));
    const unsigned most = literal.contains(':') ? 128 : 32;
    unsigned prefix = most;
    if (slash != std::string_view::npos) {
        const char* const end = text.data() + text.size();
        const auto [stop, error] = std::from_chars(text.data() + slash + 1, end, prefix);
        if (error != std::errc{} || stop != end || prefix > most)
            return fail(Errc::invalid,
                        fmt::format("\"{}\" has a prefix that is not between 0 and {}", text, most));
    }
    return Network{*address, prefix + (128 - most)};
}

}  // namespace ecron
