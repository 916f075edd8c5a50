#include "ecron_bench/strangers.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>

#include "ecron_bench/ecron_process.hpp"

namespace ecron::bench {
namespace {

constexpr std::chrono::milliseconds kRound{250};  // each connection sends one piece per round
constexpr std::size_t kPiece = 8'000;
constexpr std::size_t kAnswers = 65'536;

std::string head(std::string_view request, std::string_view more) {
    return fmt::format("{} HTTP/1.1\r\nHost: 127.0.0.1\r\n{}\r\n", request, more);
}

std::string post(std::string_view more) {
    return head(fmt::format("POST {}/job", kApi), fmt::format("Content-Length: 1000000\r\n{}", more));
}

}  // namespace

Strangers::Strangers(std::uint16_t port, std::size_t connections)
    : port_(port),
      connections_(connections),
      thread_([this] { run(); }) {}

Strangers::~Strangers() {
    ended_ = true;
    thread_.join();
    for (const Connection& connection : connections_)
        if (connection.fd >= 0) ::close(connection.fd);
}

void Strangers::run() {
    ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), 19);
    while (!ended_) {
        const auto next = std::chrono::steady_clock::now() + kRound;
        for (std::size_t number = 0; number < connections_.size() && !ended_; ++number) step(number);
        std::this_thread::sleep_until(next);
    }
}

void Strangers::open(Connection& connection) {
    connection = {.fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    if (connection.fd < 0) return;
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port_);
    if (::connect(connection.fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0)
        opened_.fetch_add(1);
}

/// Discards what the server sends, and closes the connection if the server has closed it.
void Strangers::step(std::size_t number) {
    Connection& connection = connections_[number];
    if (connection.fd < 0) open(connection);
    if (connection.fd < 0) return;
    std::array<char, kAnswers> answer;
    const ssize_t got = ::recv(connection.fd, answer.data(), answer.size(), MSG_DONTWAIT);
    const std::string text = piece(number, connection.sent);
    const ssize_t sent =
        text.empty() ? 0 : ::send(connection.fd, text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (got != 0 && (sent >= 0 || errno == EAGAIN)) {
        ++connection.sent;
        pieces_.fetch_add(1, std::memory_order_relaxed);
        return;
    }
    ::close(connection.fd);
    connection.fd = -1;
}

/// Returns the next piece of one of six kinds of request, selected by the number of the connection.
std::string Strangers::piece(std::size_t number, std::size_t sent) const {
    switch (number % 6) {
        case 0:
            return "";  // silent
        case 1:
            return sent == 0 ? head("GET /", "").substr(0, 20) : "x";  // a slow header
        case 2:
            return sent == 0 ? post("") : std::string(kPiece, ' ');  // a body, no token
        case 3:
            return sent == 0 ? post("Authorization: Bearer made-up\r\n") : std::string(kPiece, ' ');
        case 4:
            return head(fmt::format("GET {}/job", kApi),
                        fmt::format("Authorization: Bearer made-up-{}-{}\r\n", number, sent));
        default:
            return head("GET /health/alive", fmt::format("X-Long: {}\r\n", std::string(kPiece, 'x')));
    }
}

}  // namespace ecron::bench
