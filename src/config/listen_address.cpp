#include "config/listen_address.hpp"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netinet/in.h>

#include <array>
#include <cstring>
#include <memory>
#include <optional>

namespace ecron::config {
namespace {

/// Any IP address as IPv6 (RFC 4291: IPv4 is mapped to ::ffff:0:0/96), so that addresses compare bytewise.
std::optional<in6_addr> parse(const std::string& text) {
    const std::string literal =
        text.substr(0, text.find('%'));  // a zone id names an interface, not an address
    in6_addr address{};
    if (inet_pton(AF_INET6, literal.c_str(), &address) == 1) return address;
    if (inet_pton(AF_INET6, ("::ffff:" + literal).c_str(), &address) == 1) return address;
    return std::nullopt;
}

bool same(const in6_addr& one, const in6_addr& other) { return std::memcmp(&one, &other, sizeof one) == 0; }

bool is_loopback(const in6_addr& address) {
    if (IN6_IS_ADDR_V4MAPPED(&address)) return address.s6_addr[12] == 127;
    return IN6_IS_ADDR_LOOPBACK(&address);
}

bool is_any(const in6_addr& address) {
    return IN6_IS_ADDR_UNSPECIFIED(&address) || same(address, *parse("0.0.0.0"));
}

std::optional<in6_addr> address_of(const sockaddr* address) {
    if (address == nullptr) return std::nullopt;
    std::array<char, INET6_ADDRSTRLEN> text{};
    const void* bytes = nullptr;
    if (address->sa_family == AF_INET) bytes = &reinterpret_cast<const sockaddr_in*>(address)->sin_addr;
    if (address->sa_family == AF_INET6) bytes = &reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr;
    if (bytes == nullptr) return std::nullopt;
    inet_ntop(address->sa_family, bytes, text.data(), text.size());
    return parse(text.data());
}

/// Addresses reported by getifaddrs; empty on failure.
struct Interfaces {
    bool has_the_address{}, has_ipv6{};
};
Interfaces look_for(const std::optional<in6_addr>& wanted) {
    Interfaces found;
    ifaddrs* first = nullptr;
    if (getifaddrs(&first) != 0) return found;
    const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> owner{first, freeifaddrs};
    for (const ifaddrs* entry = first; entry != nullptr; entry = entry->ifa_next) {
        const std::optional<in6_addr> address = address_of(entry->ifa_addr);
        if (!address) continue;
        if (wanted && same(*address, *wanted)) found.has_the_address = true;
        if (!IN6_IS_ADDR_V4MAPPED(&*address)) found.has_ipv6 = true;
    }
    return found;
}

}  // namespace

bool is_ip_literal(const std::string& text) { return parse(text).has_value(); }

std::string listen_address(const std::string& text) {
    if (text == "localhost") return "127.0.0.1";
    const std::optional<in6_addr> literal = parse(text);
    if (literal && (is_any(*literal) || is_loopback(*literal))) return text;
    const Interfaces interfaces = look_for(literal);
    if (interfaces.has_the_address) return text;
    return interfaces.has_ipv6 ? "::" : "0.0.0.0";
}

bool is_loopback(const std::string& ip_literal) {
    const std::optional<in6_addr> address = parse(ip_literal);
    return address && is_loopback(*address);
}

}  // namespace ecron::config
