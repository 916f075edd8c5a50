#pragma once
#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// HTTP messages as used by the rest of ecron: plain values, independent of any HTTP library (RFC 9110).
namespace ecron::http {

struct Header {
    std::string name;
    std::string value;
    bool operator==(const Header&) const = default;
};

enum class Method : std::uint8_t { get, head, post, put, delete_, options, patch, other };

/// What a body check learned about a request, passed on to its handler.
class Admission {
public:
    virtual ~Admission() = default;
};

/// A request as received. `path` is percent-encoded as sent, without the query; `query` is the text after
/// '?'.
struct Request {
    Method method{Method::get};
    std::string path;
    std::string query;
    std::vector<Header> headers{};
    std::string body{};
    std::string peer;                        // address of the client, without port
    std::shared_ptr<Admission> admission{};  // set by the body check; nullptr: the request arrived complete

    /// The first header with that name, case-insensitive; empty if there is none.
    [[nodiscard]] std::string_view header(std::string_view name) const;
};

/// Limits for the body of a request, decided from its header.
struct BodyPermit {
    std::string
        account{};  // shares `ServerOptions::buffered_limit` with other accounts; empty: may use all of it
    std::size_t limit{SIZE_MAX};  // bytes; larger bodies, or bodies over `ServerOptions::body_limit`: 413
    bool counted{true};  // false: too small to count, for example the body of an unauthenticated request
    std::shared_ptr<Admission> admission{};  // becomes the request's admission
};

/// A body that is generated while it is sent: the server asks for a piece once the previous one has been
/// sent.
class BodyStream {
public:
    virtual ~BodyStream() = default;
    /// The next piece; empty: no data yet; nullopt: end of the body. Must complete within about a second: a
    /// closed connection or a shutdown of the server is only noticed between two calls.
    virtual boost::asio::awaitable<std::optional<std::string>> next() = 0;
    /// Bytes buffered for later pieces; they are counted as part of the response.
    [[nodiscard]] virtual std::size_t held() const { return 0; }
};

struct Response {
    unsigned status{200};
    std::string body{};
    std::string content_type{"application/json"};
    std::vector<Header>
        headers{};  // in addition to Content-Type, Content-Length, Transfer-Encoding, Connection
    std::shared_ptr<BodyStream> stream{};  // replaces the body
    std::string account{};  // shares the memory for responses with other accounts, as in BodyPermit
    std::string_view constant_body{};  // data that lives as long as the process; sent in place of `body`

    [[nodiscard]] std::string_view content() const {
        return constant_body.empty() ? std::string_view{body} : constant_body;
    }
};

/// Parameters of a query string in order, decoded (RFC 3986). '+' is kept or becomes a space, as in HTML
/// forms.
struct QueryParameter {
    std::string name;
    std::string value;
};
std::vector<QueryParameter> parse_query(std::string_view query);
/// Percent-decodes; returns nullopt if an escape sequence is malformed.
std::optional<std::string> percent_decode(std::string_view text);
std::string percent_encode(std::string_view text);

}  // namespace ecron::http
