#include "e2e/ports.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <fstream>
#include <random>
#include <string>

namespace ecron::e2e {
namespace {

bool is_free(std::uint16_t port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in address{
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
    const bool bound = ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    ::close(fd);
    return bound;
}

/// Returns true if no other test on this machine uses it: reserves it by an abstract socket of that name,
/// which stays open while this process lives.
bool is_reserved_now(std::uint16_t port) {
    const std::string name = "ecron-test-port-" + std::to_string(port);
    sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
    std::ranges::copy(name, address.sun_path + 1);  // after a zero byte: an abstract name
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (::bind(fd, reinterpret_cast<const sockaddr*>(&address), size) == 0) return true;
    ::close(fd);
    return false;
}

/// Below the range of ephemeral ports, which the system could assign to other sockets.
std::uniform_int_distribution<std::uint16_t> ports_of_nobody() {
    constexpr std::uint16_t kFirst{10'000};
    std::uint16_t systems{32'768};
    std::ifstream{"/proc/sys/net/ipv4/ip_local_port_range"} >> systems;
    const auto last = static_cast<std::uint16_t>(std::max<int>(systems, kFirst + 2'000) - 1);
    return std::uniform_int_distribution<std::uint16_t>{kFirst, last};
}

}  // namespace

std::uint16_t free_port() {
    static std::mt19937 random{std::random_device{}()};
    static std::uniform_int_distribution<std::uint16_t> among = ports_of_nobody();
    for (;;)
        if (const std::uint16_t port = among(random); is_free(port) && is_reserved_now(port)) return port;
}

bool answers(std::uint16_t port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in address{
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
    const bool connected = ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    ::close(fd);
    return connected;
}

}  // namespace ecron::e2e
