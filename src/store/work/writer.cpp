#include "store/work/writer.hpp"

#include <algorithm>

#include "ecron/base/log.hpp"

namespace ecron::store {

namespace {

constexpr std::size_t kGroupLimit = 500;  // more rows make a transaction longer, not cheaper per row
/// Writes of other kinds and tenants wait for the transaction that runs, so its statements should not take
/// longer; its commit costs the same for any size.
constexpr std::chrono::milliseconds kLongestGroup{6};
constexpr std::size_t kGroupBytes = std::size_t{256} << 10U;  // a few milliseconds
constexpr std::size_t kWholeGroup = 32;  // below it, two transactions cost more than they save
/// How long patient writes wait for others, from the end of the previous transaction.
constexpr std::chrono::milliseconds kGather{2};
constexpr int kTries = 5;
constexpr Millis kLongestBackOff{2'000};

/// The fault concerns the write, not the database: only this write is refused.
bool is_of_one_member(SqlFault fault) { return remedy_of(fault) == Remedy::refuse_row; }

/// Returns how many writes of the same cost fit into a group, given how long the statements of `writes` took.
std::size_t group_limit(std::size_t writes, std::chrono::microseconds took) {
    const double longest = std::chrono::duration<double>{kLongestGroup} / std::chrono::duration<double>{took};
    const double fitting = static_cast<double>(writes) * longest;  // infinite if it took no time
    return static_cast<std::size_t>(
        std::clamp(fitting, static_cast<double>(kWholeGroup), static_cast<double>(kGroupLimit)));
}

WriteRefusal refusal(SqlFault fault) {
    return fault == SqlFault::read_only ? WriteRefusal::read_only : WriteRefusal::disk_full;
}

}  // namespace

Writer::Writer(boost::asio::io_context& io, const Options& options, const Clock& clock, State& state,
               Parts parts, std::unique_ptr<Session> session, Open open)
    : answers_(std::make_shared<Answers>(io)),
      options_(options),
      clock_(clock),
      state_(state),
      groups_(std::move(parts.groups)),
      deferred_(parts.deferred),
      session_(std::move(session)),
      open_(std::move(open)),
      back_off_(kLongestBackOff),
      thread_([this] { run(); }) {}

Writer::~Writer() { close(); }

void Writer::submit(std::unique_ptr<Write> write) {
    write->since = clock_.steady();
    Error refused{Errc::unavailable, {}, {}};
    {
        const std::scoped_lock lock(mutex_);
        if (closing_) {
            refused.what = "the store is closed; nothing was stored";
        } else if (!state_.takes_writes()) {
            refused = state_.unavailable();
        } else if (waiting_ >= options_.queue_limit) {
            refused.what = "too many writes wait for the database; nothing was stored";
        } else {
            if (write->is_patient()) ++patient_;
            ++waiting_;
            queues_[static_cast<std::size_t>(write->kind())].writes.push(std::move(write));
            const bool wakes = awaits_ == Awaits::any || (awaits_ == Awaits::enough && has_enough());
            if (wakes) {
                awaits_ = Awaits::nothing;
                wake_.notify_one();
            }
            return;
        }
    }
    write->refuse(refused);
    Batch batch;
    batch.push_back(std::move(write));
    answers_->deliver(std::move(batch));
}

std::size_t Writer::waiting() const {
    const std::scoped_lock lock(mutex_);
    return waiting_;
}

void Writer::close() {
    {
        const std::scoped_lock lock(mutex_);
        closing_ = true;
    }
    wake_.notify_one();
    if (thread_.joinable()) thread_.join();
}

void Writer::run() {
    if (!session_) open_session();
    std::unique_lock lock(mutex_);
    for (;;) {
        if (is_deferred_due()) {
            lock.unlock();
            write_deferred();
            lock.lock();
        }
        gather(lock);
        if (waiting_ == 0) {
            if (closing_) break;
            awaits_ = Awaits::any;
            wake_.wait_for(lock, idle_time(), [this] { return waiting_ > 0 || closing_; });
            awaits_ = Awaits::nothing;
        }
        if (waiting_ == 0) {
            if (closing_) break;
            if (is_deferred_due()) continue;
            lock.unlock();
            keep_alive();
            lock.lock();
            continue;
        }
        Batch batch = take(lock);
        lock.unlock();
        carry_out(batch);
        expect_more(batch.size());
        answers_->deliver(std::move(batch));
        lock.lock();
    }
    lock.unlock();
    while (deferred_.due() && write_deferred()) {}
}

/// Returns true if a write waits that is not patient, or as many as a transaction is worth.
bool Writer::has_enough() const {
    if (closing_ || waiting_ > patient_) return true;
    return std::ranges::any_of(queues_, [](const Queue& queue) {
        return !queue.writes.empty() && queue.writes.size() >= queue.expected;
    });
}

/// After a transaction with that many writes. Clients that change jobs one after the other send the next
/// request once they have the answer: as many as these and those that wait are expected. A single client
/// therefore never waits for others. Called before they have the answer, so that none is counted twice.
void Writer::expect_more(std::size_t stored) {
    const std::scoped_lock lock(mutex_);
    Queue& queue = queues_[last_kind_];
    if (last_kind_ == static_cast<std::size_t>(WriteKind::jobs))
        queue.expected = std::min(kWholeGroup, stored + queue.writes.size());
    gathers_until_ = clock_.steady() + kGather;
}

/// Shortly after a transaction, waits for further writes. After a longer silence, even a patient write does
/// not wait.
void Writer::gather(std::unique_lock<std::mutex>& lock) {
    const SteadyInstant now = clock_.steady();
    if (has_enough() || now >= gathers_until_) return;
    awaits_ = Awaits::enough;
    wake_.wait_for(lock, gathers_until_ - now, [this] { return has_enough(); });
    awaits_ = Awaits::nothing;
}

/// What was deferred waits for a database that can be written, so that it does not take the place of
/// keep_alive(), which looks for one.
bool Writer::is_deferred_due() const {
    return state_.takes_writes() && deferred_.due() && *deferred_.due() <= clock_.steady();
}

std::chrono::microseconds Writer::idle_time() const {
    const bool takes_writes = state_.takes_writes();
    const Millis rest = takes_writes ? Millis(options_.lease) / 3 : back_off_.delay();
    const std::chrono::microseconds longest = std::max(rest, Millis{50});
    if (!takes_writes || !deferred_.due()) return longest;
    const auto until_due =
        std::chrono::duration_cast<std::chrono::microseconds>(*deferred_.due() - clock_.steady());
    return std::clamp(until_due, std::chrono::microseconds{0}, longest);
}

/// Returns true if a part was written.
bool Writer::write_deferred() {
    Batch part;
    part.push_back(deferred_.take());
    carry_out(part);
    return deferred_.finished(*part.front(), clock_.steady());
}

/// One of them is not empty.
Writer::Queue& Writer::next_queue() {
    do last_kind_ = (last_kind_ + 1) % kWriteKinds;
    while (queues_[last_kind_].writes.empty());
    return queues_[last_kind_];
}

Writer::Batch Writer::take(std::unique_lock<std::mutex>&) {
    Queue& queue = next_queue();
    // Takes half of the concurrent writes: while they are stored, the requests of the others are read and
    // answered.
    const std::size_t half = (queue.last_taken + queue.writes.size() + 1) / 2;
    const std::size_t size = std::min({queue.writes.size(), std::max(half, kWholeGroup), queue.limit});
    Batch batch = queue.writes.take(size, kGroupBytes);
    queue.last_taken = batch.size();
    waiting_ -= batch.size();
    patient_ -= static_cast<std::size_t>(
        std::ranges::count_if(batch, [](const auto& write) { return write->is_patient(); }));
    return batch;
}

void Writer::carry_out(Batch& batch) {
    std::vector<Write*> writes;
    writes.reserve(batch.size());
    for (const auto& write : batch) writes.push_back(write.get());

    const bool is_behind = generation_ != state_.generation();
    if (!state_.takes_writes() || (is_behind && !reconnect())) return fail_all(writes, state_.unavailable());
    BatchMode mode = BatchMode::together;
    CommitAttempt attempt = CommitAttempt::first;
    for (int tries = 1;; ++tries) {
        try {
            transaction(writes, mode, attempt);
            back_off_.succeeded();
            state_.committed();
            return;
        } catch (const SplitBatch&) {
            session_->rollback();
            mode = BatchMode::each;
            ++state_.retries;
        } catch (const WriteRejected& refused) {
            session_->rollback();
            if (writes.size() == 1) return writes.front()->refuse(refused.error());
            mode = BatchMode::each;
            ++state_.retries;
        } catch (const SqlError& error) {
            const bool unknown = session_->commit_unknown();
            session_->rollback();
            if (is_of_one_member(error.fault())) {
                if (writes.size() == 1 || mode == BatchMode::each) return fail_all(writes, to_error(error));
                mode = BatchMode::each;
                ++state_.retries;
            } else if (error.fault() == SqlFault::again && tries < kTries) {
                ++state_.retries;
            } else if (error.fault() == SqlFault::lost) {
                const bool can_repeat =
                    std::ranges::all_of(writes, [](const Write* write) { return write->repeatable(); });
                if (unknown) attempt = CommitAttempt::repeated;
                const bool there = reconnect();
                if (there && tries < kTries && (!unknown || can_repeat)) continue;
                Error answer = to_error(error);
                answer.what += attempt == CommitAttempt::repeated ? "; it is unknown whether this was stored"
                                                                  : "; nothing was stored";
                return fail_all(writes, answer);
            } else if (error.fault() == SqlFault::read_only &&
                       !dialect_of(options_.driver).flags.owned_by_one_process) {
                if (!leave_read_only_server(error, tries)) return fail_all(writes, to_error(error));
            } else {
                if (error.fault() != SqlFault::again)
                    state_.refused_write(refusal(error.fault()), error.what());
                return fail_all(writes, to_error(error));
            }
        } catch (const std::exception& error) {
            session_->rollback();
            log::error("failed to write: problem={}", error.what());
            return fail_all(writes,
                            {Errc::internal, "unexpected error of the store; nothing was stored", {}});
        }
    }
}

void Writer::transaction(std::span<Write* const> writes, BatchMode mode, CommitAttempt attempt) {
    const SteadyInstant begun = clock_.steady();
    deferred_.begin();
    session_->begin();
    if (mode == BatchMode::together) {
        const auto kind = static_cast<std::size_t>(writes.front()->kind());
        groups_[kind](*session_, writes, attempt);
        if (writes.size() >= kWholeGroup)
            queues_[kind].limit = group_limit(writes.size(), clock_.steady() - begun);
    } else {
        apply_each(writes, attempt);
    }
    session_->commit();
    deferred_.committed(clock_.steady());
    ++state_.transactions;
    state_.rows_written += session_->take_counts().written;
    state_.commit_micros += static_cast<std::uint64_t>((clock_.steady() - begun).count());
}

void Writer::apply_each(std::span<Write* const> writes, CommitAttempt attempt) {
    const Group& group = groups_[static_cast<std::size_t>(writes.front()->kind())];
    for (Write* const write : writes) {
        session_->run("savepoint member");
        try {
            group(*session_, std::span(&write, 1), attempt);
        } catch (const SqlError& error) {
            if (!is_of_one_member(error.fault())) throw;
            session_->run("rollback to savepoint member");
            write->refuse(to_error(error));
            ++state_.failures;
        } catch (const WriteRejected& refused) {
            session_->run("rollback to savepoint member");
            write->refuse(refused.error());
        }
    }
}

bool Writer::open_session() {
    Result<std::unique_ptr<Session>> opened = open_();
    if (!opened) {
        back_off_.failed(clock_.steady());
        const Error& error = opened.error();
        if (error.code == Errc::unavailable) state_.lost(error.what, Trouble::passing);
        if (error.code == Errc::denied) state_.lost(error.what, Trouble::configuration);
        return false;
    }
    session_ = std::move(*opened);
    back_off_.succeeded();
    state_.connected();
    return true;
}

bool Writer::reconnect() {
    if (!session_) return open_session();
    generation_ = state_.generation();
    try {
        session_->reconnect();
        ++state_.reconnects;
        state_.connected();
        return true;
    } catch (const SqlError& error) {
        back_off_.failed(clock_.steady());
        if (error.fault() == SqlFault::read_only) {
            state_.became_read_only(error.what());
        } else {
            const bool passes = error.fault() != SqlFault::denied;
            state_.lost(error.what(), passes ? Trouble::passing : Trouble::configuration);
        }
        return false;
    }
}

/// Returns true if another session was opened, on which the transaction must be repeated.
bool Writer::leave_read_only_server(const SqlError& error, int tries) {
    state_.leave_server(generation_);
    if (tries == 1) return reconnect();
    session_->disconnect();
    back_off_.failed(clock_.steady());
    state_.became_read_only(error.what());
    return false;
}

void Writer::keep_alive() {
    if (!state_.takes_writes() || generation_ != state_.generation()) {
        reconnect();
    } else if (dialect_of(options_.driver).flags.sessions_expire) {
        try {
            session_->prepare("select 1", "", "i").first();
        } catch (const SqlError&) {
            reconnect();
        }
    }
}

void Writer::fail_all(std::span<Write* const> writes, const Error& error) {
    for (Write* const write : writes) write->refuse(error);
    state_.failures += writes.size();
}

}  // namespace ecron::store
