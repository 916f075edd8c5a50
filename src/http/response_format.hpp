#pragma once
#include <string>
#include <string_view>

#include "ecron/http/message.hpp"

/// Serializes responses (RFC 9112 §4). Written by hand, because one append per part costs a fraction of a
/// general serializer.
namespace ecron::http {

enum class Persistence : std::uint8_t {
    keep,           // HTTP/1.1's default, no header needed
    keep_http_1_0,  // explicit keep-alive, requested by a client of version 1.0
    close,
};

/// How the end of a body is signalled (RFC 9112 §6).
enum class Framing : std::uint8_t {
    length,
    chunks,
    closing,  // for clients of version 1.0, which do not support chunks
};

/// Appends status line, headers and blank line. `date` is an RFC 9110 date. Control characters in header
/// values become spaces, so that no text can end a header early. Each of the `usual` headers is added unless
/// the response has a header of that name.
void append_head(std::string& out, const Response& response, Persistence persistence, std::string_view date,
                 Framing framing = Framing::length, const std::vector<Header>& usual = {});

/// Encodes one piece of a chunked body; an empty piece ends it.
[[nodiscard]] std::string chunk(std::string_view piece);

/// 1xx, 204 and 304 have no body, whatever the handler returned.
[[nodiscard]] bool status_allows_body(unsigned status);

[[nodiscard]] std::string_view reason_phrase(unsigned status);

}  // namespace ecron::http
