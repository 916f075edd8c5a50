#include "http/response_format.hpp"

#include <fmt/format.h>

#include <algorithm>
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
    switch (status) {
        case 200:
            return "OK";
        case 201:
            return "Created";
        case 202:
            return "Accepted";
        case 204:
            return "No Content";
        case 301:
            return "Moved Permanently";
        case 302:
            return "Found";
        case 303:
            return "See Other";
        case 304:
            return "Not Modified";
        case 307:
            return "Temporary Redirect";
        case 308:
            return "Permanent Redirect";
        case 400:
            return "Bad Request";
        case 401:
            return "Unauthorized";
        case 403:
            return "Forbidden";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        case 408:
            return "Request Timeout";
        case 409:
            return "Conflict";
        case 412:
            return "Precondition Failed";
        case 413:
            return "Content Too Large";
        case 415:
            return "Unsupported Media Type";
        case 429:
            return "Too Many Requests";
        case 431:
            return "Request Header Fields Too Large";
        case 500:
            return "Internal Server Error";
        case 501:
            return "Not Implemented";
        case 502:
            return "Bad Gateway";
        case 503:
            return "Service Unavailable";
        case 504:
            return "Gateway Timeout";
        case 505:
            return "HTTP Version Not Supported";
        default:
            return "";  // RFC 9112 §4: the phrase may be empty
    }
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
            append_number(out, response.body.size());
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
