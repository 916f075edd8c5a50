#include "http/support.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <catch2/catch.hpp>
#include <mutex>
#include <stdexcept>

#include <fmt/format.h>

#include "http/ascii.hpp"

namespace ecron::http::test {
namespace {

namespace asio = boost::asio;

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

void set_patience(int fd) {
    const timeval patience{.tv_sec = kPatience.count(), .tv_usec = 0};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
}

std::string lower(std::string_view text) {
    std::string out{text};
    for (char& c : out) c = to_lower(c);
    return out;
}

}  // namespace

IoThread::IoThread() : thread_([this] { io_.run(); }) {}

IoThread::~IoThread() {
    io_.stop();
    thread_.join();
}

void IoThread::call(const std::function<void()>& work) {
    std::promise<void> done;
    asio::post(io_, [&] {
        work();
        done.set_value();
    });
    done.get_future().get();
}

void IoThread::run(asio::awaitable<void> work) { co_spawn(io_, std::move(work), asio::use_future).get(); }

std::string RawResponse::header(const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? "" : found->second;
}

RawClient::RawClient() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) { set_patience(fd_); }

RawClient::RawClient(std::uint16_t port) : RawClient() { connect(port); }

void RawClient::connect(std::uint16_t port) {
    const sockaddr_in address = loopback(port);
    if (::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        throw std::system_error(errno, std::generic_category(), "connect");
}

RawClient::RawClient(RawClient&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      buffer_(std::move(other.buffer_)) {}

RawClient::~RawClient() {
    if (fd_ >= 0) ::close(fd_);
}

void RawClient::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return;  // the server may have closed; its response shows it
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

void RawClient::close_sending() { ::shutdown(fd_, SHUT_WR); }

bool RawClient::fill() {
    char chunk[16 * 1024];
    const ssize_t count = ::recv(fd_, chunk, sizeof chunk, 0);
    if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
        throw std::runtime_error("nothing came in time");
    if (count <= 0) return false;
    buffer_.append(chunk, static_cast<std::size_t>(count));
    return true;
}

RawResponse RawClient::receive(bool bodiless) {
    std::size_t end = 0;
    while ((end = buffer_.find("\r\n\r\n")) == std::string::npos)
        if (!fill()) throw std::runtime_error("closed before an answer; got: " + buffer_);
    RawResponse response;
    response.status = static_cast<unsigned>(std::stoul(buffer_.substr(9, 3)));
    std::size_t at = buffer_.find("\r\n") + 2;
    while (at < end + 2) {
        const std::size_t eol = buffer_.find("\r\n", at);
        const std::size_t colon = buffer_.find(": ", at);
        response.headers.emplace(lower(buffer_.substr(at, colon - at)),
                                 buffer_.substr(colon + 2, eol - colon - 2));
        at = eol + 2;
    }
    const std::string length = response.header("content-length");
    const std::size_t size = bodiless || length.empty() ? 0 : std::stoul(length);
    while (buffer_.size() < end + 4 + size)
        if (!fill()) throw std::runtime_error("closed inside an answer");
    response.body = buffer_.substr(end + 4, size);
    buffer_.erase(0, end + 4 + size);
    return response;
}

std::string RawClient::receive_all() {
    while (fill()) continue;
    return std::exchange(buffer_, {});
}

bool RawClient::is_closed() { return buffer_.empty() && !fill(); }

Crowd::Crowd(std::uint16_t port, std::size_t count) {
    int leash[2];
    int report[2];
    if (::pipe(leash) != 0 || ::pipe(report) != 0)
        throw std::system_error(errno, std::generic_category(), "pipe");
    child_ = ::fork();
    if (child_ == 0) {  // system calls only: other threads may have held locks at the fork
        ::close(leash[1]);
        const sockaddr_in address = loopback(port);
        constexpr std::string_view kRequest = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
        char answer[1024];
        std::size_t connected = 0;
        for (; connected < count; ++connected) {
            const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
            if (fd < 0 || ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
                break;
            if (::send(fd, kRequest.data(), kRequest.size(), 0) < 0 ||
                ::recv(fd, answer, sizeof answer, 0) <= 0)
                break;
        }
        if (::write(report[1], &connected, sizeof connected) > 0) (void)!::read(leash[0], answer, 1);
        ::_exit(0);
    }
    ::close(leash[0]);
    ::close(report[1]);
    leash_ = leash[1];
    (void)!::read(report[0], &size_, sizeof size_);
    ::close(report[0]);
}

Crowd::~Crowd() {
    ::close(leash_);
    ::waitpid(child_, nullptr, 0);
}

TestServer::TestServer(Server::Handler handler, ServerOptions options, Server::BodyCheck body_check)
    : tls_(options.tls.has_value()) {
    const auto error_body = [](unsigned status, std::string_view reason) {
        return Response{
            .status = status, .body = std::string{reason}, .content_type = "text/plain", .headers = {}};
    };
    server_ = std::make_unique<Server>(thread_.io(), std::move(options), std::move(handler), error_body,
                                       std::move(body_check));
    thread_.call([this] {
        const auto started = server_->start();
        if (!started) throw std::runtime_error(started.error().what);
        port_ = server_->port();
    });
}

TestServer::~TestServer() {
    thread_.call([this] { server_.reset(); });
}

std::string TestServer::url(const std::string& path) const {
    return fmt::format("{}://{}:{}{}", tls_ ? "https" : "http", tls_ ? "localhost" : "127.0.0.1", port_,
                       path);
}

std::size_t TestServer::connections() {
    std::size_t count = 0;
    thread_.call([&] { count = server_->connections(); });
    return count;
}

void TestServer::wait_for_connections(std::size_t count) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (connections() != count && std::chrono::steady_clock::now() < deadline)
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
    REQUIRE(connections() == count);
}

void TestServer::stop(Millis grace) { thread_.run(server_->stop(grace)); }

std::string get_request(const std::string& path, const std::string& more_headers) {
    return "GET " + path + " HTTP/1.1\r\nHost: ecron\r\n" + more_headers + "\r\n";
}

std::string post_request(const std::string& path, const std::string& body) {
    return fmt::format("POST {} HTTP/1.1\r\nHost: ecron\r\nContent-Length: {}\r\n\r\n{}", path, body.size(),
                       body);
}

std::string name(Method method) {
    switch (method) {
        case Method::get:
            return "GET";
        case Method::head:
            return "HEAD";
        case Method::post:
            return "POST";
        case Method::put:
            return "PUT";
        case Method::delete_:
            return "DELETE";
        case Method::options:
            return "OPTIONS";
        case Method::patch:
            return "PATCH";
        case Method::other:
            return "OTHER";
    }
    return "";
}

asio::awaitable<Response> echo(const Request& request) {
    std::string text = name(request.method) + " " + request.path;
    if (!request.query.empty()) text += "?" + request.query;
    if (!request.body.empty()) text += " " + request.body;
    co_return Response{.status = 200, .body = text, .content_type = "text/plain", .headers = {}};
}

TestClient::TestClient(ClientOptions options) : client_(std::make_unique<Client>(io_, std::move(options))) {}

Result<ClientResponse> TestClient::send(ClientRequest request) {
    std::optional<Result<ClientResponse>> result;
    client_->start(std::move(request), [&](Result<ClientResponse> answer) { result = std::move(answer); });
    run_until([&] { return result.has_value(); });
    return std::move(*result);
}

Result<ClientResponse> TestClient::get(const std::string& url) {
    ClientRequest request;
    request.url = url;
    return send(std::move(request));
}

void TestClient::run_until(const std::function<bool()>& done) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (!done()) {
        io_.restart();
        io_.run_one_for(std::chrono::milliseconds{1});  // another thread may cause the awaited condition
        if (std::chrono::steady_clock::now() >= deadline)
            throw std::runtime_error("nothing happened in time");
    }
}

ScriptedServer::ScriptedServer(std::string answer, Then then)
    : answer_(std::move(answer)),
      then_(then),
      listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener_, 64) != 0 ||
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
        throw std::system_error(errno, std::generic_category(), "listen");
    port_ = ntohs(address.sin_port);
    thread_ = std::thread{[this] { serve(); }};
}

ScriptedServer::~ScriptedServer() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
    for (const int fd : held_) ::close(fd);
}

std::string ScriptedServer::url(const std::string& path) const {
    return fmt::format("http://127.0.0.1:{}{}", port_, path);
}

std::string ScriptedServer::heard() const {
    const std::scoped_lock lock{mutex_};
    return heard_;
}

void ScriptedServer::serve() {
    for (int fd = 0; (fd = ::accept(listener_, nullptr, nullptr)) >= 0;) {
        set_patience(fd);
        std::string request;
        char chunk[4096];
        while (request.find("\r\n\r\n") == std::string::npos) {
            const ssize_t count = ::recv(fd, chunk, sizeof chunk, 0);
            if (count <= 0) break;
            request.append(chunk, static_cast<std::size_t>(count));
        }
        {
            const std::scoped_lock lock{mutex_};
            heard_ += request;
        }
        for (std::string_view left = answer_; !left.empty();) {
            const ssize_t sent = ::send(fd, left.data(), left.size(), MSG_NOSIGNAL);
            if (sent <= 0) break;
            left.remove_prefix(static_cast<std::size_t>(sent));
        }
        if (then_ == Then::hold)
            held_.push_back(fd);
        else
            ::close(fd);
    }
}

}  // namespace ecron::http::test
