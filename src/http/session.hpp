#pragma once
#include <sys/socket.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "ecron/base/log.hpp"
#include "http/compression.hpp"
#include "http/connections.hpp"
#include "http/input_buffer.hpp"
#include "http/request_parser.hpp"
#include "http/response_format.hpp"
#include "http/server_state.hpp"

namespace ecron::http {

using PlainStream = boost::asio::ip::tcp::socket;
using TlsStream = boost::asio::ssl::stream<PlainStream>;

/// One connection from accept to close: requests are read, handled and answered one after the other, so
/// responses are in order without a queue. A response never waits for the next pipelined request, whose
/// handler may be slow. The response is first written to the kernel directly; only the part that the kernel
/// does not take is sent asynchronously.
template <class Stream>
class Session final : public Connection, public std::enable_shared_from_this<Session<Stream>> {
public:
    Session(std::shared_ptr<ServerState> state, Stream stream, std::string peer)
        : state_(std::move(state)),
          stream_(std::move(stream)),
          peer_(std::move(peer)) {
        state_->connections.add(*this, kTls ? Phase::handshake : Phase::idle, state_->now());
    }
    ~Session() override { leave(); }

    boost::asio::awaitable<void> run(std::shared_ptr<Session> self) {
        if constexpr (kTls) {
            error_code ec;
            co_await stream_.async_handshake(boost::asio::ssl::stream_base::server, on(ec));
            if (!ec) co_await serve();
        } else {
            co_await serve();
        }
        self->leave();
    }

    void expired(Phase phase) override {
        if (phase != Phase::header && phase != Phase::body) return cut();
        too_slow_ = true;
        error_code ignored;
        socket().cancel(ignored);
    }

    void cut() override {
        const bool at_handler = phase() == Phase::working;
        error_code ignored;
        socket().close(ignored);
        if (at_handler)
            leave();  // no pending socket operation; sending the response will fail on the closed socket
    }

private:
    static constexpr bool kTls = std::is_same_v<Stream, TlsStream>;
    static constexpr std::size_t kBodyReadSize = 16UL * 1024;
    using error_code = boost::system::error_code;

    static auto on(error_code& ec) { return boost::asio::redirect_error(boost::asio::use_awaitable, ec); }

    PlainStream& socket() {
        if constexpr (kTls)
            return stream_.next_layer();
        else
            return stream_;
    }

    void enter(Phase phase) {
        if (!left_) state_->connections.enter(*this, phase, state_->now());
    }

    void leave() {
        if (left_) return;
        left_ = true;
        error_code ignored;
        socket().close(ignored);
        state_->connections.remove(*this);
        if (state_->connections.size() == 0) state_->empty.cancel();
    }

    boost::asio::awaitable<void> serve() {
        for (;;) {
            enter(Phase::idle);
            if (state_->stopping) break;
            input_.shrink_when_empty();
            Request request;
            MemoryShare share{state_->bodies};
            std::optional<BodyPermit> permit;
            RequestParser parser{request, {state_->options.header_limit, state_->options.body_limit}};
            bool continued = false;
            RequestParser::Step step = parse(parser);
            while (step == RequestParser::Step::need_more) {
                if (parser.header_done() && !permit) {
                    auto permitted = co_await check_body(request);
                    if (!permitted) {
                        co_await refuse(permitted.error());
                        co_return;
                    }
                    permit = std::move(*permitted);
                    share.belongs_to(permit->account);
                    request.admission = std::move(permit->admission);
                }
                if (parser.expects_continue() && parser.header_done() && !std::exchange(continued, true)) {
                    const bool sent = co_await send("HTTP/1.1 100 Continue\r\n\r\n");
                    if (!sent) co_return;
                }
                note_progress(parser);
                error_code ec;
                const std::size_t count = co_await stream_.async_read_some(input_.prepare(), on(ec));
                if (too_slow_) {
                    co_await refuse(Refusal{408, "request not complete in time"});
                    co_return;
                }
                if (ec) co_return;
                input_.commit(count);
                step = parse(parser);
                const std::optional<Refusal> refusal = excess(request, permit, share, step);
                if (refusal) {
                    drop_body(request, share);
                    co_await refuse(*refusal);
                    co_return;
                }
            }
            if (step == RequestParser::Step::refused) {
                drop_body(request, share);
                co_await refuse(parser.refusal());
                co_return;
            }
            enter(Phase::working);
            request.peer = peer_;
            Response response = co_await handle(request);
            if (response.stream) {
                const bool goes_on = co_await send_stream(response, request.method, parser);
                if (!goes_on) break;
                continue;
            }
            const bool keep = parser.keeps_alive() && !state_->stopping;
            Unsent rest = offer(response, request.method, persistence(parser, keep));
            if (!rest.empty()) {
                MemoryShare waiting{state_->answers};
                waiting.belongs_to(response.account);
                waiting.hold(rest.own.size());
                if (!fits(waiting)) co_return;
                response = Response{};
                const bool sent = co_await send(std::move(rest));
                if (!sent) co_return;
            }
            if (!keep) break;
        }
        co_await linger();
    }

    boost::asio::awaitable<Response> handle(const Request& request) {
        std::string failure;
        try {
            Response response = co_await state_->handler(request);
            if (is_compressible(response)) co_await compress(request, response);
            co_return response;
        } catch (const std::exception& error) {
            failure = error.what();
        } catch (...) {
            failure = "not a std::exception";
        }
        log::error("request handler failed: path={} error={}", request.path, failure);
        co_return state_->error_body(500, "internal error");
    }

    /// Runs the configured body check, if any: returns the account and limits of the body, or the refusal.
    boost::asio::awaitable<std::expected<BodyPermit, Response>> check_body(Request& request) {
        if (!state_->body_check) co_return BodyPermit{};
        enter(Phase::working);
        request.peer = peer_;
        try {
            co_return co_await state_->body_check(request);
        } catch (const std::exception& error) {
            log::error("body check failed: path={} error={}", request.path, error.what());
        }
        co_return std::unexpected(state_->error_body(500, "internal error"));
    }

    /// Counts the bytes of the body received so far; returns the refusal if a limit is exceeded.
    std::optional<Refusal> excess(const Request& request, const std::optional<BodyPermit>& permit,
                                  MemoryShare& share, RequestParser::Step step) {
        if (permit && request.body.size() > permit->limit) return Refusal{413, "body too large"};
        if (permit && permit->counted) share.hold(request.body.size());
        if (step == RequestParser::Step::need_more && share.exceeds())
            return Refusal{503, "too many request bodies under way, try again"};
        return std::nullopt;
    }

    static void drop_body(Request& request, MemoryShare& share) {
        std::string{}.swap(request.body);
        share.hold(0);
    }

    RequestParser::Step parse(RequestParser& parser) {
        std::string_view bytes = input_.bytes();
        const std::size_t before = bytes.size();
        const RequestParser::Step step = parser.parse(bytes);
        input_.consume(before - bytes.size());
        return step;
    }

    /// A deadline runs from the first byte of a phase, not from the latest: sending slowly does not extend
    /// it.
    void note_progress(const RequestParser& parser) {
        if (parser.header_done()) {
            if (phase() != Phase::body) enter(Phase::body);
            input_.grow_to(kBodyReadSize);
        } else if (phase() == Phase::idle && (parser.started() || !input_.bytes().empty())) {
            enter(Phase::header);
        }
    }

    static Persistence persistence(const RequestParser& parser, bool keep) {
        if (!keep) return Persistence::close;
        return parser.is_http_1_0() ? Persistence::keep_http_1_0 : Persistence::keep;
    }

    /// The part of a response that the kernel has not taken.
    struct Unsent {
        std::string own{};
        std::string_view constant{};  // follows; lives as long as the process
        [[nodiscard]] bool empty() const { return own.empty() && constant.empty(); }
    };

    /// Writes a response to the kernel; returns the part that was not taken.
    Unsent offer(const Response& response, Method method, Persistence persistence) {
        constexpr std::size_t kWorthCopying = 8UL * 1024;
        std::string& head = state_->scratch;
        head.clear();
        append_head(head, response, persistence, state_->date(), Framing::length, state_->options.headers);
        const bool bodiless = method == Method::head || !status_allows_body(response.status);
        std::string_view body = bodiless ? std::string_view{} : response.content();
        if (body.size() <= kWorthCopying) {
            head += body;
            body = {};
        }
        const std::size_t sent = write_now(head, body);
        if (sent == head.size() + body.size()) return {};
        body.remove_prefix(std::max(sent, head.size()) - head.size());
        Unsent rest{.own = head.substr(std::min(sent, head.size()))};
        if (response.constant_body.empty())
            rest.own += body;
        else
            rest.constant = body;
        return rest;
    }

    /// Number of bytes that the kernel took at once. An error counts as 0: it recurs when sending the rest.
    std::size_t write_now(std::string_view head, std::string_view body) {
        if constexpr (kTls) {
            return 0;
        } else {
            const std::array<boost::asio::const_buffer, 2> both{boost::asio::buffer(head),
                                                                boost::asio::buffer(body)};
            error_code full;
            return body.empty() ? stream_.write_some(both[0], full) : stream_.write_some(both, full);
        }
    }

    /// Sends a body while it is generated; false if no other response can follow. A client that does not read
    /// is disconnected by the write timeout; a closed connection is noticed between two pieces.
    boost::asio::awaitable<bool> send_stream(const Response& response, Method method,
                                             const RequestParser& parser) {
        const Framing framing = parser.is_http_1_0() ? Framing::closing : Framing::chunks;
        const bool keep = parser.keeps_alive() && framing == Framing::chunks && !state_->stopping;
        std::string head;
        append_head(head, response, persistence(parser, keep), state_->date(), framing,
                    state_->options.headers);
        bool sent = co_await send(std::move(head));
        if (method == Method::head) co_return sent&& keep;
        MemoryShare share{state_->answers};
        share.belongs_to(response.account);
        while (sent) {
            enter(Phase::working);
            share.hold(response.stream->held());
            std::optional<std::string> piece = co_await response.stream->next();
            if (!piece || state_->stopping) break;
            if (piece->empty()) {
                sent = !reader_has_gone();
                continue;
            }
            if (framing == Framing::chunks) *piece = chunk(*piece);
            share.hold(piece->size() + response.stream->held());
            sent = fits(share);
            if (sent) sent = co_await send(std::move(*piece));
        }
        if (sent && framing == Framing::chunks) sent = co_await send(chunk({}));
        co_return sent&& keep && !state_->stopping;
    }

    bool reader_has_gone() {
        char byte = 0;
        if (!socket().is_open()) return true;
        const ssize_t count = ::recv(socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
        return count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR);
    }

    /// Waits until all is sent; false if the connection is gone.
    boost::asio::awaitable<bool> send(Unsent rest) {
        if (rest.empty()) co_return true;
        enter(Phase::writing);
        const std::array<boost::asio::const_buffer, 2> both{boost::asio::buffer(rest.own),
                                                            boost::asio::buffer(rest.constant)};
        error_code ec;
        co_await boost::asio::async_write(stream_, both, on(ec));
        co_return !ec;
    }
    // The check does not see the move in a template. NOLINTNEXTLINE(performance-unnecessary-value-param)
    boost::asio::awaitable<bool> send(std::string text) { return send(Unsent{.own = std::move(text)}); }

    /// False: the unsent bytes exceed what the account of this response may hold. The connection is then
    /// closed.
    bool fits(const MemoryShare& share) const {
        if (!share.exceeds()) return true;
        log::warn("closed connection: too many unsent response bytes: peer={}", peer_);
        return false;
    }

    boost::asio::awaitable<void> refuse(Refusal refusal) {
        co_await refuse(state_->error_body(refusal.status, refusal.reason));
    }

    boost::asio::awaitable<void> refuse(Response response) {
        const bool sent = co_await send(offer(response, Method::get, Persistence::close));
        if (sent) co_await linger();
    }

    /// Closing a socket that still has unread bytes resets the connection, and a reset may overtake the
    /// response. Therefore shut down the sending side and read until the client has closed or its time is up.
    boost::asio::awaitable<void> linger() {
        enter(Phase::lingering);
        error_code ec;
        if constexpr (kTls) co_await stream_.async_shutdown(on(ec));
        socket().shutdown(PlainStream::shutdown_send, ec);
        while (!ec) {
            input_.consume(input_.bytes().size());
            const std::size_t count = co_await socket().async_read_some(input_.prepare(), on(ec));
            input_.commit(count);
        }
    }

    std::shared_ptr<ServerState> state_;
    Stream stream_;
    std::string peer_;
    InputBuffer input_;
    bool too_slow_{false};
    bool left_{false};
};

}  // namespace ecron::http
