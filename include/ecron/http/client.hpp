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

/// HTTP requests to other people's servers: libcurl's multi interface driven by the io_context, thousands in
/// flight on its one thread, connections kept alive and shared. http and https only, certificates always
/// verified, no proxy from the environment. Names are resolved without blocking the thread. Source: curl's
/// "multi_socket" documentation; the timer is armed lazily because re-arming it per request costs more than
/// the request.
namespace ecron::http {

/// Who the client says it is, as PEM text.
struct ClientIdentity {
    std::string certificate{};
    SecretText key{};
};

struct ClientOptions {
    std::size_t connections_kept{1'000};
    std::size_t connections_per_host{256};
    std::string ca_file{};  // empty: the system's
    std::string ca_text{};  // PEM; instead of a file
    std::optional<ClientIdentity> identity{};
    std::string user_agent{};
    /// Asked for each address about to be connected to, redirects included; false refuses the connection.
    std::function<bool(const sockaddr&)> allow_address{};
};

struct ClientRequest {
    std::string method{"GET"};
    std::string url{};
    std::vector<Header> headers{};      // empty values are not sent; no Content-Type or Expect is added
    std::optional<std::string> body{};  // nullopt: none; present and empty: Content-Length: 0
    Millis connect_timeout{10'000};
    Millis timeout{60'000};  // the whole exchange
    unsigned max_redirects{10};
    /// Where redirects may lead. To another origin, header fields that hold credentials by their name do not
    /// go along (base/credentials.hpp); where others or the body hold secrets, too, `same_origin` ends the
    /// request with Errc::denied instead.
    enum class Redirects : std::uint8_t { anywhere, same_origin } redirects{Redirects::anywhere};
    /// What becomes of a request that was sent on a kept connection which then ended without an answer: the
    /// target may have acted on it. By default it fails; `again` sends it once more, on another connection.
    enum class Unanswered : std::uint8_t { fail, again } unanswered{Unanswered::fail};
    /// Bytes of the answer that are kept, decoded; the rest is read and counted, but not decoded.
    std::size_t body_limit{64UL * 1024};
    /// Given, it gets the body of a 2xx answer piece by piece as it comes, and nothing of it is kept. False
    /// ends the request, with Errc::unavailable. It may not call the client.
    std::function<bool(std::string_view)> on_body{};
};

/// When each phase ended, counted from the start of the request.
struct Timing {
    std::chrono::microseconds dns{}, connect{}, tls{}, first_byte{}, total{};
};

/// A redirect that was followed: its status, and the request that followed it.
struct Redirect {
    unsigned status{};
    std::string method{};
    std::string url{};
    bool operator==(const Redirect&) const = default;
};

struct ClientResponse {
    unsigned status{};
    std::vector<Header> headers{};  // of the last answer, after redirects
    /// The first body_limit bytes of its body. One with Content-Encoding gzip or deflate is decoded, though
    /// none is asked for; what cannot be decoded is kept as it came.
    std::string body{};
    bool cut{false};            // `body` is not all of it
    std::uint64_t body_size{};  // bytes that came, encoded as they were sent
    std::string address{};      // of the peer
    std::string version{};      // of HTTP: "1.1", "2"
    Timing timing{};
    std::vector<Redirect> redirects{};
    Instant received_at{};  // by the machine's clock
};

/// Why there is no complete answer, and what had come of it: status 0 if nothing had.
struct ClientFailure : Error {
    ClientFailure(Error error, ClientResponse received = {})  // implicit, so that fail() makes one
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
    ~Client();  // requests under way end without their Done being called
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    /// Starts a request; Done is called once, later, on the io_context's thread. Error codes: timeout
    /// (connect or total), invalid (URL, scheme, redirect loop), denied (address, redirect that would take
    /// secrets elsewhere), unavailable (anything else
    /// of the network, in plain words: "could not resolve host", "connection refused", "certificate has
    /// expired", …).
    RequestId start(ClientRequest request, Done done);
    /// Ends a request at once; its Done is called with Errc::unavailable "cancelled". Unknown ids are
    /// ignored.
    void cancel(RequestId id);
    boost::asio::awaitable<Result<ClientResponse>> send(ClientRequest request);
    [[nodiscard]] std::size_t in_flight() const;

private:
    class Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace ecron::http
