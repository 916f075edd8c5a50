#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "store/work/work.hpp"

/// A thread that executes submitted work in order. Threads: any for submit() and idle(); work is executed on
/// the thread and answered on the io_context's.
namespace ecron::store {

template <class Item> class WorkThread {
public:
    WorkThread(boost::asio::io_context& io, std::function<void(Item&)> carry_out)
        : io_(io),
          carry_out_(std::move(carry_out)),
          thread_([this] { run(); }) {}
    ~WorkThread() { close(); }
    WorkThread(const WorkThread&) = delete;
    WorkThread& operator=(const WorkThread&) = delete;

    /// Refuses the work after close().
    void submit(std::unique_ptr<Item> work) {
        {
            const std::scoped_lock lock(mutex_);
            if (!closing_) {
                queue_.push_back(std::move(work));
                wake_.notify_one();
                return;
            }
        }
        work->refuse({Errc::unavailable, "the store is closed", {}});
        answer(std::move(work));
    }

    [[nodiscard]] bool idle() const {
        const std::scoped_lock lock(mutex_);
        return !busy_ && queue_.empty();
    }

    /// Executes waiting work, then ends the thread.
    void close() {
        {
            const std::scoped_lock lock(mutex_);
            closing_ = true;
        }
        wake_.notify_one();
        if (thread_.joinable()) thread_.join();
    }

private:
    void run() {
        std::unique_lock lock(mutex_);
        for (;;) {
            wake_.wait(lock, [this] { return !queue_.empty() || closing_; });
            if (queue_.empty()) return;
            std::unique_ptr<Item> work = std::move(queue_.front());
            queue_.pop_front();
            busy_ = true;
            lock.unlock();
            carry_out_(*work);
            answer(std::move(work));
            lock.lock();
            busy_ = false;
        }
    }

    void answer(std::unique_ptr<Item> work) {
        boost::asio::post(io_, [answered = std::move(work)] { answered->answer(); });
    }

    boost::asio::io_context& io_;
    const std::function<void(Item&)> carry_out_;
    mutable std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<std::unique_ptr<Item>> queue_;
    bool busy_{false};
    bool closing_{false};
    std::thread thread_;
};

}  // namespace ecron::store
