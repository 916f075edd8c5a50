#include "e2e/service_manager.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>

#include "e2e/wait.hpp"

namespace ecron::e2e {

ServiceManager::ServiceManager(std::string name)
    : name_(std::move(name)),
      socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    REQUIRE(name_.size() < sizeof address.sun_path);
    std::ranges::copy(name_, std::begin(address.sun_path));
    if (name_.front() == '@') address.sun_path[0] = '\0';
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name_.size());
    REQUIRE(::bind(socket_, reinterpret_cast<const sockaddr*>(&address), size) == 0);
}

ServiceManager::~ServiceManager() { ::close(socket_); }

std::string ServiceManager::next() const {
    pollfd waiting{.fd = socket_, .events = POLLIN, .revents = 0};
    constexpr int kMillis = 1'000 * static_cast<int>(kPatience.count());
    if (::poll(&waiting, 1, kMillis) != 1) FAIL("no message for the service manager");
    std::array<char, 256> text{};
    const auto size = ::recv(socket_, text.data(), text.size(), 0);
    REQUIRE(size > 0);
    return {text.data(), static_cast<std::size_t>(size)};
}

}  // namespace ecron::e2e
