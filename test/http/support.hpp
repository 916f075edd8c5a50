#pragma once
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "ecron/http/client.hpp"
#include "ecron/http/server.hpp"

/// Helpers for HTTP tests over loopback. A wait ends when its condition holds; after kPatience the test
/// fails.
namespace ecron::http::test {

inline constexpr std::chrono::seconds kPatience{120};

/// An io_context that runs on a thread of its own.
class IoThread {
public:
    IoThread();
    ~IoThread();
    boost::asio::io_context& io() { return io_; }
    /// Runs `work` on the thread and waits until it returns.
    void call(const std::function<void()>& work);
    /// Runs a coroutine on the thread until it completes.
    void run(boost::asio::awaitable<void> work);

private:
    boost::asio::io_context io_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_{io_.get_executor()};
    std::thread thread_;
};

/// A response as received on the wire.
struct RawResponse {
    unsigned status{};
    std::multimap<std::string, std::string> headers;  // names in lower case
    std::string body;
    [[nodiscard]] std::string header(const std::string& name) const;
};

/// A client that sends arbitrary bytes, well-formed or not.
class RawClient {
public:
    explicit RawClient(std::uint16_t port);
    RawClient();  // creates a socket, and connects later
    void connect(std::uint16_t port);
    ~RawClient();
    RawClient(RawClient&& other) noexcept;
    RawClient& operator=(RawClient&&) = delete;

    void send(std::string_view bytes);
    void close_sending();
    /// The next response, with a body of its Content-Length (none if `bodiless`, as after HEAD).
    RawResponse receive(bool bodiless = false);
    /// Everything until the server closes the connection.
    std::string receive_all();
    [[nodiscard]] bool is_closed();

private:
    bool fill();  // false: closed
    int fd_{-1};
    std::string buffer_;
};

/// A process that holds many connections, each after one request and its response, so that they use its
/// descriptors instead of this process's.
class Crowd {
public:
    Crowd(std::uint16_t port, std::size_t count);
    ~Crowd();
    [[nodiscard]] std::size_t size() const { return size_; }

private:
    int child_{-1};
    int leash_{-1};
    std::size_t size_{0};
};

/// A Server with the given handler on a free loopback port.
class TestServer {
public:
    explicit TestServer(Server::Handler handler, ServerOptions options = {},
                        Server::BodyCheck body_check = {});
    ~TestServer();
    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] std::string url(const std::string& path = "/") const;
    [[nodiscard]] RawClient connect() const { return RawClient{port_}; }
    std::size_t connections();
    void wait_for_connections(std::size_t count);
    void stop(Millis grace);
    Server& server() { return *server_; }
    void destroy() { server_.reset(); }  // on its thread
    IoThread& thread() { return thread_; }

private:
    IoThread thread_;
    bool tls_;
    std::unique_ptr<Server> server_;
    std::uint16_t port_{0};
};

/// Requests as bytes, for RawClient.
std::string get_request(const std::string& path, const std::string& more_headers = "");
std::string post_request(const std::string& path, const std::string& body);

/// Echoes the request: "METHOD path?query [body]".
boost::asio::awaitable<Response> echo(const Request& request);
std::string name(Method method);

/// A Client on an io_context that runs only during waits.
class TestClient {
public:
    explicit TestClient(ClientOptions options = {});
    Result<ClientResponse> send(ClientRequest request);
    Result<ClientResponse> get(const std::string& url);
    void run_until(const std::function<bool()>& done);
    boost::asio::io_context& io() { return io_; }
    Client& operator*() { return *client_; }
    Client* operator->() { return client_.get(); }
    void destroy() { client_.reset(); }

private:
    boost::asio::io_context io_{1};
    std::unique_ptr<Client> client_;
};

/// Sends the given bytes to each client that connects, and keeps the received ones. One connection at a time.
class ScriptedServer {
public:
    enum class Then : std::uint8_t { close, hold };
    /// After receiving a request's header, sends `answer`, then closes or holds the connection.
    explicit ScriptedServer(std::string answer, Then then = Then::close);
    ~ScriptedServer();
    [[nodiscard]] std::string url(const std::string& path = "/") const;
    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] std::string heard() const;

private:
    void serve();
    std::string answer_;
    Then then_;
    int listener_{-1};
    std::uint16_t port_{0};
    mutable std::mutex mutex_;
    std::string heard_;
    std::vector<int> held_;
    std::thread thread_;
};

}  // namespace ecron::http::test
