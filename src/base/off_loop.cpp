#include "ecron/base/off_loop.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>

namespace ecron {
namespace {

namespace asio = boost::asio;

/// The second thread of an io_context. Ends, and drops what it has not begun, before the io_context does.
class SecondThread : public asio::execution_context::service {
public:
    static asio::execution_context::id id;
    explicit SecondThread(asio::execution_context& owner)
        : service(owner),
          thread_(std::make_unique<asio::thread_pool>(1)) {}
    [[nodiscard]] asio::thread_pool& thread() { return *thread_; }

private:
    void shutdown() override {
        thread_->stop();
        thread_->join();
        thread_.reset();
    }

    std::unique_ptr<asio::thread_pool> thread_;
};

asio::execution_context::id SecondThread::id;

thread_local LargeWorkCount* count_of_thread = nullptr;

asio::awaitable<void> carry_out(const std::function<void()>& work) {
    work();
    co_return;
}

}  // namespace

void report_work(std::size_t bytes) {
    if (bytes > kLargeWork && count_of_thread != nullptr) ++count_of_thread->pieces_;
}

LargeWorkCount::LargeWorkCount() : outer_(std::exchange(count_of_thread, this)) {}
LargeWorkCount::~LargeWorkCount() { count_of_thread = outer_; }

asio::awaitable<void> carry_out_off_loop(std::size_t bytes, std::function<void()> work) {
    if (bytes <= kLargeWork) {
        work();
        co_return;
    }
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    auto& second = asio::use_service<SecondThread>(asio::query(executor, asio::execution::context));
    co_await asio::co_spawn(second.thread(), carry_out(work), asio::use_awaitable);
}

}  // namespace ecron
