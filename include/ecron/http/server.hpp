#pragma once
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "ecron/base/error.hpp"
#include "ecron/base/time.hpp"
#include "ecron/http/message.hpp"

/// An HTTP/1.1 server on Beast: keep-alive, pipelining, chunked bodies, TLS; no business. Everything runs on
/// the one thread of the io_context. Errors of the protocol are answered by the server itself, in the body
/// format it is given.
namespace ecron::http {

struct TlsFiles {
    std::string certificate_file;  // PEM chain
    std::string key_file;          // PEM
    std::string client_ca_file{};  // PEM; given, each client must show a certificate that it signs
};

struct ServerOptions {
    std::string address{"127.0.0.1"};  // an IP literal
    std::uint16_t port{0};             // 0: a free one, see Server::port()
    std::optional<TlsFiles> tls{};
    std::size_t body_limit{1024UL * 1024};            // over it: 413
    std::size_t buffered_limit{256UL * 1024 * 1024};  // bodies of all requests under way: 503 over it; and
                                                      // as much for the answers that are being sent
    std::size_t header_limit{16UL * 1024};            // over it: 431
    std::size_t connection_limit{20'000};             // over it: a new one replaces the one that has waited
                                                      // longest for a request; if none waits, it is closed
    Millis header_timeout{10'000};  // from the first byte of a request to the end of its header: 408
    Millis body_timeout{30'000};    // from the end of the header to the end of the body: 408
    Millis write_timeout{30'000};   // a reader that does not read
    Millis idle_timeout{75'000};    // between requests
    std::vector<Header> headers{};  // of every answer that has none of that name itself
};

class Server {
public:
    /// Answers one request; the reference is good until the awaitable ends. What it throws is logged and
    /// answered 500.
    using Handler = std::function<boost::asio::awaitable<Response>(const Request&)>;
    /// The answer to a broken request: 400, 408, 413, 431, 501, 503, or 500 when the handler threw.
    using ErrorBody = std::function<Response(unsigned status, std::string_view reason)>;
    /// Asked once the header of a request is complete and its body is not: what the body may be, or the
    /// answer that refuses it. A request that arrives complete is not asked about. The reference is good
    /// until the awaitable ends; `body` is what has arrived so far. The permit's admission is handed to the
    /// handler with the request.
    using BodyCheck =
        std::function<boost::asio::awaitable<std::expected<BodyPermit, Response>>(const Request&)>;

    Server(boost::asio::io_context& io, ServerOptions options, Handler handler, ErrorBody error_body,
           BodyCheck body_check = {});
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    /// Binds and listens. Errors name the address and the reason (port taken, no such address, bad
    /// certificate).
    Result<void> start();
    [[nodiscard]] std::uint16_t port() const;
    /// Reads the certificate files again; new connections use them. On error the old ones stay.
    Result<void> reload_tls();
    /// When the certificate that is served, or one of its chain, ends; nullopt: none is.
    [[nodiscard]] std::optional<Instant> certificate_end() const;
    /// Stops accepting, lets requests under way be answered (with Connection: close), cuts off what is left
    /// at the deadline; completes when no connection is left.
    boost::asio::awaitable<void> stop(Millis grace);
    [[nodiscard]] std::size_t connections() const;

private:
    class Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace ecron::http
