#pragma once
#include <string>
#include <string_view>

#include "ecron/http/message.hpp"

/// Answers as bytes (RFC 9112 §4). By hand, because one append per part costs a fraction of a general
/// serializer.
namespace ecron::http {

enum class Persistence : std::uint8_t {
    keep,           // HTTP/1.1's default, nothing to say
    keep_http_1_0,  // said, because the client is of version 1.0 and asked
    close,
};

/// How the end of a body is told (RFC 9112 §6).
enum class Framing : std::uint8_t {
    length,
    chunks,
    closing,  // to clients of version 1.0, which know no chunks
};

/// Appends status line, header and blank line. `date` is an RFC 9110 date. Control characters in header
/// values become spaces, so that no text can end a header early. `usual` headers are added
/// where the response has none of their name.
void append_head(std::string& out, const Response& response, Persistence persistence, std::string_view date,
                 Framing framing = Framing::length, const std::vector<Header>& usual = {});

/// One piece of a body in chunks; an empty one ends it.
[[nodiscard]] std::string chunk(std::string_view piece);

/// 1xx, 204 and 304 have no body, whatever the handler gave.
[[nodiscard]] bool status_allows_body(unsigned status);

[[nodiscard]] std::string_view reason_phrase(unsigned status);

}  // namespace ecron::http
