#pragma once
#include <cstdint>
#include <utility>
#include <vector>

#include "ecron/base/ip.hpp"

struct sockaddr;

/// Restricts the addresses that jobs may connect to. Tenants choose URLs, so the address of each actual
/// connection is checked, including redirects. The table in src/execution/special_addresses.hpp classifies
/// addresses: link-local and metadata addresses are always refused; loopback addresses are refused unless the
/// API itself listens on loopback only; addresses that are not globally reachable are refused with
/// `public_only`. An allowed network overrides the last two rules; a denied network overrides everything. An
/// IPv6 address that embeds an IPv4 address (mapped, NAT64, 6to4, Teredo, …) is allowed only if both are.
namespace ecron::execution {

enum class Reach : std::uint8_t { private_too, public_only };
enum class Loopback : std::uint8_t { refused, allowed };

enum class AddressClass : std::uint8_t;

struct EgressRules {
    Reach reach{Reach::private_too};
    Loopback loopback{Loopback::refused};
    std::vector<Network> allow{}, deny{};
};

class Egress {
public:
    explicit Egress(EgressRules rules) : rules_(std::move(rules)) {}
    [[nodiscard]] bool allows(const sockaddr& address) const;
    [[nodiscard]] bool allows(const IpAddress& address) const;

private:
    [[nodiscard]] bool allows(const IpAddress& address, AddressClass is) const;

    EgressRules rules_;
};

}  // namespace ecron::execution
