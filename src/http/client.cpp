#include "ecron/http/client.hpp"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <optional>
#include <vector>

#include "http/multi_driver.hpp"
#include "http/transfer.hpp"
#include "http/trust_store.hpp"

namespace ecron::http {
namespace {

namespace asio = boost::asio;

}  // namespace

/// Transfers live in reusable slots; a RequestId is the slot and the number of its uses.
class Client::Impl : public std::enable_shared_from_this<Impl> {
public:
    Impl(asio::io_context& io, ClientOptions options)
        : io_(io),
          options_(std::move(options)),
          trust_(options_.ca_file, options_.ca_text),
          driver_(std::make_shared<MultiDriver>(io, options_,
                                                [this](CURL* easy, CURLcode code) { ended(easy, code); })),
          timer_(io) {}

    RequestId start(ClientRequest request, Done done);
    void cancel(RequestId id);
    void close();
    [[nodiscard]] std::size_t in_flight() const { return slots_.size() - free_.size(); }

private:
    struct Slot : Transfer {
        Slot(std::uint32_t index_given, TransferContext context) : Transfer(context), index(index_given) {}
        std::uint32_t index;
        std::uint32_t uses{0};
        Done done;  // empty: slot is free
    };

    using Clock = std::chrono::steady_clock;

    static RequestId id_of(const Slot& slot) {
        return RequestId{std::uint64_t{slot.uses} << 32 | slot.index};
    }

    Slot& take_slot();
    Slot* find(RequestId id);
    Done release(Slot& slot);
    void finish_later(Done done, ClientResult result);
    void ended(CURL* easy, CURLcode code);
    void add(Slot& slot);
    void look_at(Clock::time_point deadline);
    void end_overdue();

    asio::io_context& io_;
    ClientOptions options_;
    TrustStore trust_;
    std::shared_ptr<MultiDriver> driver_;
    std::vector<std::unique_ptr<Slot>> slots_;
    std::vector<Slot*> free_;
    asio::steady_timer timer_;
    std::optional<Clock::time_point> look_at_;
    bool closed_{false};
};

Client::Impl::Slot& Client::Impl::take_slot() {
    if (free_.empty()) {
        slots_.push_back(std::make_unique<Slot>(static_cast<std::uint32_t>(slots_.size()),
                                                TransferContext{options_, *driver_, trust_.get()}));
        free_.push_back(slots_.back().get());
    }
    Slot& slot = *free_.back();
    free_.pop_back();
    ++slot.uses;
    return slot;
}

Client::Impl::Slot* Client::Impl::find(RequestId id) {
    const std::size_t index = id.value() & 0xFFFFFFFFU;
    if (index >= slots_.size()) return nullptr;
    Slot& slot = *slots_[index];
    return slot.done && id_of(slot) == id ? &slot : nullptr;
}

Client::Done Client::Impl::release(Slot& slot) {
    slot.reset();
    free_.push_back(&slot);
    return std::exchange(slot.done, Done{});
}

Client::RequestId Client::Impl::start(ClientRequest request, Done done) {
    Slot& slot = take_slot();
    const RequestId id = id_of(slot);
    slot.done = std::move(done);
    if (const auto begun = slot.begin(std::move(request)); begun)
        add(slot);
    else
        finish_later(release(slot), std::unexpected(begun.error()));
    return id;
}

void Client::Impl::cancel(RequestId id) {
    Slot* const slot = find(id);
    if (slot == nullptr) return;
    driver_->remove(slot->easy());
    ClientFailure cancelled = slot->failed({Errc::unavailable, "cancelled"});
    finish_later(release(*slot), std::unexpected(std::move(cancelled)));
}

/// Calls Done later: the caller may hold its own locks and does not expect a nested call.
void Client::Impl::finish_later(Done done, ClientResult result) {
    asio::post(io_,
               [self = shared_from_this(), done = std::move(done), result = std::move(result)]() mutable {
                   if (!self->closed_) done(std::move(result));
               });
}

void Client::Impl::ended(CURL* easy, CURLcode code) {
    Slot& slot = static_cast<Slot&>(Transfer::of(easy));
    auto result = slot.hop_ended(code);
    if (!result) return add(slot);
    const auto alive = shared_from_this();  // Done may destroy the client
    release(slot)(std::move(*result));
}

void Client::Impl::add(Slot& slot) {
    driver_->add(slot.easy());
    look_at(slot.deadline());
}

/// The timer is set to the earliest deadline known when it was armed, or earlier. Most requests end long
/// before their deadline, so re-arming for each request would cost more than an occasional scan of all of
/// them.
void Client::Impl::look_at(Clock::time_point deadline) {
    if (look_at_ && *look_at_ <= deadline) return;
    look_at_ = deadline;
    timer_.expires_at(deadline);
    timer_.async_wait([weak = weak_from_this()](boost::system::error_code ec) {
        const auto self = weak.lock();
        if (!ec && self) self->end_overdue();
    });
}

void Client::Impl::end_overdue() {
    look_at_.reset();
    for (const auto& slot : slots_) {
        if (!slot->done) continue;
        if (std::optional<Error> why = slot->overdue()) {
            driver_->remove(slot->easy());
            ClientFailure late = slot->failed(std::move(*why));
            finish_later(release(*slot), std::unexpected(std::move(late)));
        } else {
            look_at(slot->deadline());
        }
    }
}

void Client::Impl::close() {
    closed_ = true;
    timer_.cancel();
    std::vector<Done> unanswered;  // destroyed last: they may own the caller of this function
    for (const auto& slot : slots_) {
        if (!slot->done) continue;
        driver_->remove(slot->easy());
        unanswered.push_back(release(*slot));
    }
    driver_->close();
}

Client::Client(asio::io_context& io, ClientOptions options)
    : impl_(std::make_shared<Impl>(io, std::move(options))) {}
Client::~Client() { impl_->close(); }

Client::RequestId Client::start(ClientRequest request, Done done) {
    return impl_->start(std::move(request), std::move(done));
}
void Client::cancel(RequestId id) { impl_->cancel(id); }
std::size_t Client::in_flight() const { return impl_->in_flight(); }

asio::awaitable<Result<ClientResponse>> Client::send(ClientRequest request) {
    const std::shared_ptr<Impl> impl = impl_;
    const auto initiate = [&impl, &request](auto handler) {
        const auto slot = asio::get_associated_cancellation_slot(handler);
        const RequestId id = impl->start(
            std::move(request), [handler = std::move(handler)](Result<ClientResponse> result) mutable {
                std::move(handler)(std::move(result));
            });
        if (slot.is_connected())
            asio::cancellation_slot{slot}.assign([weak = std::weak_ptr{impl}, id](asio::cancellation_type) {
                if (const auto alive = weak.lock()) alive->cancel(id);
            });
    };
    auto waiting = asio::async_initiate<const asio::use_awaitable_t<>, void(Result<ClientResponse>)>(
        initiate, asio::use_awaitable);
    Result<ClientResponse> result = co_await std::move(waiting);
    co_return result;
}

}  // namespace ecron::http
