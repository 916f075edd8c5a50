#pragma once
#include <boost/beast/http/basic_parser.hpp>
#include <cstddef>
#include <string_view>

#include "ecron/http/message.hpp"

/// Parses one request from a byte stream: Beast's parser for the grammar, plus the checks that ensure that
/// this server and any proxy in front of it agree on where a request ends (RFC 9112 §6.1, §6.3, §3.2).
namespace ecron::http {

/// Why a request is rejected before it reaches the handler.
struct Refusal {
    unsigned status{};
    std::string_view reason;  // a string literal
};

class RequestParser final : boost::beast::http::basic_parser<true> {
public:
    enum class Step : std::uint8_t { need_more, complete, refused };

    struct Limits {
        std::size_t header;
        std::size_t body;
    };

    /// Writes into `request`, which must be empty and must outlive the parser.
    RequestParser(Request& request, Limits limits);

    /// Consumes bytes from the front of `input`, which shrinks accordingly. The rest after `need_more` must
    /// be passed again with more data appended; the rest after `complete` is the next request.
    Step parse(std::string_view& input);

    [[nodiscard]] bool started() const { return got_some(); }
    [[nodiscard]] bool header_done() const { return is_header_done(); }
    [[nodiscard]] bool keeps_alive() const { return keep_alive(); }
    [[nodiscard]] bool is_http_1_0() const { return version_ == 10; }
    /// The client waits for "100 Continue" before it sends the body.
    [[nodiscard]] bool expects_continue() const { return expects_continue_ && version_ == 11; }
    [[nodiscard]] const Refusal& refusal() const { return refusal_; }

private:
    using error_code = boost::beast::error_code;
    using string_view = boost::beast::string_view;

    void on_request_impl(boost::beast::http::verb method, string_view method_text, string_view target,
                         int version, error_code& ec) override;
    void on_field_impl(boost::beast::http::field field, string_view name, string_view value,
                       error_code& ec) override;
    void on_header_impl(error_code& ec) override;
    void on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code& ec) override;
    std::size_t on_body_impl(string_view body, error_code& ec) override;
    void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
    std::size_t on_chunk_body_impl(std::uint64_t remain, string_view body, error_code& ec) override;
    void on_finish_impl(error_code&) override {}
    void on_response_impl(int, string_view, int, error_code&) override {}

    void refuse(Refusal refusal, error_code& ec);
    void reserve_body(std::size_t more);
    [[nodiscard]] bool header_too_large(std::size_t left) const;
    [[nodiscard]] bool waits_for_whole_chunk_end(std::string_view input) const;

    Request& request_;
    Limits limits_;
    Refusal refusal_{};
    std::size_t header_bytes_{0};
    std::size_t announced_{0};  // size of the body according to Content-Length, up to the limit
    int version_{11};
    unsigned hosts_{0};
    unsigned lengths_{0};
    unsigned encodings_{0};
    bool expects_continue_{false};
};

}  // namespace ecron::http
