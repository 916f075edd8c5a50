#include "http/request_parser.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/field.hpp>
#include <boost/beast/http/verb.hpp>

#include "http/ascii.hpp"

namespace ecron::http {
namespace {

namespace beast = boost::beast::http;

Method method_of(beast::verb verb) {
    switch (verb) {
        case beast::verb::get:
            return Method::get;
        case beast::verb::head:
            return Method::head;
        case beast::verb::post:
            return Method::post;
        case beast::verb::put:
            return Method::put;
        case beast::verb::delete_:
            return Method::delete_;
        case beast::verb::options:
            return Method::options;
        case beast::verb::patch:
            return Method::patch;
        default:
            return Method::other;
    }
}

/// "http://host:port/path" becomes "/path" (RFC 9112 §3.2.2: a server accepts the absolute form).
std::string_view origin_form(std::string_view target) {
    if (!istarts_with(target, "http://") && !istarts_with(target, "https://")) return target;
    const std::size_t path = target.find_first_of("/?", target.find("//") + 2);
    return path == target.npos ? "/" : target.substr(path);
}

Refusal refusal_for(boost::system::error_code ec) {
    if (ec == beast::error::header_limit) return {431, "request header too large"};
    if (ec == beast::error::body_limit) return {413, "request body too large"};
    if (ec == beast::error::bad_method) return {400, "broken request line: method"};
    if (ec == beast::error::bad_target) return {400, "broken request line: target"};
    if (ec == beast::error::bad_version) return {400, "broken request line: version"};
    if (ec == beast::error::bad_content_length || ec == beast::error::multiple_content_length)
        return {400, "broken Content-Length"};
    if (ec == beast::error::bad_transfer_encoding) return {400, "broken Transfer-Encoding"};
    if (ec == beast::error::bad_chunk || ec == beast::error::bad_chunk_extension)
        return {400, "broken chunk"};
    return {400, "broken request header"};
}

/// Whether the first line is a well-formed request line of another version, for example "PRI * HTTP/2.0".
bool names_other_version(std::string_view input) {
    const std::string_view line = input.substr(0, input.find('\r'));
    const std::size_t version = line.rfind(" HTTP/");
    if (version == line.npos || line.size() != version + 9) return false;
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    return is_digit(line[version + 6]) && line[version + 7] == '.' && is_digit(line[version + 8]);
}

}  // namespace

RequestParser::RequestParser(Request& request, Limits limits) : request_(request), limits_(limits) {
    header_limit(static_cast<std::uint32_t>(limits.header));
    body_limit(limits.body);
    eager(true);
}

RequestParser::Step RequestParser::parse(std::string_view& input) {
    if (!got_some())
        while (input.starts_with("\r\n")) input.remove_prefix(2);  // RFC 9112 §2.2
    if (input.empty() || (!got_some() && input == "\r") || waits_for_whole_chunk_end(input))
        return Step::need_more;

    const std::string_view before = input;
    const bool in_header = !is_header_done();
    error_code ec;
    input.remove_prefix(put({input.data(), input.size()}, ec));
    if (in_header) header_bytes_ += before.size() - input.size();
    if (!ec && is_done()) return Step::complete;
    if (!ec || ec == beast::error::need_more) {
        if (!header_too_large(input.size())) return Step::need_more;
        ec = is_header_done() ? beast::error::bad_chunk : beast::error::header_limit;
    }
    if (refusal_.status == 0) refusal_ = refusal_for(ec);
    if (ec == beast::error::bad_version && names_other_version(before))
        refusal_ = {505, "HTTP version not supported"};
    return Step::refused;
}

/// Beast limits each line that it scans, but not their sum, chunk extensions or trailers.
bool RequestParser::header_too_large(std::size_t left) const {
    if (!is_header_done()) return header_bytes_ + left > limits_.header;
    return left > limits_.header;
}

/// Beast asserts that it sees at least "0\r\n\r\n" after the size of the last chunk, but takes the size from
/// "0\r\n" alone. Every valid body has at least these five bytes left, so waiting for them is free.
bool RequestParser::waits_for_whole_chunk_end(std::string_view input) const {
    return is_header_done() && chunked() && input.size() < 5;
}

void RequestParser::refuse(Refusal refusal, error_code& ec) {
    refusal_ = refusal;
    ec = beast::error::bad_field;
}

void RequestParser::on_request_impl(beast::verb method, string_view, string_view target, int version,
                                    error_code& ec) {
    version_ = version;
    request_.method = method_of(method);
    const std::string_view text = origin_form({target.data(), target.size()});
    const bool asterisk = text == "*" && request_.method == Method::options;
    if (!text.starts_with('/') && !text.starts_with('?') && !asterisk)
        return refuse({400, "broken request line: target"}, ec);
    const std::size_t question = text.find('?');
    request_.path.assign(text.substr(0, question));
    if (request_.path.empty()) request_.path = "/";  // "http://host?query"
    if (question != text.npos) request_.query.assign(text.substr(question + 1));
}

void RequestParser::on_field_impl(beast::field field, string_view name, string_view value, error_code& ec) {
    if (is_header_done()) return;  // trailers are read and ignored
    switch (field) {
        case beast::field::host:
            ++hosts_;
            break;
        case beast::field::content_length:
            if (++lengths_ > 1 || value.find(',') != value.npos)
                return refuse({400, "repeated Content-Length"}, ec);
            break;
        case beast::field::transfer_encoding:
            ++encodings_;
            if (!iequals({value.data(), value.size()}, "chunked"))
                return refuse({501, "Transfer-Encoding other than chunked"}, ec);
            break;
        case beast::field::expect:
            expects_continue_ = iequals({value.data(), value.size()}, "100-continue");
            break;
        default:
            break;
    }
    request_.headers.push_back({{name.data(), name.size()}, {value.data(), value.size()}});
}

void RequestParser::on_header_impl(error_code& ec) {
    if (hosts_ > 1 || (hosts_ == 0 && version_ == 11)) return refuse({400, "exactly one Host is needed"}, ec);
    if (encodings_ > 0 && (lengths_ > 0 || version_ == 10))
        return refuse({400, "broken Transfer-Encoding"}, ec);
}

void RequestParser::on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code&) {
    constexpr std::size_t kReserved = 16UL * 1024;
    if (!length) return;
    announced_ = static_cast<std::size_t>(std::min<std::uint64_t>(*length, limits_.body));
    request_.body.reserve(std::min(announced_, kReserved));
}

/// Content-Length is not trusted for allocation: a client that sends little data reserves little memory. One
/// that has sent a part of its body reserves the rest at once, since growing step by step copies all of it
/// several times.
void RequestParser::reserve_body(std::size_t more) {
    constexpr std::size_t kShareSent = 16;
    const std::size_t size = request_.body.size() + more;
    const bool grows = size > request_.body.capacity() && size <= announced_;
    if (grows && size >= announced_ / kShareSent) request_.body.reserve(announced_);
}

std::size_t RequestParser::on_body_impl(string_view body, error_code&) {
    reserve_body(body.size());
    request_.body.append(body.data(), body.size());
    return body.size();
}

std::size_t RequestParser::on_chunk_body_impl(std::uint64_t, string_view body, error_code& ec) {
    return on_body_impl(body, ec);
}

}  // namespace ecron::http
