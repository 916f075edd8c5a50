#pragma once
#include <boost/asio/async_result.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "ecron/base/error.hpp"
#include "ecron/base/time.hpp"

/// Work that coroutines submit to the store's threads: it is queued on the io_context's thread, executed on
/// one of the store's threads, and answered on the io_context's thread.
namespace ecron::store {

template <class T> class Waiter {
public:
    virtual ~Waiter() = default;
    virtual void resume(Result<T> answer) = 0;
};

class Work {
public:
    virtual ~Work() = default;
    virtual void refuse(const Error& error) = 0;
    /// Resumes the waiting coroutine. Called on the io_context's thread.
    virtual void answer() = 0;

    SteadyInstant since{};
};

/// Work with an answer, as a mixin for Work or a class derived from it.
template <class Base, class T> class Answering : public Base {
public:
    using Answer = T;
    using Base::Base;
    void refuse(const Error& error) override { result = std::unexpected(error); }
    void answer() override {
        if (waiter) std::exchange(waiter, nullptr)->resume(std::move(result));
    }

    Result<T> result{};
    std::unique_ptr<Waiter<T>> waiter{};
};

/// Submits the work to a queue and suspends the calling coroutine until it is answered.
template <class Item, class Queue>
boost::asio::awaitable<Result<typename Item::Answer>> await_answer(std::unique_ptr<Item> work, Queue& queue) {
    using T = typename Item::Answer;
    return boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void(Result<T>)>(
        [](auto handler, std::unique_ptr<Item> item, Queue* taker) {
            class Resume final : public Waiter<T> {
            public:
                explicit Resume(decltype(handler) held) : handler_(std::move(held)) {}
                void resume(Result<T> answer) override { std::move(handler_)(std::move(answer)); }

            private:
                decltype(handler) handler_;
            };
            item->waiter = std::make_unique<Resume>(std::move(handler));
            taker->submit(std::move(item));
        },
        boost::asio::use_awaitable, std::move(work), &queue);
}

}  // namespace ecron::store
