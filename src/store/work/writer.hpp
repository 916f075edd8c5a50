#pragma once
#include <array>
#include <boost/asio/io_context.hpp>
#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>

#include "store/sql/session.hpp"
#include "store/sql/state.hpp"
#include "store/work/answers.hpp"
#include "store/work/deferred.hpp"
#include "store/work/retry_timer.hpp"
#include "store/work/write_queue.hpp"

/// The only thread that changes the database. Writes that wait while a transaction runs share the next one; a
/// transaction contains writes of one kind. Kinds are served round-robin, and tenants within a kind. If only
/// patient writes wait, the next transaction waits a moment for more of them: a commit costs the same for one
/// write as for many.
///
/// A transaction that fails because of one member is repeated with a savepoint for each member, so that every
/// member gets its own answer. Deadlocks are retried. After a lost connection, or if the server has become
/// read-only, it reconnects once immediately, then with back-off, and answers unavailable in the meantime. A
/// transaction whose commit was sent but not acknowledged is repeated if all its members can recognize a
/// repetition (Write::repeatable); otherwise they fail with an error that says that the outcome is unknown.
namespace ecron::store {

/// Thrown by a group that cannot determine which of several members failed; each one is then executed
/// separately.
class SplitBatch final : public std::exception {};

/// Thrown for a write that is refused after it has changed something: its changes are rolled back.
class WriteRejected final : public std::exception {
public:
    explicit WriteRejected(Error error) : error_(std::move(error)) {}
    [[nodiscard]] const Error& error() const { return error_; }

private:
    Error error_;
};

/// `repeated`: an earlier try may have been committed.
enum class CommitAttempt : std::uint8_t { first, repeated };

/// Executes writes of one kind inside the running transaction and stores each one's answer in it.
using Group = std::function<void(Session&, std::span<Write* const>, CommitAttempt)>;

class Writer {
public:
    /// Connects for the first time and prepares the database.
    using Open = std::function<Result<std::unique_ptr<Session>>()>;

    /// What the writer executes: groups by kind, and what their transactions leave for later.
    struct Parts {
        std::array<Group, kWriteKinds> groups{};
        Deferred& deferred;
    };
    /// Without a session it opens one itself, with back-off until it succeeds.
    Writer(boost::asio::io_context& io, const Options& options, const Clock& clock, State& state, Parts parts,
           std::unique_ptr<Session> session, Open open);
    ~Writer();
    void submit(std::unique_ptr<Write> write);
    [[nodiscard]] std::size_t waiting() const;
    /// Executes waiting writes and what was deferred, then ends.
    void close();

private:
    using Batch = std::vector<std::unique_ptr<Write>>;
    struct Queue {
        WriteQueue writes{};
        std::size_t last_taken{0};
        std::size_t limit{32};     // rows of the next transaction; only the writer's thread uses it
        std::size_t expected{32};  // patient writes that are worth a transaction
    };
    enum class BatchMode : std::uint8_t { together, each };
    /// What the writer's thread waits for, and therefore what has to wake it.
    enum class Awaits : std::uint8_t { nothing, any, enough };

    void run();
    [[nodiscard]] bool has_enough() const;
    void gather(std::unique_lock<std::mutex>& lock);
    void expect_more(std::size_t stored);
    [[nodiscard]] bool is_deferred_due() const;
    [[nodiscard]] std::chrono::microseconds idle_time() const;
    bool write_deferred();
    Queue& next_queue();
    Batch take(std::unique_lock<std::mutex>& lock);
    void carry_out(Batch& batch);
    void transaction(std::span<Write* const> writes, BatchMode mode, CommitAttempt attempt);
    void apply_each(std::span<Write* const> writes, CommitAttempt attempt);
    bool open_session();
    bool reconnect();
    bool leave_read_only_server(const SqlError& error, int tries);
    void keep_alive();
    void fail_all(std::span<Write* const> writes, const Error& error);

    const std::shared_ptr<Answers> answers_;
    const Options& options_;
    const Clock& clock_;
    State& state_;
    std::array<Group, kWriteKinds> groups_;
    Deferred& deferred_;
    std::unique_ptr<Session> session_;
    const Open open_;
    std::uint64_t generation_{0};  // of the session, see State
    RetryTimer back_off_;

    mutable std::mutex mutex_;
    std::condition_variable wake_;
    std::array<Queue, kWriteKinds> queues_;
    std::size_t waiting_{0};
    std::size_t patient_{0};  // of those that wait
    Awaits awaits_{Awaits::nothing};
    SteadyInstant gathers_until_{};
    std::size_t last_kind_{0};
    bool closing_{false};
    std::thread thread_;
};

}  // namespace ecron::store
