#pragma once
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <mutex>

#include "store/sql/session.hpp"
#include "store/sql/state.hpp"
#include "store/work/retry_timer.hpp"
#include "store/work/work_thread.hpp"

/// The advisory locks of the shards on MySQL, held by a dedicated session and thread.
///
/// The session's wait_timeout is the lease, so a holder that is frozen or cut off loses its locks within one
/// lease, and a killed one immediately. Every round queries the owner of each lock from the server. It never
/// reconnects silently: a lost session means lost locks, and the next round starts with none. The same round
/// checks whether the server has become read-only; its locks are then worthless and the session is closed.
/// Candidates poll without waiting in the server's queue, so that no frozen waiter can be granted a lock.
namespace ecron::store {

/// The shards whose locks a round confirmed, and the store's clock.
struct Locks {
    std::vector<Shard> held{};
    std::size_t free{0};    // unowned, except those released in this round
    std::size_t others{0};  // owned by other sessions when the round began
    Instant store_now{};
    Millis clock_ahead{};
    Millis clock_error{};
    std::vector<NodeId> disconnected{};  // of the watched nodes
    bool own_name_free{false};           // the lease session does not hold the lock of this node's name
};

/// Returns the name of a shard's lock as an SQL literal.
std::string lock_name(Session& session, Shard shard);

class Leadership;

/// A task of the thread: a campaign round, or releasing a lock.
class LockWork : public Work {
public:
    virtual void apply(Leadership& leadership) = 0;
};

class LockRound final : public Answering<LockWork, Locks> {
public:
    /// `may_take`: whether free locks may be acquired.
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
    /// Returns true if the last round confirmed the lock and was sent less than 3 s ago. Threads: any.
    [[nodiscard]] bool holds(Shard shard) const;
    [[nodiscard]] std::optional<SteadyInstant> last_heartbeat() const;
    /// See Election. Threads: any.
    [[nodiscard]] bool permits_starts(Shard shard, Epoch epoch) const;
    /// This node has begun a term: what is known of the last round, it knows of this term, too. Threads: any.
    void term_began(Shard shard, Epoch epoch);
    void close();  // releases all locks

    // Called on its own thread only.
    Result<Locks> round(const CampaignRound& round, std::size_t shards, bool may_take);
    Result<void> release(Shard shard);

private:
    /// Owner of each shard's lock: 0 none, 1 this session, 2 another session.
    using Owners = std::vector<std::int64_t>;

    void connect();
    Owners owners(const NodeId& node, std::size_t shards, Locks& locks);
    std::vector<Epoch> read_epochs();
    void learn(std::size_t shard, Epoch epoch);
    std::vector<NodeId> disconnected(const std::vector<NodeId>& watched);
    void give_back(Shard shard);
    std::size_t take_free(const Owners& owners, std::size_t most, const std::vector<Shard>& not_these);
    bool take(Shard shard);
    void lose(std::string_view reason);

    const Options& options_;
    const Clock& clock_;
    State& state_;
    std::unique_ptr<Session> session_{};
    std::uint64_t generation_{0};  // of the session, see State
    SteadyInstant connected_{};
    RetryTimer back_off_;

    mutable std::mutex mutex_;
    std::uint64_t held_{0};                // one bit per shard
    std::optional<SteadyInstant> good_{};  // send time of the last successful round
    std::vector<Epoch> epochs_{};          // newest known term of each shard
    WorkThread<LockWork> thread_;          // last member: it uses all of the above
};

}  // namespace ecron::store
