#include "e2e/target.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <optional>
#include <stdexcept>

#include "e2e/wait.hpp"

namespace ecron::e2e {
namespace {

std::string lower(std::string text) {
    std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::tolower(c); });
    return text;
}

/// Removes a complete request with a Content-Length or without a body from the input; returns nullopt if it
/// is incomplete.
std::optional<Call> take_request(std::string& input) {
    const std::size_t end = input.find("\r\n\r\n");
    if (end == std::string::npos) return std::nullopt;
    Call call;
    const std::size_t line_end = input.find("\r\n");
    const std::string line = input.substr(0, line_end);
    const std::size_t first = line.find(' ');
    const std::size_t second = line.find(' ', first + 1);
    call.method = line.substr(0, first);
    call.path = line.substr(first + 1, second - first - 1);
    for (std::size_t at = line_end + 2; at < end + 2;) {
        const std::size_t stop = input.find("\r\n", at);
        const std::size_t colon = input.find(':', at);
        std::string value = input.substr(colon + 1, stop - colon - 1);
        value.erase(0, value.find_first_not_of(' '));
        call.headers[lower(input.substr(at, colon - at))] = value;
        at = stop + 2;
    }
    const std::string length = call.header("content-length");
    const std::size_t body = length.empty() ? 0 : std::stoul(length);
    if (input.size() < end + 4 + body) return std::nullopt;
    call.body = input.substr(end + 4, body);
    input.erase(0, end + 4 + body);
    return call;
}

std::string text_of(const Answer& answer) {
    std::string text =
        fmt::format("HTTP/1.1 {} said\r\nContent-Length: {}\r\n", answer.status, answer.body.size());
    for (const auto& [name, value] : answer.headers) text += name + ": " + value + "\r\n";
    return text + "\r\n" + answer.body;
}

}  // namespace

struct Target::Connection {
    int fd{-1};
    std::string input, output;
    std::string path;  // of the call in progress; empty: none
    std::optional<SteadyInstant> answer_at{};
    std::string answer;
    bool hangs{false};
};

std::string Call::header(const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? std::string{} : found->second;
}

Target::Target() {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    waker_ = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    sockaddr_in address{.sin_family = AF_INET, .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener_, generic, size) != 0 || ::listen(listener_, 4'096) != 0 ||
        ::getsockname(listener_, generic, &size) != 0)
        throw std::runtime_error("the target cannot listen");
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
}

Target::~Target() {
    stopping_ = true;
    wake();
    thread_.join();
    for (const auto& [fd, connection] : connections_) ::close(fd);
    ::close(listener_);
    ::close(waker_);
}

std::string Target::url(const std::string& path) const {
    return fmt::format("http://127.0.0.1:{}{}", port_, path);
}

void Target::answer(const std::string& path, Script script) {
    const std::lock_guard lock(mutex_);
    told_[path].script = std::move(script);
    told_[path].released = false;
}

void Target::answer(const std::string& path, Answer always) {
    answer(path, [always = std::move(always)](const Call&) { return always; });
}

void Target::release(const std::string& path) {
    {
        const std::lock_guard lock(mutex_);
        told_[path].released = true;
    }
    wake();
}

std::vector<Call> Target::calls(const std::string& path) const {
    const std::lock_guard lock(mutex_);
    std::vector<Call> found;
    if (const auto told = told_.find(path); told != told_.end())
        for (const std::size_t index : told->second.calls) found.push_back(calls_[index]);
    return found;
}

std::vector<Call> Target::calls() const {
    const std::lock_guard lock(mutex_);
    return calls_;
}

std::size_t Target::count(const std::string& path) const {
    const std::lock_guard lock(mutex_);
    const auto told = told_.find(path);
    return told == told_.end() ? 0 : told->second.calls.size();
}

std::vector<Call> Target::wait_for(const std::string& path, std::size_t count_wanted) {
    wait_until(fmt::format("{} was called {} times", path, count_wanted),
               [&] { return count(path) >= count_wanted; });
    return calls(path);
}

std::size_t Target::hanging(const std::string& path) const {
    const std::lock_guard lock(mutex_);
    const auto told = told_.find(path);
    return told == told_.end() ? 0 : told->second.hanging;
}

std::size_t Target::most_at_once(const std::string& path) const {
    const std::lock_guard lock(mutex_);
    const auto told = told_.find(path);
    return told == told_.end() ? 0 : told->second.most_at_once;
}

void Target::wake() const { (void)::eventfd_write(waker_, 1); }

void Target::serve() {
    const SystemClock clock;
    std::vector<pollfd> polled;
    while (!stopping_) {
        polled.assign({{.fd = listener_, .events = POLLIN}, {.fd = waker_, .events = POLLIN}});
        int timeout = 1'000;
        for (const auto& [fd, connection] : connections_) {
            polled.push_back(
                {.fd = fd, .events = static_cast<short>(POLLIN | (connection.output.empty() ? 0 : POLLOUT))});
            if (!connection.answer_at) continue;
            const auto wait = std::chrono::ceil<Millis>(*connection.answer_at - clock.steady()).count();
            timeout = std::clamp(static_cast<int>(wait), 0, timeout);
        }
        ::poll(polled.data(), polled.size(), timeout);
        eventfd_t ignored = 0;
        (void)::eventfd_read(waker_, &ignored);
        for (std::size_t i = 2; i < polled.size(); ++i) {
            Connection& connection = connections_.at(polled[i].fd);
            const bool alive =
                (polled[i].revents & (POLLIN | POLLERR | POLLHUP)) == 0 || read_some(connection);
            if (!alive) drop(polled[i].fd);
        }
        std::vector<int> broken;
        for (auto& [fd, connection] : connections_) {
            const bool due = connection.answer_at && *connection.answer_at <= clock.steady();
            bool released = false;
            if (connection.hangs) {
                const std::lock_guard lock(mutex_);
                released = told_[connection.path].released;
            }
            if (due || released) finish(connection);
            if (!connection.output.empty() && !write_some(connection)) broken.push_back(fd);
        }
        for (const int fd : broken) drop(fd);
        if ((polled[0].revents & POLLIN) != 0) accept_all();
    }
}

void Target::accept_all() {
    for (;;) {
        const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0) return;
        const int on = 1;
        ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        connections_[fd].fd = fd;
    }
}

bool Target::read_some(Connection& connection) {
    char buffer[16 * 1024];
    for (;;) {
        const ssize_t size = ::recv(connection.fd, buffer, sizeof buffer, 0);
        if (size == 0) return false;
        if (size < 0) break;
        connection.input.append(buffer, static_cast<std::size_t>(size));
    }
    if (errno != EAGAIN) return false;
    if (connection.path.empty()) take_call(connection);
    return true;
}

void Target::take_call(Connection& connection) {
    const SystemClock clock;
    std::optional<Call> call = take_request(connection.input);
    if (!call) return;
    call->at = clock.now();
    connection.path = call->path;
    const std::lock_guard lock(mutex_);
    Told& told = told_[call->path];
    told.calls.push_back(calls_.size());
    calls_.push_back(*call);
    told.most_at_once = std::max(told.most_at_once, ++told.under_way);
    const Answer answer = told.script && !told.released ? told.script(*call) : Answer{};
    connection.answer = text_of(answer.hangs ? Answer{} : answer);
    connection.hangs = answer.hangs;
    if (answer.hangs)
        ++told.hanging;
    else
        connection.answer_at = clock.steady() + answer.delay;
}

void Target::finish(Connection& connection) {
    connection.output += std::exchange(connection.answer, {});
    connection.answer_at.reset();
    {
        const std::lock_guard lock(mutex_);
        Told& told = told_[connection.path];
        --told.under_way;
        if (connection.hangs) --told.hanging;
    }
    connection.hangs = false;
    connection.path.clear();
    take_call(connection);
}

bool Target::write_some(Connection& connection) {
    const ssize_t size =
        ::send(connection.fd, connection.output.data(), connection.output.size(), MSG_NOSIGNAL);
    if (size < 0) return errno == EAGAIN;
    connection.output.erase(0, static_cast<std::size_t>(size));
    return true;
}

void Target::drop(int fd) {
    const auto found = connections_.find(fd);
    if (!found->second.path.empty()) {
        const std::lock_guard lock(mutex_);
        Told& told = told_[found->second.path];
        --told.under_way;
        if (found->second.hangs) --told.hanging;
    }
    ::close(fd);
    connections_.erase(found);
}

}  // namespace ecron::e2e
