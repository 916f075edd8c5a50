#pragma once
#include <boost/asio/awaitable.hpp>
#include <string_view>

#include "ecron/http/message.hpp"

/// Compresses responses with gzip for clients that accept it (RFC 9110 8.4.1, 12.5.3).
namespace ecron::http {

/// Whether this value of `Accept-Encoding` permits gzip.
[[nodiscard]] bool accepts_gzip(std::string_view accept_encoding);

/// Smaller bodies are sent as they are.
inline constexpr std::size_t kWorthCompressing = 1'024;

/// A text of at least kWorthCompressing bytes, or JSON that is generated while it is sent. Streams of events
/// and responses with an ETag, which names the bytes, are sent as they are.
[[nodiscard]] bool is_compressible(const Response& response);
/// Encodes such a response if the client accepts it, and adds the header fields. Large bodies are encoded on
/// the second thread of the io_context.
boost::asio::awaitable<void> compress(const Request& request, Response& response);

}  // namespace ecron::http
