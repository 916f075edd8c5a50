#include "ecron/store/store.hpp"

#include "store/audit/audit.hpp"
#include "store/election/file_lock.hpp"
#include "store/election/sql_election.hpp"
#include "store/executions/claims.hpp"
#include "store/executions/execution_queries.hpp"
#include "store/executions/execution_store.hpp"
#include "store/executions/outcomes.hpp"
#include "store/insights/insights.hpp"
#include "store/jobs/changes.hpp"
#include "store/jobs/job_store.hpp"
#include "store/jobs/pauses.hpp"
#include "store/listings.hpp"
#include "store/outbox/messages.hpp"
#include "store/retention/history.hpp"

namespace ecron::store {

namespace {

void apply_in_turn(Session& session, std::span<Write* const> writes, CommitAttempt) {
    for (Write* const write : writes) write->apply(session);
}

class SqlStore final : public Store {
public:
    SqlStore(boost::asio::io_context& io, Options options, const Clock& clock,
             std::unique_ptr<FileLock> file_lock)
        : io_(io),
          options_(std::move(options)),
          clock_(clock),
          file_lock_(std::move(file_lock)),
          state_(clock, dialect_of(options_.driver).address_of(options_)),
          usage_(static_cast<std::int64_t>(options_.bytes_per_tenant)),
          last_states_(options_.last_states_every),
          opening_(io, options_, clock, state_, usage_) {}
    ~SqlStore() override { close(); }

    /// Opens the database; returns an error if it cannot be used.
    Result<void> start() {
        Result<std::unique_ptr<Session>> session = opening_.open();
        if (!session) return std::unexpected(with_address(session.error(), options_));
        start_with(std::move(*session));
        running_->sweeper->start_once();
        return {};
    }
    /// The writer's thread opens the database; see Store::open_in_background.
    void start_in_background(Failed failed) {
        opening_.on_failed(std::move(failed));
        state_.opening();
        start_with(nullptr);
    }

    void close() override {
        if (running_) running_->close();
        file_lock_.reset();
    }

    [[nodiscard]] Health health() const override {
        Health health = state_.health();
        health.driver = options_.driver;
        health.writes_waiting = running_->writer.waiting();
        health.reads_waiting = running_->readers.waiting();
        return health;
    }
    [[nodiscard]] Statistics statistics() const override {
        return {.transactions = state_.transactions,
                .rows_written = state_.rows_written,
                .rows_read = state_.rows_read,
                .retries = state_.retries,
                .reconnects = state_.reconnects,
                .failures = state_.failures,
                .commit_seconds = static_cast<double>(state_.commit_micros) / 1e6};
    }

private:
    /// The threads and the ports.
    struct Running {
        Running(SqlStore& store, std::unique_ptr<Session> session)
            : writer(store.io_, store.options_, store.clock_, store.state_,
                     {store.groups(), store.last_states_}, std::move(session),
                     [&opening = store.opening_] { return opening.open(); }),
              readers(store.io_, store.options_, store.clock_, store.state_, find_jobs_together,
                      find_executions_together),
              election(store.io_, store.options_, store.clock_, store.state_, store.opening_, *sweeper,
                       threads),
              jobs(threads, store.cache_.get(), *sweeper, messages),
              executions(
                  threads, store.clock_,
                  {store.state_, store.usage_, store.last_states_, store.cache_.get(), outbox, messages}),
              queries(threads, store.opening_),
              usage(threads, store.usage_, store.clock_) {}
        void close() {
            sweeper->stop();
            writer.close();
            readers.close();
            election.close();
        }

        Writer writer;
        Readers readers;
        Threads threads{writer, readers};
        std::shared_ptr<Sweeper> sweeper{std::make_shared<Sweeper>(writer)};
        SqlOutbox outbox{threads};
        SqlMessages messages{threads};
        SqlAuditLog audit{threads};
        SqlElection election;
        SqlJobStore jobs;
        SqlChangeLog changes{threads};
        SqlExecutionStore executions;
        SqlExecutionQueries queries;
        SqlListings listings{threads};
        SqlInsights insights{threads};
        SqlPauses pauses{threads};
        SqlRetention retention{threads};
        SqlUsage usage;
    };

    std::array<Group, kWriteKinds> groups() {
        // With several shards, any node may have taken a slot.
        const Group outcomes = [this](Session& on, std::span<Write* const> writes, CommitAttempt attempt) {
            apply_outcomes(on, writes, attempt,
                           {last_states_, state_.slots || running_->election.shards() > 1});
        };
        return {apply_claims,  outcomes,      apply_requests, apply_job_writes,
                apply_in_turn, apply_in_turn, apply_in_turn};
    }

    void start_with(std::unique_ptr<Session> session) {
        if (dialect_of(options_.driver).flags.owned_by_one_process)
            cache_ = std::make_unique<RowCache>(options_.row_cache_bytes);
        running_ = std::make_unique<Running>(*this, std::move(session));
        election = &running_->election;
        jobs = &running_->jobs;
        changes = &running_->changes;
        executions = &running_->executions;
        reports = &running_->executions;
        queries = &running_->queries;
        listings = &running_->listings;
        insights = &running_->insights;
        pauses = &running_->pauses;
        outbox = &running_->outbox;
        dead_letters = &running_->outbox;
        messages = &running_->messages;
        audit = &running_->audit;
        retention = &running_->retention;
        usage = &running_->usage;
    }

    boost::asio::io_context& io_;
    Options options_;
    const Clock& clock_;
    std::unique_ptr<FileLock> file_lock_;
    State state_;
    TenantUsage usage_;
    LastStates last_states_;
    Opening opening_;
    std::unique_ptr<RowCache> cache_;
    std::unique_ptr<Running> running_;
};

/// With `failed`, waits for the server in the background.
Result<std::unique_ptr<Store>> open_store(boost::asio::io_context& io, Options options, const Clock& clock,
                                          Store::Failed failed) {
    const bool is_server = !dialect_of(options.driver).flags.owned_by_one_process;
    auto file_lock = std::make_unique<FileLock>();
    if (const Result<void> taken = file_lock->take(options); !taken) return std::unexpected(taken.error());
    auto store = std::make_unique<SqlStore>(io, std::move(options), clock, std::move(file_lock));
    if (failed && is_server) {
        store->start_in_background(std::move(failed));
        return store;
    }
    const Result<void> started = store->start();
    if (!started) return std::unexpected(started.error());
    return store;
}

}  // namespace

Result<std::unique_ptr<Store>> Store::open(boost::asio::io_context& io, Options options, const Clock& clock) {
    return open_store(io, std::move(options), clock, {});
}

Result<std::unique_ptr<Store>> Store::open_in_background(boost::asio::io_context& io, Options options,
                                                         const Clock& clock, Failed failed) {
    return open_store(io, std::move(options), clock, std::move(failed));
}

}  // namespace ecron::store
