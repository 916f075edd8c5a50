#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ecron/base/error.hpp"

struct sockaddr;

/// Which addresses jobs may reach. Tenants choose URLs, so the check is on the address really connected to,
/// redirects included. What an address is follows from one table, src/execution/special_addresses.hpp:
/// link-local and metadata addresses are always refused, loopback unless the API itself listens on loopback
/// only, what is not globally reachable with `public_only`. An allowed network wins over the last two, a
/// denied one over everything. An IPv6 address that carries an IPv4 one (mapped, NAT64, 6to4, Teredo, …) is
/// allowed where both are.
namespace ecron::execution {

/// A block of addresses; IPv4 blocks are kept as the IPv6 addresses that they map to.
struct Network {
    std::array<std::uint8_t, 16> address{};
    unsigned prefix{};
};
/// "10.0.0.0/8", "fd00::/8", or a single address.
Result<Network> parse_network(std::string_view text);

enum class Reach : std::uint8_t { private_too, public_only };
enum class Loopback : std::uint8_t { refused, allowed };

enum class AddressClass : std::uint8_t;

class Egress {
public:
    Egress(Reach reach, Loopback loopback, std::vector<Network> allow, std::vector<Network> deny);
    [[nodiscard]] bool allows(const sockaddr& address) const;

private:
    [[nodiscard]] bool allows(const std::array<std::uint8_t, 16>& address, AddressClass is) const;

    Reach reach_;
    Loopback loopback_;
    std::vector<Network> allow_;
    std::vector<Network> deny_;
};

}  // namespace ecron::execution
