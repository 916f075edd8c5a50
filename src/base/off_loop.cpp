#include "ecron/base/off_loop.hpp"

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <memory>
#include <mutex>
#include <string>

#include "ecron/base/round_robin.hpp"
#include "ecron/base/thread_priority.hpp"

namespace ecron {
namespace {

namespace asio = boost::asio;

/// One piece of work, whose caller waits on the loop.
struct Piece {
    const std::function<void()>& work;  // the waiting caller's
    asio::any_io_executor loop;
    asio::any_completion_handler<void(std::exception_ptr)> done;
};

/// The second thread of an io_context. Ends, and drops what it has not begun, before the io_context does.
class SecondThread : public asio::execution_context::service {
public:
    static asio::execution_context::id id;
    explicit SecondThread(asio::execution_context& owner)
        : service(owner),
          thread_(std::make_unique<asio::thread_pool>(1)) {
        asio::post(*thread_, prefer_other_threads);
    }

    void add(std::string_view owner, Piece piece) {
        {
            const std::scoped_lock lock{mutex_};
            waiting_.push(owner, std::make_unique<Piece>(std::move(piece)));
        }
        asio::post(*thread_, [this] { take_turn(); });  // as many turns as pieces
    }

private:
    void take_turn() {
        const std::unique_ptr<Piece> piece = next();
        std::exception_ptr thrown;
        try {
            piece->work();
        } catch (...) {
            thrown = std::current_exception();
        }
        asio::post(piece->loop,
                   [done = std::move(piece->done), thrown]() mutable { std::move(done)(thrown); });
    }

    std::unique_ptr<Piece> next() {
        const std::scoped_lock lock{mutex_};
        return waiting_.pop();
    }

    void shutdown() override {
        thread_->stop();
        thread_->join();
        thread_.reset();
        waiting_.clear();
    }

    std::mutex mutex_;  // of waiting_
    RoundRobin<std::string, std::unique_ptr<Piece>> waiting_;
    std::unique_ptr<asio::thread_pool> thread_;
};

asio::execution_context::id SecondThread::id;

thread_local LargeWorkCount* count_of_thread = nullptr;

}  // namespace

void report_work(std::size_t bytes) {
    if (bytes > kLargeWork && count_of_thread != nullptr) ++count_of_thread->pieces_;
}

LargeWorkCount::LargeWorkCount() : outer_(std::exchange(count_of_thread, this)) {}
LargeWorkCount::~LargeWorkCount() { count_of_thread = outer_; }

asio::awaitable<void> carry_out_off_loop(Workload load, std::function<void()> work) {
    if (load.bytes <= kLargeWork) {
        work();
        co_return;
    }
    const asio::any_io_executor loop = co_await asio::this_coro::executor;
    auto& second = asio::use_service<SecondThread>(asio::query(loop, asio::execution::context));
    // The loop must not end while it waits for nothing else.
    const asio::any_io_executor kept = asio::prefer(loop, asio::execution::outstanding_work.tracked);
    const auto begin = [&](auto done) {
        second.add(load.owner, {.work = work, .loop = kept, .done = std::move(done)});
    };
    co_await asio::async_initiate<const asio::use_awaitable_t<>, void(std::exception_ptr)>(
        begin, asio::use_awaitable);
}

}  // namespace ecron
