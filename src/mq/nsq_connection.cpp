#include "mq/nsq_connection.hpp"

#include <fmt/format.h>
#include <unistd.h>
#include <boost/asio/buffer.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <deque>

#include "ecron/base/log.hpp"

namespace ecron::mq::nsq {
namespace {

using asio::ip::tcp;

constexpr std::size_t kReadAtOnce = 32UL * 1024;  // processed in one turn
constexpr std::size_t kLongestFrame =
    64UL * 1024 * 1024;  // nsqd rejects messages over its own limit, 1 MiB by default
constexpr Millis kWatch{250};
constexpr std::string_view kHeartbeat = "_heartbeat_";

std::string host_name() {
    std::array<char, 256> name{};
    ::gethostname(name.data(), name.size() - 1);
    return name.data();
}

Errc code_of(std::string_view error) {
    if (error.starts_with("E_BAD_MESSAGE") || error.starts_with("E_BAD_BODY")) return Errc::too_large;
    if (error.starts_with("E_UNAUTHORIZED") || error.starts_with("E_AUTH")) return Errc::denied;
    if (error.starts_with("E_BAD_TOPIC") || error.starts_with("E_BAD_CHANNEL")) return Errc::invalid;
    return Errc::unavailable;
}

/// A pending response.
struct Pending {
    explicit Pending(asio::io_context& io) : answered(io) {}
    Wakeup answered;
    std::optional<Result<std::string>> answer{};
    SteadyInstant since{};
};

class Tcp final : public Connection {
public:
    Tcp(asio::io_context& io, const Clock& clock, Address address, const NsqOptions& options,
        OnDelivery on_delivery)
        : io_(io),
          clock_(clock),
          address_(std::move(address)),
          options_(options),
          on_delivery_(std::move(on_delivery)),
          resolver_(io),
          socket_(io),
          gate_(io),
          end_(io),
          idle_(io) {}

    asio::awaitable<Result<void>> start() {
        const std::shared_ptr<Tcp> self = std::static_pointer_cast<Tcp>(shared_from_this());
        deadline_ = clock_.steady() + options_.timeout;
        gate_.spawn("nsq watch", watch(self));
        co_await connect();
        if (ended_) co_return std::unexpected(*ended_);
        deadline_.reset();
        last_read_ = clock_.steady();
        send(kMagic);
        gate_.spawn("nsq read", read(self));
        co_return co_await introduce();
    }

    asio::awaitable<Result<std::string>> request(std::string command) override {
        if (ended_) co_return std::unexpected(*ended_);
        const auto pending = std::make_shared<Pending>(io_);
        pending->since = clock_.steady();
        pending_.push_back(pending);
        send(command);
        while (!pending->answer) co_await pending->answered.wait(Seconds{60});
        co_return std::move(*pending->answer);
    }

    void send(std::string_view command) override {
        if (ended_) return;
        out_ += command;
        if (writing_) return;
        writing_ = true;
        gate_.spawn("nsq write", write(std::static_pointer_cast<Tcp>(shared_from_this())));
    }

    asio::awaitable<void> flushed() override {
        while (writing_ && !ended_) co_await idle_.wait(kWatch);
    }

    [[nodiscard]] const Hello& hello() const override { return hello_; }
    [[nodiscard]] const std::optional<Error>& ended() const override { return ended_; }
    asio::awaitable<void> wait_for_end(Millis at_most) override {
        if (!ended_) co_await end_.wait(at_most);
    }

    void close(Error why) override {
        if (ended_) return;
        ended_ = std::move(why);
        resolver_.cancel();
        boost::system::error_code ignored;
        socket_.close(ignored);
        for (const auto& pending : pending_) answer(*pending, std::unexpected(*ended_));
        pending_.clear();
        end_.notify();
        idle_.notify();
    }

private:
    void fail_with(std::string what) { close({Errc::unavailable, std::move(what), {}}); }

    asio::awaitable<void> connect() {
        boost::system::error_code failed;
        const tcp::resolver::results_type found = co_await resolver_.async_resolve(
            address_.host, std::to_string(address_.port), asio::redirect_error(asio::use_awaitable, failed));
        if (ended_) co_return;
        if (failed) {
            fail_with(fmt::format("its name cannot be resolved: {}", failed.message()));
            co_return;
        }
        co_await asio::async_connect(socket_, found, asio::redirect_error(asio::use_awaitable, failed));
        if (ended_) co_return;
        if (failed) {
            fail_with(fmt::format("cannot be connected to: {}", failed.message()));
            co_return;
        }
        socket_.set_option(tcp::no_delay{true}, failed);
    }

    asio::awaitable<Result<void>> introduce() {
        std::string text = identify({.client_id = options_.client_id,
                                     .user_agent = options_.user_agent,
                                     .host_name = host_name(),
                                     .heartbeat = options_.heartbeat});
        const Result<std::string> said = co_await request(std::move(text));
        if (!said) co_return std::unexpected(said.error());
        Result<Hello> hello = parse_hello(*said);
        if (!hello) {
            close(hello.error());
            co_return std::unexpected(hello.error());
        }
        hello_ = std::move(*hello);
        if (!hello_.auth_required) co_return Result<void>{};
        if (options_.secret.empty()) {
            Error refused{Errc::denied, "asks for authentication, and mq_password gives no secret", {}};
            close(refused);
            co_return std::unexpected(std::move(refused));
        }
        const Result<std::string> proven = co_await request(authenticate(options_.secret.reveal()));
        if (proven) co_return Result<void>{};
        Error refused = proven.error();
        if (refused.code == Errc::denied) refused.what = "refuses the secret of mq_password: " + refused.what;
        close(refused);
        co_return std::unexpected(std::move(refused));
    }

    asio::awaitable<void> read(std::shared_ptr<Tcp> self) {
        std::string bytes;
        std::size_t begin = 0;
        while (!self->ended_) {
            Result<Parsed> parsed = parse_frame(std::string_view{bytes}.substr(begin), kLongestFrame);
            if (!parsed) {
                self->close(parsed.error());
                co_return;
            }
            if (parsed->frame) {
                self->take(*parsed->frame);
                begin += parsed->size;
                continue;
            }
            bytes.erase(0, std::exchange(begin, 0));
            const std::size_t kept = bytes.size();
            const std::size_t room = std::max(kReadAtOnce, parsed->size - kept);
            bytes.resize(kept + room);
            boost::system::error_code failed;
            const std::size_t got = co_await self->socket_.async_read_some(
                asio::buffer(bytes.data() + kept, room), asio::redirect_error(asio::use_awaitable, failed));
            bytes.resize(kept + got);
            if (failed) {
                self->fail_with(failed == asio::error::eof
                                    ? "closed the connection"
                                    : fmt::format("connection lost: {}", failed.message()));
                co_return;
            }
            self->last_read_ = self->clock_.steady();
        }
    }

    void take(const Frame& frame) {
        switch (frame.type) {
            case FrameType::response:
                if (frame.data == kHeartbeat)
                    send(kNothing);
                else
                    answer_next(std::string{frame.data});
                break;
            case FrameType::error:
                take_error(frame.data);
                break;
            case FrameType::message: {
                const Result<Delivery> delivery = parse_delivery(frame.data);
                if (!delivery)
                    close(delivery.error());
                else if (on_delivery_)
                    on_delivery_(*delivery);
                break;
            }
        }
    }

    void take_error(std::string_view text) {
        if (!is_fatal(text)) {  // the message had timed out and was delivered to another consumer
            log::debug("nsqd rejected a command address={} error=\"{}\"", address_.text(), text);
            return;
        }
        Error error{code_of(text), std::string{text}, {}};
        if (pending_.empty())
            close(std::move(error));
        else
            answer_next(std::unexpected(std::move(error)));
    }

    void answer_next(Result<std::string> text) {
        if (pending_.empty()) return;
        const std::shared_ptr<Pending> pending = std::move(pending_.front());
        pending_.pop_front();
        answer(*pending, std::move(text));
    }

    static void answer(Pending& pending, Result<std::string> text) {
        pending.answer = std::move(text);
        pending.answered.notify();
    }

    asio::awaitable<void> write(std::shared_ptr<Tcp> self) {
        while (!self->out_.empty() && !self->ended_) {
            const std::string bytes = std::exchange(self->out_, {});
            boost::system::error_code failed;
            co_await asio::async_write(self->socket_, asio::buffer(bytes),
                                       asio::redirect_error(asio::use_awaitable, failed));
            // nsqd closes the connection after an error while a large command is still being sent. Its error
            // response can still be read; then the reader finds the end.
            if (failed) break;
        }
        self->writing_ = false;
        self->idle_.notify();
    }

    /// Enforces the deadlines for connecting, responses and heartbeats.
    asio::awaitable<void> watch(std::shared_ptr<Tcp> self) {
        while (!self->ended_) {
            co_await self->end_.wait(kWatch);
            const SteadyInstant now = self->clock_.steady();
            const bool silent =
                !self->pending_.empty() && now - self->pending_.front()->since > self->options_.timeout;
            const bool dead = self->last_read_ && now - *self->last_read_ > self->options_.heartbeat * 5 / 2;
            if (self->deadline_ && now > *self->deadline_)
                self->close({Errc::timeout, "does not take the connection in time", {}});
            else if (silent && self->hello_.version.empty())
                self->close({Errc::timeout, "takes the connection and says nothing", {}});
            else if (silent)
                self->close({Errc::timeout, "does not answer in time", {}});
            else if (dead)
                self->close({Errc::timeout, "sends no heartbeats any more", {}});
        }
    }

    asio::io_context& io_;
    const Clock& clock_;
    const Address address_;
    const NsqOptions& options_;
    OnDelivery on_delivery_;
    tcp::resolver resolver_;
    tcp::socket socket_;
    Gate gate_;
    Wakeup end_;
    Wakeup idle_;
    Hello hello_;
    std::optional<Error> ended_;
    std::deque<std::shared_ptr<Pending>> pending_;
    std::string out_;
    bool writing_{false};
    std::optional<SteadyInstant> deadline_;
    std::optional<SteadyInstant> last_read_;
};

}  // namespace

asio::awaitable<Result<Connection::Opened>> Connection::open(asio::io_context& io, const Clock& clock,
                                                             Address address, const NsqOptions& options,
                                                             OnDelivery on_delivery) {
    const auto connection =
        std::make_shared<Tcp>(io, clock, std::move(address), options, std::move(on_delivery));
    const Result<void> started = co_await connection->start();
    if (!started) co_return std::unexpected(started.error());
    co_return connection;
}

}  // namespace ecron::mq::nsq
