#pragma once
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <mutex>

#include "store/back_off.hpp"
#include "store/session.hpp"
#include "store/state.hpp"
#include "store/work_thread.hpp"

/// The advisory locks of the shards on MySQL, held by one session and a thread of their own that do nothing
/// else.
///
/// The session's wait_timeout is the lease, so a holder that is frozen or cut off loses its locks within it;
/// a killed one at once. Every round asks the server whose each lock is. It never reconnects silently: a lost
/// session is a lost lock, and the next round begins with none. The same round asks whether the server has
/// become read-only: its locks are worth nothing then, and the session is given up. Candidates poll without
/// waiting in the server's queue, so that no frozen waiter can be granted a lock.
namespace ecron::store {

/// Which shards' locks a round confirmed, and the store's clock.
struct Locks {
    std::vector<Shard> held{};
    std::size_t free{0};    // that nobody has, and that were not given back in this round
    std::size_t others{0};  // that other sessions had when the round began
    Instant store_now{};
    Millis clock_ahead{};
    Millis clock_error{};
};

/// The name of a shard's lock, as an SQL literal.
std::string lock_name(Session& session, Shard shard);

class Leadership;

/// What the thread does for somebody: a round, or giving a lock back.
class LockWork : public Work {
public:
    virtual void apply(Leadership& leadership) = 0;
};

class LockRound final : public Answering<LockWork, Locks> {
public:
    /// `may_take`: whether free locks may be taken.
    LockRound(CampaignRound round, std::size_t shards, bool may_take)
        : round_(std::move(round)),
          shards_(shards),
          may_take_(may_take) {}
    void apply(Leadership& leadership) override;

private:
    CampaignRound round_;
    std::size_t shards_;
    bool may_take_;
};

class LockRelease final : public Answering<LockWork, void> {
public:
    explicit LockRelease(Shard shard) : shard_(shard) {}
    void apply(Leadership& leadership) override;

private:
    Shard shard_;
};

class Leadership {
public:
    Leadership(boost::asio::io_context& io, const Options& options, const Clock& clock, State& state);
    ~Leadership();
    void submit(std::unique_ptr<LockWork> work) { thread_.submit(std::move(work)); }
    /// The last round confirmed it and was sent less than 3 s ago. Threads: any.
    [[nodiscard]] bool holds(Shard shard) const;
    [[nodiscard]] std::optional<SteadyInstant> last_beat() const;
    void close();  // gives every lock back

    // On its own thread only.
    Result<Locks> round(const CampaignRound& round, std::size_t shards, bool may_take);
    Result<void> release(Shard shard);

private:
    using Owners = std::vector<std::int64_t>;  // of each shard's lock: 0 nobody, 1 this session, 2 another

    void connect();
    Owners owners(std::size_t shards, Locks& locks);
    void give_back(Shard shard);
    std::size_t take_free(const Owners& owners, std::size_t most, const std::vector<Shard>& not_these);
    bool take(Shard shard);
    void lose(std::string_view reason);

    const Options& options_;
    const Clock& clock_;
    State& state_;
    std::unique_ptr<Session> session_{};
    std::uint64_t generation_{0};  // of the session, see State
    BackOff back_off_;

    mutable std::mutex mutex_;
    std::uint64_t held_{0};                // a bit a shard
    std::optional<SteadyInstant> good_{};  // when the last good round was sent
    WorkThread<LockWork> thread_;          // last: it works with all of the above
};

}  // namespace ecron::store
