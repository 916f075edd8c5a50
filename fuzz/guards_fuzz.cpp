/// What a browser says of itself, and the networks of egress rules: a page of another origin is refused
/// whatever else its request says, and a network that reads holds its own address.
#include <arpa/inet.h>
#include <netinet/in.h>

#include <cassert>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "ecron/execution/egress.hpp"
#include "management/authorization/host_check.hpp"

using namespace ecron;

namespace {

constexpr std::string_view kStranger = "attacker.example";

void check_host(const std::string& host, const std::string& origin) {
    static const management::HostCheck check{{.listens_on = "127.0.0.1", .allowed = {"jobs.internal:8443"}},
                                             management::HostCheck::Callers::anonymous};
    http::Request request;
    request.headers = {{"Host", host}, {"Origin", origin}};
    (void)check.is_foreign(request);
    (void)check.names_other_host(request);
    request.headers = {{"Host", host}, {"Origin", "https://" + std::string{kStranger}}};
    const bool names_stranger = host.find(kStranger) != std::string::npos;
    assert(names_stranger || check.is_foreign(request) || check.names_other_host(request));
}

void check_network(std::string_view text) {
    const auto network = parse_network(text);
    if (!network) return;
    assert(network->prefix <= 128);
    const execution::Egress denies{{.loopback = execution::Loopback::allowed, .deny = {*network}}};
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    std::memcpy(&address.sin6_addr, network->address.bytes.data(), network->address.bytes.size());
    assert(!denies.allows(reinterpret_cast<const sockaddr&>(address)));
}

}  // namespace

/// Two lines: a Host and an Origin. The first is a network, too.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    const std::size_t line = text.find('\n');
    const std::string_view first = text.substr(0, line);
    check_host(std::string{first}, line == text.npos ? "" : std::string{text.substr(line + 1)});
    check_network(first);
    return 0;
}
