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

/// An HTTP/1.1 server on Beast: keep-alive, pipelining, chunked bodies, TLS; no application logic. Everything
/// runs on the single thread of the io_context. The server itself answers protocol errors, in the body format
/// given by ErrorBody.
namespace ecron::http {

struct TlsFiles {
    std::string certificate_file;  // PEM chain
    std::string key_file;          // PEM
    std::string
        client_ca_file{};  // PEM; if set, clients must present a certificate signed by one of these CAs
};

/// Reads the files as a server would. Errors name the file and the problem.
Result<void> check_tls(const TlsFiles& files);

struct ServerOptions {
    std::string address{"127.0.0.1"};  // an IP literal
    std::uint16_t port{0};             // 0: a free port, see Server::port()
    std::optional<TlsFiles> tls{};
    std::size_t body_limit{1024UL * 1024};            // larger bodies: 413
    std::size_t buffered_limit{256UL * 1024 * 1024};  // total of all request bodies in progress: 503 above
                                                      // it; the same limit applies to responses being sent
    std::size_t header_limit{16UL * 1024};            // larger headers: 431
    std::size_t connection_limit{20'000};  // above it, a new connection replaces the one that has waited
                                           // longest for a request; if none is waiting, the new one is closed
    Millis header_timeout{10'000};         // from the first byte of a request to the end of its header: 408
    Millis body_timeout{30'000};           // from the end of the header to the end of the body: 408
    Millis write_timeout{30'000};          // for a client that does not read
    Millis idle_timeout{75'000};           // between requests
    std::vector<Header> headers{};         // added to every response that does not set a header of that name
};

class Server {
public:
    /// Handles one request; the reference is valid until the awaitable ends. Exceptions are logged and
    /// answered with 500.
    using Handler = std::function<boost::asio::awaitable<Response>(const Request&)>;
    /// The response to a malformed request: 400, 408, 413, 431, 501, 503, or 500 if the handler threw.
    using ErrorBody = std::function<Response(unsigned status, std::string_view reason)>;
    /// Called when the header of a request is complete and its body is not. Returns the limits for the body,
    /// or the response that refuses it. Not called for a request that arrives complete. The reference is
    /// valid until the awaitable ends; `body` holds what has arrived so far. The permit's admission is passed
    /// to the handler with the request.
    using BodyCheck =
        std::function<boost::asio::awaitable<std::expected<BodyPermit, Response>>(const Request&)>;

    Server(boost::asio::io_context& io, ServerOptions options, Handler handler, ErrorBody error_body,
           BodyCheck body_check = {});
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    /// Binds and listens. Errors name the address and the reason (port in use, address not available, bad
    /// certificate).
    Result<void> start();
    [[nodiscard]] std::uint16_t port() const;
    /// Reloads the certificate files; new connections use them. On error, the old ones stay in use.
    Result<void> reload_tls();
    /// The earliest end of validity in the certificate chain in use; nullopt: no certificate in use.
    [[nodiscard]] std::optional<Instant> certificate_end() const;
    /// Stops accepting, lets requests in progress complete (with Connection: close), and closes the remaining
    /// connections at the deadline; completes when no connection is left.
    boost::asio::awaitable<void> stop(Millis grace);
    [[nodiscard]] std::size_t connections() const;

private:
    class Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace ecron::http
