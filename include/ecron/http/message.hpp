#pragma once
#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// HTTP messages as the rest of ecron sees them: plain values, no library behind them (RFC 9110).
namespace ecron::http {

struct Header {
    std::string name;
    std::string value;
    bool operator==(const Header&) const = default;
};

enum class Method : std::uint8_t { get, head, post, put, delete_, options, patch, other };

/// What a body check found out about a request, for its handler.
class Admission {
public:
    virtual ~Admission() = default;
};

/// A request as it arrived. `path` is percent-encoded as sent, without the query; `query` is what follows
/// '?'.
struct Request {
    Method method{Method::get};
    std::string path;
    std::string query;
    std::vector<Header> headers{};
    std::string body{};
    std::string peer;                        // address of the other end, without port
    std::shared_ptr<Admission> admission{};  // of the body check; nullptr: the request arrived complete

    /// The first header of that name in any case; empty when there is none.
    [[nodiscard]] std::string_view header(std::string_view name) const;
};

/// What a request may send as its body, decided by its header.
struct BodyPermit {
    std::string account{};  // that shares `ServerOptions::buffered_limit` with others; empty: has all of it
    std::size_t limit{SIZE_MAX};  // bytes; over it or over `ServerOptions::body_limit`: 413
    bool counted{true};           // false: too small to count, as the body of an unauthenticated request
    std::shared_ptr<Admission> admission{};  // becomes the request's
};

/// A body that is made while it is sent: each piece is asked for when the one before it has gone.
class BodyStream {
public:
    virtual ~BodyStream() = default;
    /// The next piece; empty: nothing yet; none: that was all. To come back within a second or so, because
    /// only between two calls is it noticed that the reader has gone or the server stops.
    virtual boost::asio::awaitable<std::optional<std::string>> next() = 0;
    /// Bytes kept for pieces to come: they count as the answer's.
    [[nodiscard]] virtual std::size_t held() const { return 0; }
};

struct Response {
    unsigned status{200};
    std::string body{};
    std::string content_type{"application/json"};
    std::vector<Header> headers{};  // besides Content-Type, Content-Length, Transfer-Encoding, Connection
    std::shared_ptr<BodyStream> stream{};  // instead of the body
    std::string account{};                 // that shares the memory for answers with others, as in BodyPermit
};

/// Parameters of a query string in order, decoded (RFC 3986); '+' stays '+' or becomes a space as HTML forms
/// have it.
struct QueryParameter {
    std::string name;
    std::string value;
};
std::vector<QueryParameter> parse_query(std::string_view query);
/// Percent-decodes; nullopt when an escape is broken.
std::optional<std::string> percent_decode(std::string_view text);
std::string percent_encode(std::string_view text);

}  // namespace ecron::http
