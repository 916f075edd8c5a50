#pragma once
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "ecron/base/error.hpp"
#include "ecron/base/id.hpp"
#include "ecron/base/secret.hpp"
#include "ecron/base/time.hpp"
#include "ecron/http/message.hpp"

struct sockaddr;

/// HTTP client for third-party servers: libcurl's multi interface driven by the io_context. One thread
/// carries thousands of concurrent requests; connections are kept alive and shared. http and https only;
/// certificates are always verified; proxy settings in the environment are ignored. Name resolution does not
/// block the thread. Source: curl's "multi_socket" documentation; the timer is armed lazily because re-arming
/// it per request costs more than the request.
namespace ecron::http {

/// Client certificate and key as PEM text.
struct ClientIdentity {
    std::string certificate{};
    SecretText key{};
};

struct ClientOptions {
    std::size_t connections_kept{1'000};
    std::size_t connections_per_host{256};
    std::string ca_file{};  // empty: the system's CA bundle
    std::string ca_text{};  // PEM; replaces ca_file
    std::optional<ClientIdentity> identity{};
    std::string user_agent{};
    /// Called with each address before connecting, including after redirects; false refuses the connection.
    std::function<bool(const sockaddr&)> allow_address{};
};

struct ClientRequest {
    std::string method{"GET"};
    std::string url{};
    std::vector<Header>
        headers{};  // headers with an empty value are not sent; no Content-Type or Expect is added
    std::optional<std::string> body{};  // nullopt: no body; present and empty: Content-Length: 0
    Millis connect_timeout{10'000};
    Millis timeout{60'000};  // for the whole exchange
    unsigned max_redirects{10};
    /// Which redirects are followed. Headers whose name marks them as credentials are not sent to another
    /// origin (base/credentials.hpp). If other headers or the body contain secrets too, `same_origin` ends
    /// the request with Errc::denied instead.
    enum class Redirects : std::uint8_t { anywhere, same_origin } redirects{Redirects::anywhere};
    /// What happens to a request that was sent on a kept-alive connection which then closed without a
    /// response: the target may have acted on it. By default the request fails; `again` sends it once more on
    /// another connection.
    enum class Unanswered : std::uint8_t { fail, again } unanswered{Unanswered::fail};
    /// Maximum bytes of the response body that are kept, after decoding; the rest is read and counted, but
    /// not decoded.
    std::size_t body_limit{64UL * 1024};
    /// If set, receives the body of a 2xx response in pieces as they arrive; the body is then not kept.
    /// Returning false ends the request with Errc::unavailable. The callback must not call the client.
    std::function<bool(std::string_view)> on_body{};
};

/// When each phase ended, relative to the start of the request.
struct Timing {
    std::chrono::microseconds dns{}, connect{}, tls{}, first_byte{}, total{};
};

/// A redirect that was followed: its status, and the resulting request.
struct Redirect {
    unsigned status{};
    std::string method{};
    std::string url{};
    bool operator==(const Redirect&) const = default;
};

struct ClientResponse {
    unsigned status{};
    std::vector<Header> headers{};  // of the last response, after redirects
    /// The first body_limit bytes of the body. Content-Encoding gzip and deflate are decoded, although the
    /// client does not request them; a body that cannot be decoded is kept as received.
    std::string body{};
    bool cut{false};            // `body` is truncated
    std::uint64_t body_size{};  // bytes received, before decoding
    std::string address{};      // peer address
    std::string version{};      // HTTP version: "1.1", "2"
    Timing timing{};
    std::vector<Redirect> redirects{};
    Instant received_at{};  // by the local clock
};

/// Why there is no complete response, and the part that was received; status 0 if no status line was
/// received.
struct ClientFailure : Error {
    ClientFailure(Error error, ClientResponse received = {})  // implicit, so that fail() can create one
        : Error(std::move(error)),
          partial(std::move(received)) {}
    ClientResponse partial;
};
using ClientResult = std::expected<ClientResponse, ClientFailure>;

class Client {
public:
    using RequestId = Id<struct ClientRequestTag, std::uint64_t>;
    using Done = std::move_only_function<void(ClientResult)>;

    Client(boost::asio::io_context& io, ClientOptions options);
    ~Client();  // requests in flight end without a call of their Done
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    /// Starts a request. Done is called exactly once, later, on the io_context's thread. Error codes: timeout
    /// (connect or total), invalid (URL, scheme, redirect loop), denied (address, redirect that would
    /// disclose secrets to another origin), unavailable (any other network error, in plain words: "could not
    /// resolve host", "connection refused", "certificate has expired", …).
    RequestId start(ClientRequest request, Done done);
    /// Ends a request immediately; its Done is called with Errc::unavailable "cancelled". Unknown ids are
    /// ignored.
    void cancel(RequestId id);
    boost::asio::awaitable<Result<ClientResponse>> send(ClientRequest request);
    [[nodiscard]] std::size_t in_flight() const;

private:
    class Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace ecron::http
