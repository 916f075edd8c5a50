#include "ecron/base/async.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <vector>

#include "ecron/base/log.hpp"

namespace ecron {
namespace asio = boost::asio;

namespace {

class SteadyTimer final : public Timer {
public:
    explicit SteadyTimer(asio::io_context& io) : timer_(io) {}
    asio::awaitable<void> wait(std::chrono::microseconds at_most) override {
        timer_.expires_after(at_most);
        boost::system::error_code woken;
        co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    }
    void cancel() override { timer_.cancel(); }

private:
    asio::steady_timer timer_;
};

}  // namespace

asio::execution_context::id Timers::id;

Timers& Timers::of(asio::io_context& io) {
    return asio::use_service<Timers>(static_cast<asio::execution_context&>(io));
}

std::unique_ptr<Timer> Timers::make() {
    return std::make_unique<SteadyTimer>(static_cast<asio::io_context&>(context()));
}

struct Gate::State {
    explicit State(asio::io_context& context) : io(context), empty(context) {}
    asio::io_context& io;
    Wakeup empty;
    std::size_t count{0};
    bool closed{false};
};

Gate::Gate(asio::io_context& io) : state_(std::make_shared<State>(io)) {}
Gate::~Gate() = default;
std::size_t Gate::count() const { return state_->count; }

void Gate::spawn(std::string name, asio::awaitable<void> work) {
    if (state_->closed) return log::error("coroutine refused after the end of its owner name={}", name);
    ++state_->count;
    asio::co_spawn(state_->io, std::move(work),
                   [state = state_, name = std::move(name)](const std::exception_ptr& thrown) {
                       try {
                           if (thrown) std::rethrow_exception(thrown);
                       } catch (const std::exception& error) {
                           log::error("coroutine failed name={} error={}", name, error.what());
                       }
                       if (--state->count == 0) state->empty.notify();
                   });
}

asio::awaitable<void> Gate::close() {
    const std::shared_ptr<State> state = state_;
    while (state->count > 0) co_await state->empty.wait(std::chrono::seconds{1});
    state->closed = true;
}

/// Each waiter has its own timer, because a new wait on a shared timer would cancel the previous one.
struct Wakeup::State {
    explicit State(asio::io_context& context) : io(context) {}

    class Waiting {
    public:
        explicit Waiting(State& state) : state_(state) {
            if (state_.idle.empty()) {
                timer_ = Timers::of(state_.io).make();
            } else {
                timer_ = std::move(state_.idle.back());
                state_.idle.pop_back();
            }
            state_.waiting.push_back(timer_.get());
        }
        ~Waiting() {
            std::erase(state_.waiting, timer_.get());
            state_.idle.push_back(std::move(timer_));
        }
        Waiting(const Waiting&) = delete;
        Waiting& operator=(const Waiting&) = delete;
        Timer& timer() { return *timer_; }

    private:
        State& state_;
        std::unique_ptr<Timer> timer_;
    };

    asio::io_context& io;
    std::vector<std::unique_ptr<Timer>> idle;
    std::vector<Timer*> waiting;
    bool notified{false};
};

Wakeup::Wakeup(asio::io_context& io) : state_(std::make_shared<State>(io)) {}
Wakeup::~Wakeup() = default;

void Wakeup::notify() {
    for (Timer* const timer : state_->waiting) timer->cancel();
    if (state_->waiting.empty()) state_->notified = true;
}

asio::awaitable<void> Wakeup::wait(std::chrono::microseconds at_most) {
    const std::shared_ptr<State> state = state_;
    if (std::exchange(state->notified, false)) co_return;
    State::Waiting waiting{*state};
    co_await waiting.timer().wait(at_most);
}

asio::awaitable<void> sleep(asio::io_context& io, std::chrono::microseconds duration) {
    const std::unique_ptr<Timer> timer = Timers::of(io).make();
    co_await timer->wait(duration);
}

asio::awaitable<void> yield(asio::io_context& io) { co_await asio::post(io, asio::use_awaitable); }

}  // namespace ecron
