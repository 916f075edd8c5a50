#include "http/response_format.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/beast/http/status.hpp>
#include <charconv>

#include "http/ascii.hpp"

namespace ecron::http {
namespace {

void append_number(std::string& out, std::size_t value) {
    char digits[20];
    const auto end = std::to_chars(std::begin(digits), std::end(digits), value).ptr;
    out.append(std::begin(digits), end);
}

void append_clean(std::string& out, std::string_view text) {
    for (const char c : text) out += is_control(c) && c != '\t' ? ' ' : c;
}

void append_header(std::string& out, const Header& header) {
    out += "\r\n";
    append_clean(out, header.name);
    out += ": ";
    append_clean(out, header.value);
}

}  // namespace

bool status_allows_body(unsigned status) { return status >= 200 && status != 204 && status != 304; }

std::string_view reason_phrase(unsigned status) {
    return boost::beast::http::obsolete_reason(static_cast<boost::beast::http::status>(status));
}

std::string chunk(std::string_view piece) { return fmt::format("{:x}\r\n{}\r\n", piece.size(), piece); }

void append_head(std::string& out, const Response& response, Persistence persistence, std::string_view date,
                 Framing framing, const std::vector<Header>& usual) {
    out += "HTTP/1.1 ";
    append_number(out, response.status);
    out += ' ';
    out += reason_phrase(response.status);
    out += "\r\nDate: ";
    out += date;
    if (status_allows_body(response.status)) {
        if (!response.content_type.empty()) {
            out += "\r\nContent-Type: ";
            append_clean(out, response.content_type);
        }
        if (framing == Framing::chunks) out += "\r\nTransfer-Encoding: chunked";
        if (framing == Framing::length) {
            out += "\r\nContent-Length: ";
            append_number(out, response.content().size());
        }
    }
    for (const Header& header : response.headers) append_header(out, header);
    for (const Header& header : usual) {
        const bool said = std::ranges::any_of(
            response.headers, [&](const Header& own) { return iequals(own.name, header.name); });
        if (!said) out.append("\r\n").append(header.name).append(": ").append(header.value);
    }
    if (persistence == Persistence::close) out += "\r\nConnection: close";
    if (persistence == Persistence::keep_http_1_0) out += "\r\nConnection: keep-alive";
    out += "\r\n\r\n";
}

}  // namespace ecron::http
