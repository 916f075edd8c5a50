#include "bare/target_server.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <system_error>

namespace ecron::bench {
namespace {

constexpr std::string_view kAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

[[noreturn]] void give_up(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

std::size_t body_size(const Arrival& arrival) {
    const std::string_view length = arrival.field("Content-Length");
    std::size_t size = 0;
    std::from_chars(length.data(), length.data() + length.size(), size);
    return size;
}

}  // namespace

std::string_view Arrival::path() const {
    const std::size_t begin = header.find(' ') + 1;
    return header.substr(begin, header.find(' ', begin) - begin);
}

std::string_view Arrival::field(std::string_view name) const {
    for (std::size_t eol = header.find("\r\n"); eol + 2 < header.size(); eol = header.find("\r\n", eol + 2)) {
        const std::string_view line = header.substr(eol + 2);
        if (line.size() <= name.size() || line[name.size()] != ':' ||
            ::strncasecmp(line.data(), name.data(), name.size()) != 0)
            continue;
        const std::size_t begin = line.find_first_not_of(' ', name.size() + 1);
        return line.substr(begin, line.find("\r\n") - begin);
    }
    return {};
}

TargetServer::TargetServer(Arrived arrived)
    : arrived_(std::move(arrived)),
      listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      wake_(::eventfd(0, EFD_CLOEXEC)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const raw = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener_, raw, size) != 0 || ::listen(listener_, SOMAXCONN) != 0 ||
        ::getsockname(listener_, raw, &size) != 0)
        give_up("listen");
    port_ = ntohs(address.sin_port);
    watch(listener_);
    watch(wake_);
    thread_ = std::thread{[this] { run(); }};
}

TargetServer::~TargetServer() {
    const std::uint64_t one = 1;
    (void)!::write(wake_, &one, sizeof one);
    thread_.join();
    for (const int fd : {listener_, epoll_, wake_}) ::close(fd);
    for (std::size_t fd = 0; fd < open_.size(); ++fd)
        if (open_[fd]) ::close(static_cast<int>(fd));
}

void TargetServer::watch(int fd) const {
    epoll_event event{.events = EPOLLIN, .data = {.fd = fd}};
    if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) != 0) give_up("epoll_ctl");
}

void TargetServer::run() {
    for (;;) {
        epoll_event events[256];
        const int count = ::epoll_wait(epoll_, events, 256, -1);
        for (int i = 0; i < count; ++i) {
            const int fd = events[i].data.fd;
            if (fd == wake_) return;
            if (fd == listener_) {
                accept();
            } else if (!receive(fd)) {
                open_[static_cast<std::size_t>(fd)] = false;
                ::close(fd);
            }
        }
    }
}

void TargetServer::accept() {
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0) return;
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const auto index = static_cast<std::size_t>(fd);
    if (index >= open_.size()) {
        open_.resize(index + 1);
        partial_.resize(index + 1);
    }
    open_[index] = true;
    partial_[index].clear();
    watch(fd);
}

bool TargetServer::receive(int fd) {
    char chunk[32 * 1024];
    const ssize_t count = ::recv(fd, chunk, sizeof chunk, 0);
    if (count <= 0) return count < 0 && errno == EAGAIN;
    std::string& partial = partial_[static_cast<std::size_t>(fd)];
    std::string_view text{chunk, static_cast<std::size_t>(count)};
    if (!partial.empty()) {
        partial += text;
        text = partial;
    }
    if (!answer_all(fd, text)) return false;
    partial = std::string{text};
    return true;
}

/// Responds to the complete requests at the start of `text` and leaves the rest.
bool TargetServer::answer_all(int fd, std::string_view& text) {
    for (std::size_t end = 0; (end = text.find("\r\n\r\n")) != text.npos;) {
        const Arrival arrival{std::chrono::system_clock::now(), text.substr(0, end + 4)};
        const std::size_t size = end + 4 + body_size(arrival);
        if (text.size() < size) return true;
        requests_.fetch_add(1, std::memory_order_relaxed);
        if (arrived_) arrived_(arrival);
        if (::send(fd, kAnswer.data(), kAnswer.size(), MSG_NOSIGNAL) < 0) return false;
        text.remove_prefix(size);
    }
    return true;
}

}  // namespace ecron::bench
