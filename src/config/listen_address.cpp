#include "config/listen_address.hpp"

#include <ifaddrs.h>

#include <memory>
#include <optional>

#include "ecron/base/ip.hpp"
#include "ecron/base/text.hpp"

namespace ecron::config {
namespace {

/// A zone ("%eth0") names an interface, not an address.
std::optional<IpAddress> parse(const std::string& text) {
    return IpAddress::parse(text.substr(0, text.find('%')));
}

/// Addresses reported by getifaddrs; empty on failure.
struct Interfaces {
    bool has_the_address{}, has_ipv6{};
};
Interfaces look_for(const std::optional<IpAddress>& wanted) {
    Interfaces found;
    ifaddrs* first = nullptr;
    if (getifaddrs(&first) != 0) return found;
    const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> owner{first, freeifaddrs};
    for (const ifaddrs* entry = first; entry != nullptr; entry = entry->ifa_next) {
        const auto address = entry->ifa_addr == nullptr ? std::nullopt : IpAddress::of(*entry->ifa_addr);
        if (!address) continue;
        if (address == wanted) found.has_the_address = true;
        if (!address->is_ipv4()) found.has_ipv6 = true;
    }
    return found;
}

}  // namespace

bool is_ip_literal(const std::string& text) { return parse(text).has_value(); }

std::string listen_address(const std::string& text) {
    if (lower_case(text) == "localhost") return "127.0.0.1";
    const std::optional<IpAddress> literal = parse(text);
    if (literal && (literal->is_any() || literal->is_loopback())) return text;
    const Interfaces interfaces = look_for(literal);
    if (interfaces.has_the_address) return text;
    return interfaces.has_ipv6 ? "::" : "0.0.0.0";
}

bool is_loopback(const std::string& ip_literal) {
    const std::optional<IpAddress> address = parse(ip_literal);
    return address && address->is_loopback();
}

bool is_any(const std::string& text) {
    const std::optional<IpAddress> address = parse(text);
    return address && address->is_any();
}

}  // namespace ecron::config
