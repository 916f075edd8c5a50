#include <fmt/format.h>
#include <sys/socket.h>

#include <array>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <catch2/catch.hpp>
#include <thread>

#include "http/certificates.hpp"
#include "http/support.hpp"

using namespace ecron;
using namespace ecron::http;
using namespace ecron::http::test;

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

/// Accepts one connection after another on a thread; `serve` handles each until it returns.
class Target {
public:
    template <class Serve> explicit Target(Serve serve) {
        thread_ = std::thread{[this, serve] {
            for (;;) {
                boost::system::error_code failed;
                tcp::socket socket{io_};
                if (acceptor_.accept(socket, failed); failed) return;
                try {
                    serve(std::move(socket));
                } catch (const boost::system::system_error&) {
                    continue;  // the peer has closed
                }
            }
        }};
    }
    ~Target() {
        ::shutdown(acceptor_.native_handle(), SHUT_RDWR);
        thread_.join();
    }
    [[nodiscard]] std::uint16_t port() const { return port_; }

private:
    asio::io_context io_;
    tcp::acceptor acceptor_{io_, {asio::ip::address_v4::loopback(), 0}};
    std::uint16_t port_{acceptor_.local_endpoint().port()};
    std::thread thread_;
};

/// Reads a complete request and counts it.
template <class Stream> void read_request(Stream& stream, std::string& buffer, std::atomic<int>& requests) {
    const std::size_t head = asio::read_until(stream, asio::dynamic_buffer(buffer), "\r\n\r\n");
    constexpr std::string_view kLength = "Content-Length: ";
    const std::size_t length = buffer.find(kLength);
    const std::size_t body = length < head ? std::stoul(buffer.substr(length + kLength.size())) : 0;
    while (buffer.size() < head + body) {
        std::array<char, 1024> piece{};
        buffer.append(piece.data(), stream.read_some(asio::buffer(piece)));
    }
    buffer.erase(0, head + body);
    ++requests;
}

constexpr std::string_view kAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/// Answers the first request of each connection, reads the second one and closes.
struct ClosesAfterSecondRequest {
    std::atomic<int>& requests;
    void operator()(tcp::socket socket) const {
        std::string buffer;
        read_request(socket, buffer, requests);
        asio::write(socket, asio::buffer(kAnswer));
        read_request(socket, buffer, requests);
    }
};

/// An HTTP/2 target that answers the first stream of a connection, and ends the second one as given by
/// `ends`.
class Http2Target {
public:
    enum class Ends : std::uint8_t { refused_stream, go_away, close };

    explicit Http2Target(Ends ends) : ends_(ends) {
        const TlsFiles files = authority_.issue(directory_.file("server"));
        tls_.use_certificate_chain_file(files.certificate_file);
        tls_.use_private_key_file(files.key_file, asio::ssl::context::pem);
        SSL_CTX_set_alpn_select_cb(
            tls_.native_handle(),
            [](SSL*, const unsigned char** out, unsigned char* size, const unsigned char*, unsigned, void*) {
                *out = reinterpret_cast<const unsigned char*>("h2");
                *size = 2;
                return SSL_TLSEXT_ERR_OK;
            },
            nullptr);
    }
    [[nodiscard]] TestClient client() const { return TestClient{{.ca_file = ca_file_}}; }
    [[nodiscard]] std::string url() const { return fmt::format("https://localhost:{}/", target_.port()); }
    [[nodiscard]] int requests() const { return requests_; }

private:
    struct Frame {
        std::uint8_t type{};
        std::uint8_t flags{};
        std::uint8_t stream{};
        std::string payload{};
    };
    using Stream = asio::ssl::stream<tcp::socket>;

    static constexpr std::uint8_t kData = 0;
    static constexpr std::uint8_t kHeaders = 1;
    static constexpr std::uint8_t kReset = 3;
    static constexpr std::uint8_t kSettings = 4;
    static constexpr std::uint8_t kGoAway = 7;

    static Frame read(Stream& stream) {
        std::array<std::uint8_t, 9> head{};
        asio::read(stream, asio::buffer(head));
        Frame frame{.type = head[3], .flags = head[4], .stream = head[8]};
        frame.payload.resize(std::size_t{head[1]} << 8U | head[2]);
        asio::read(stream, asio::buffer(frame.payload));
        return frame;
    }
    static void write(Stream& stream, const Frame& frame) {
        std::string bytes{'\0', '\0', static_cast<char>(frame.payload.size())};
        bytes += {static_cast<char>(frame.type),  static_cast<char>(frame.flags), '\0', '\0', '\0',
                  static_cast<char>(frame.stream)};
        asio::write(stream, asio::buffer(bytes + frame.payload));
    }
    void serve(tcp::socket socket) {
        Stream stream{std::move(socket), tls_};
        stream.handshake(Stream::server);
        std::array<char, 24> preface{};
        asio::read(stream, asio::buffer(preface));
        write(stream, {.type = kSettings});
        for (int streams = 0; streams < 2;) {
            const Frame frame = read(stream);
            if (frame.type == kSettings && frame.flags == 0) write(stream, {.type = kSettings, .flags = 1});
            const bool ends_request =
                (frame.type == kHeaders || frame.type == kData) && (frame.flags & 1U) != 0;
            if (!ends_request) continue;
            ++requests_;
            if (++streams == 1)  // END_STREAM, END_HEADERS; 0x88 is ":status: 200"
                write(stream, {.type = kHeaders, .flags = 5, .stream = frame.stream, .payload = "\x88"});
            else if (ends_ == Ends::refused_stream)
                write(stream, {.type = kReset, .stream = frame.stream, .payload = {"\0\0\0\x7", 4}});
            else if (ends_ == Ends::go_away)  // stream 1 was the last one processed
                write(stream, {.type = kGoAway, .payload = {"\0\0\0\x1\0\0\0\0", 8}});
        }
    }

    Ends ends_;
    TemporaryDirectory directory_;
    Authority authority_{"test authority"};
    std::string ca_file_ = authority_.write(directory_.file("ca.crt"));
    asio::ssl::context tls_{asio::ssl::context::tls_server};
    std::atomic<int> requests_{0};
    Target target_{[this](tcp::socket socket) { serve(std::move(socket)); }};
};

ClientRequest request_to(const std::string& url, const std::string& method) {
    ClientRequest request{.method = method, .url = url};
    if (method == "POST" || method == "PUT") request.body = "body";
    return request;
}

}  // namespace

TEST_CASE("a request lost on a kept-alive connection after it was sent is not repeated", "[http][client]") {
    const std::string method = GENERATE("POST", "GET", "PUT", "DELETE", "HEAD");
    CAPTURE(method);
    std::atomic<int> requests{0};
    const Target target{ClosesAfterSecondRequest{requests}};
    const std::string url = fmt::format("http://127.0.0.1:{}/", target.port());
    TestClient client;
    REQUIRE(client.send(request_to(url, "POST")));
    const auto second = client.send(request_to(url, method));
    REQUIRE_FALSE(second);
    CHECK(second.error().code == Errc::unavailable);
    CHECK(second.error().what == "connection closed without an answer");
    CHECK(requests == 2);
    REQUIRE(client.send(request_to(url, method)));  // the next request uses a new connection
    CHECK(requests == 3);
}

TEST_CASE("a repeatable request lost on a kept-alive connection is sent again", "[http][client]") {
    std::atomic<int> requests{0};
    const Target target{ClosesAfterSecondRequest{requests}};
    TestClient client;
    ClientRequest request = request_to(fmt::format("http://127.0.0.1:{}/", target.port()), "GET");
    request.unanswered = ClientRequest::Unanswered::again;
    REQUIRE(client.send(request));
    CHECK(client.send(request));
    CHECK(requests == 3);
}

TEST_CASE("an HTTP/2 request without a response is not repeated", "[http][client]") {
    using Ends = Http2Target::Ends;
    const Ends ends = GENERATE(Ends::refused_stream, Ends::go_away, Ends::close);
    const std::string method = GENERATE("POST", "GET");
    CAPTURE(static_cast<int>(ends), method);
    const Http2Target target{ends};
    TestClient client = target.client();
    const auto first = client.send(request_to(target.url(), method));
    REQUIRE(first);
    CHECK(first->version == "2");
    const auto second = client.send(request_to(target.url(), method));
    REQUIRE_FALSE(second);
    CAPTURE(second.error().what);
    CHECK(second.error().code == Errc::unavailable);
    CHECK(target.requests() == 2);
}

TEST_CASE("each redirect sends its own request", "[http][client]") {
    std::atomic<int> requests{0};
    const Target target{[&](tcp::socket socket) {
        std::string buffer;
        for (const char* const location : {"/b", "/c", ""}) {
            read_request(socket, buffer, requests);
            const std::string answer =
                *location == '\0'
                    ? std::string{kAnswer}
                    : fmt::format("HTTP/1.1 307 R\r\nLocation: {}\r\nContent-Length: 0\r\n\r\n", location);
            asio::write(socket, asio::buffer(answer));
        }
    }};
    TestClient client;
    CHECK(client.send(request_to(fmt::format("http://127.0.0.1:{}/", target.port()), "POST")));
    CHECK(requests == 3);
}
