#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <deque>
#include <memory>
#include <vector>

#include "store/work/work.hpp"

namespace ecron::store {

/// Resumes the coroutines whose work one thread of the store has finished, in that order, on the io_context's
/// thread. A batch of hundreds of writes is spread over several turns of the loop, so that other handlers
/// wait for at most kTurn. Threads: deliver may be called on any thread.
class Answers : public std::enable_shared_from_this<Answers> {
public:
    static constexpr std::chrono::milliseconds kTurn{1};

    explicit Answers(boost::asio::io_context& io) : io_(io) {}

    template <class Item> void deliver(std::vector<std::unique_ptr<Item>> finished) {
        boost::asio::post(io_, [self = shared_from_this(), finished = std::move(finished)]() mutable {
            for (auto& work : finished) self->finished_.push_back(std::move(work));
            if (!std::exchange(self->resuming_, true)) self->resume();
        });
    }

private:
    using Clock = std::chrono::steady_clock;

    void resume() {
        const auto ends = Clock::now() + kTurn;
        do {
            const std::unique_ptr<Work> work = std::move(finished_.front());
            finished_.pop_front();
            work->answer();
        } while (!finished_.empty() && Clock::now() < ends);
        if (finished_.empty()) {
            resuming_ = false;
            return;
        }
        boost::asio::post(io_, [self = shared_from_this()] { self->resume(); });
    }

    boost::asio::io_context& io_;
    std::deque<std::unique_ptr<Work>> finished_;
    bool resuming_{false};
};

}  // namespace ecron::store
