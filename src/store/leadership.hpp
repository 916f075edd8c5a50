#pragma once
#include <boost/asio/io_context.hpp>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "store/session.hpp"
#include "store/work.hpp"

/// The advisory lock of the shard on MySQL, held by a session and a thread of their own that do nothing else.
///
/// The session's wait_timeout is the lease, so a holder that is frozen or cut off loses the lock within it; a
/// killed one at once. Every second it asks the server whether the lock is still its own. It never reconnects
/// silently: a lost session is a lost lock. Candidates poll without waiting in the server's queue, so that no
/// frozen waiter can be granted the lock.
namespace ecron::store {

class LockWork final : public Answering<Work, void> {
public:
    enum class Wish : std::uint8_t { take, release };
    explicit LockWork(Wish wish) : wish_(wish) {}
    [[nodiscard]] Wish wish() const { return wish_; }

private:
    Wish wish_;
};

class Leadership {
public:
    Leadership(boost::asio::io_context& io, const Options& options, const Clock& clock);
    ~Leadership();
    /// take: conflict while another process has the lock.
    void submit(std::unique_ptr<LockWork> work);
    /// The last heartbeat that was good was sent less than 3 s ago.
    [[nodiscard]] bool holds() const;
    void close();

private:
    void run();
    Result<void> carry_out(LockWork::Wish wish);
    Result<void> take();
    void beat();
    void release();  // in order: the lock is free when it returns
    void let_go();

    boost::asio::io_context& io_;
    const Options& options_;
    const Clock& clock_;
    std::unique_ptr<Session> session_{};

    mutable std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<std::unique_ptr<LockWork>> queue_;
    std::optional<SteadyInstant> good_{};  // when the last good heartbeat was sent; nothing: no lock
    bool closing_{false};
    std::thread thread_;
};

}  // namespace ecron::store
