#include "ecron/store/store.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <unordered_set>

#include "ecron/base/log.hpp"
#include "ecron/base/log_limit.hpp"
#include "ecron/store/refusal.hpp"
#include "store/admin/repair.hpp"
#include "store/audit/audit.hpp"
#include "store/election/cluster.hpp"
#include "store/election/file_lock.hpp"
#include "store/election/leadership.hpp"
#include "store/election/node_lease.hpp"
#include "store/election/single_node_election.hpp"
#include "store/executions/claims.hpp"
#include "store/executions/executions.hpp"
#include "store/executions/outcomes.hpp"
#include "store/executions/requests.hpp"
#include "store/executions/slots.hpp"
#include "store/jobs/changes.hpp"
#include "store/jobs/job_reads.hpp"
#include "store/jobs/jobs.hpp"
#include "store/jobs/pauses.hpp"
#include "store/jobs/row_cache.hpp"
#include "store/jobs/sweeper.hpp"
#include "store/outbox/messages.hpp"
#include "store/outbox/sql_outbox.hpp"
#include "store/retention/history.hpp"
#include "store/retention/usage.hpp"
#include "store/sql/migrations.hpp"

namespace ecron::store {

namespace {

void apply_in_turn(Session& session, std::span<Write* const> writes, CommitAttempt) {
    for (Write* const write : writes) write->apply(session);
}

/// The previous service changes jobs without updating the counters, and may have run since ecron last
/// stopped. It does not support SQLite.
void take_over_counters(Session& session) {
    if (session.dialect().owned_by_one_process()) return;
    const std::size_t tenants = recount_tenants(session);
    if (tenants > 0) log::info("corrected job counters of tenants tenants={}", tenants);
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
          usage_(static_cast<std::int64_t>(options_.bytes_per_tenant)) {}
    ~SqlStore() override { close(); }

    /// Opens the database; returns an error if it cannot be used.
    Result<void> start() {
        Result<std::unique_ptr<Session>> session = open_database();
        if (!session) return std::unexpected(with_address(session.error(), options_));
        start_with(std::move(*session));
        start_sweeping();
        return {};
    }
    /// The writer's thread opens the database; see Store::open_in_background.
    void start_in_background(Failed failed) {
        failed_ = std::move(failed);
        state_.opening();
        start_with(nullptr);
    }

    void close() override {
        if (sweeper_) sweeper_->stop();
        if (writer_) writer_->close();
        if (readers_) readers_->close();
        if (leadership_) leadership_->close();
        if (lease_) lease_->close();
        file_lock_.reset();
    }

    Awaitable<ElectionState> campaign(CampaignRound round) override {
        if (single_node_) co_return single_node_->campaign(round);
        if (!opened_) co_return std::unexpected(state_.unavailable());
        start_sweeping();
        NodeLease::State lease = lease_->state();
        using Name = NodeLease::Name;
        const bool first = lease.name == Name::unknown;
        const bool can_lead = round.max_shards > 0 && lease.other_database_node.empty();
        const auto renewal = [this, can_lead, node = round.node] {
            return std::make_unique<LeaseWork>(LeaseWork::Wish::renew, node, clock_ahead_, can_lead);
        };
        if (first) {  // without a lease, a round cannot acquire any lock
            const Result<void> renewed = co_await await_answer(renewal(), *lease_);
            if (!renewed) co_return std::unexpected(renewed.error());
            lease = lease_->state();
        } else if (lease_->due(can_lead)) {
            lease_->submit(renewal());
        }
        const bool is_taken = lease.name == Name::taken || lease.name == Name::lost;
        const bool leads_nothing = is_taken || !lease.other_database_node.empty();
        if (leads_nothing) round = give_up(std::move(round));
        auto work = std::make_unique<LockRound>(std::move(round), lease.shards, lease_->lives());
        Result<Locks> locks = co_await await_answer(std::move(work), *leadership_);
        if (!locks) co_return std::unexpected(locks.error());
        if (is_taken) co_return std::unexpected(name_error(lease));
        clock_ahead_ = locks->clock_ahead;
        if (locks->free > 0 && can_lead) {  // possibly because the number of nodes has just decreased
            const Result<void> renewed = co_await await_answer(renewal(), *lease_);
            if (renewed) lease = lease_->state();
        }
        const bool many = options_.nodes == Nodes::many;
        co_return ElectionState{.held = std::move(locks->held),
                                .store_now = locks->store_now,
                                .clock_ahead = locks->clock_ahead,
                                .clock_error = locks->clock_error,
                                .shards = lease.shards,
                                .live_nodes = many ? lease.live_nodes : 1,
                                .free = locks->free,
                                .led_by_others = leads_nothing ? lease.shards : locks->others,
                                .lease_renewed = lease.renewed};
    }
    [[nodiscard]] bool leads(Shard shard) const override {
        return leadership_ ? leadership_->holds(shard) : single_node_->holds(shard);
    }
    [[nodiscard]] std::optional<SteadyInstant> last_heartbeat() const override {
        return leadership_ ? leadership_->last_heartbeat() : single_node_->last_heartbeat();
    }
    Awaitable<Term> begin_term(Shard shard, NodeId node) override {
        auto begin = std::make_unique<BeginTerm>(shard, std::move(node), shard_count(),
                                                 [this, shard] { return leads(shard); });
        return await_answer(std::move(begin), *writer_);
    }
    Awaitable<void> end_term(Shard shard) override {
        if (leadership_) co_return co_await await_answer(std::make_unique<LockRelease>(shard), *leadership_);
        single_node_->release(shard);
        co_return Result<void>{};
    }
    Awaitable<void> leave(NodeId node) override {
        if (single_node_ || !opened_) co_return Result<void>{};
        auto work = std::make_unique<LeaseWork>(LeaseWork::Wish::end, std::move(node));
        co_return co_await await_answer(std::move(work), *lease_);
    }
    Awaitable<Cluster> cluster() override {
        auto alone = single_node_ ? std::optional(single_node_->nodes(options_.lease)) : std::nullopt;
        return query<Cluster>([alone = std::move(alone)](Session& session) {
            Cluster cluster{.now = session.now(), .shards = read_shards(session)};
            cluster.nodes = alone ? *alone : read_nodes(session, cluster.now);
            return cluster;
        });
    }

    Awaitable<std::size_t> load_plans(std::function<void(const StoredPlan&)> each) override {
        return query<std::size_t>(
            [each = std::move(each)](Session& session) { return store::load_plans(session, each); });
    }
    Awaitable<std::vector<model::Execution>> unended(std::size_t limit, std::int64_t after_key) override {
        return query<std::vector<model::Execution>>(
            [=](Session& session) { return store::unended(session, limit, after_key); });
    }
    Awaitable<std::vector<model::Execution>> under_way(Instant due_before, std::size_t limit,
                                                       std::int64_t after_key) override {
        return query<std::vector<model::Execution>>(
            [=](Session& session) { return store::under_way(session, due_before, limit, after_key); });
    }

    Awaitable<model::Job> create_job(model::Job job, std::string plan) override {
        auto write = std::make_unique<CreateJob>(std::move(job), std::move(plan));
        Result<model::Job> created = co_await await_answer(std::move(write), *writer_);
        if (created && options_.messages) messages_->written();
        co_return created;
    }
    Awaitable<model::Job> replace_job(std::optional<TenantId> tenant, model::Job job, std::string plan,
                                      std::optional<ChangeNumber> if_match) override {
        auto write =
            std::make_unique<ReplaceJob>(std::move(tenant), std::move(job), std::move(plan), if_match);
        Result<model::Job> replaced = co_await await_answer(std::move(write), *writer_);
        if (replaced && cache_) cache_->changed(*replaced);
        if (replaced && options_.messages) messages_->written();
        co_return replaced;
    }
    Awaitable<std::vector<model::Job>> delete_jobs(std::optional<TenantId> tenant,
                                                   std::vector<JobId> ids) override {
        auto write = std::make_unique<DeleteJobs>(std::move(tenant), std::move(ids));
        Result<std::vector<model::Job>> deleted = co_await await_answer(std::move(write), *writer_);
        if (!deleted) co_return deleted;
        if (cache_) {
            for (const model::Job& job : *deleted) cache_->removed(job.id);
        }
        if (!deleted->empty()) sweeper_->start();
        if (!deleted->empty() && options_.messages) messages_->written();
        co_return deleted;
    }
    Awaitable<std::vector<model::Job>> enable_jobs(std::optional<TenantId> tenant, std::vector<JobId> ids,
                                                   bool enabled) override {
        return change_jobs(
            std::make_unique<ChangeJobs>(std::move(tenant), std::move(ids), ChangeJobs::Enable{enabled}));
    }
    Awaitable<std::vector<model::Job>> notify_jobs(std::optional<TenantId> tenant, std::vector<JobId> ids,
                                                   std::string webhook) override {
        return change_jobs(std::make_unique<ChangeJobs>(std::move(tenant), std::move(ids),
                                                        ChangeJobs::Notify{std::move(webhook)}));
    }

    Awaitable<std::optional<model::Job>> find_job(std::optional<TenantId> tenant, JobId id) override {
        std::vector<JobId> ids{std::move(id)};
        Result<std::vector<model::Job>> found = co_await find_jobs(std::move(tenant), std::move(ids));
        if (!found) co_return std::unexpected(found.error());
        if (found->empty()) co_return std::nullopt;
        co_return std::move(found->front());
    }
    Awaitable<std::vector<model::Job>> find_jobs(std::optional<TenantId> tenant,
                                                 std::vector<JobId> ids) override {
        Result<std::vector<model::Job>> found = co_await find(std::move(ids));
        if (found && tenant)
            std::erase_if(*found, [&](const model::Job& job) { return job.tenant != *tenant; });
        co_return found;
    }
    Awaitable<std::vector<model::Job>> find_jobs_by_key(std::vector<JobKey> keys) override {
        return find(std::move(keys));
    }
    Awaitable<std::vector<model::Job>> list_jobs(JobFilter filter) override {
        return query<std::vector<model::Job>>(
            [filter = std::move(filter)](Session& session) { return store::list_jobs(session, filter); });
    }
    Awaitable<std::int64_t> count_jobs(std::optional<TenantId> tenant, std::optional<Instant> created_from,
                                       std::optional<Instant> created_until) override {
        return query<std::int64_t>(
            [tenant = std::move(tenant), created_from, created_until](Session& session) {
                return store::count_jobs(session, tenant, created_from, created_until);
            });
    }
    Awaitable<std::vector<Change>> changes_after(ChangeNumber number, std::size_t limit) override {
        return query<std::vector<Change>>(
            [=](Session& session) { return store::changes_after(session, number, limit); });
    }
    Awaitable<std::vector<Change>> changes_of(JobId job, TenantId tenant, std::size_t limit) override {
        return query<std::vector<Change>>(
            [job = std::move(job), tenant = std::move(tenant), limit](Session& session) {
                return store::changes_of(session, job, tenant, limit);
            });
    }
    Awaitable<std::vector<Missed>> missed_of(JobKey job, Instant from, Instant to) override {
        return query<std::vector<Missed>>(
            [=](Session& session) { return store::missed_of(session, job, from, to); });
    }

    Awaitable<Claimed> claim(Claim claim) override {
        auto write = std::make_unique<ClaimWrite>(std::move(claim));
        Result<Claimed> claimed = co_await await_answer(std::move(write), *writer_);
        if (claimed && cache_) {
            for (const model::Job& job : claimed->disabled) cache_->changed(job);
        }
        co_return claimed;
    }
    Awaitable<std::optional<Instant>> rewind(Shard shard, Epoch epoch, Instant to) override {
        return await_answer(std::make_unique<Rewind>(shard, epoch, to), *writer_);
    }
    Awaitable<void> withdraw(Shard shard, Epoch epoch, std::vector<ExecuteId> ids) override {
        return await_answer(std::make_unique<Withdraw>(shard, epoch, std::move(ids)), *writer_);
    }
    Awaitable<model::Execution> insert_execution(model::Execution execution, NotifyLeader tell) override {
        const TenantId tenant = execution.tenant;
        const std::int64_t bytes = stored_bytes(execution);
        if (!usage_.has_room(tenant, bytes)) co_return co_await refuse_insert(execution.id);
        usage_.wrote(tenant, bytes, clock_.now());
        Result<model::Execution> inserted =
            co_await await_answer(std::make_unique<InsertExecution>(std::move(execution), tell), *writer_);
        if (!inserted) usage_.wrote(tenant, -bytes, clock_.now());
        co_return inserted;
    }
    Awaitable<void> ask_cancel(model::Execution execution, std::string by) override {
        return await_answer(std::make_unique<AskCancel>(std::move(execution), std::move(by)), *writer_);
    }
    Awaitable<Begun> begin_attempt(ExecuteId id, int attempt, model::Execution after,
                                   std::optional<Slot> slot,
                                   std::vector<Announcement> announcements) override {
        const bool announces = !announcements.empty();
        Outcome outcome{.id = std::move(id),
                        .attempt = attempt,
                        .after = std::move(after),
                        .announcements = std::move(announcements)};
        const Result<Begun> begun = co_await begin(std::move(outcome), std::move(slot));
        if (announces && begun && *begun == Begun::yes) outbox_->written();
        co_return begun;
    }
    Awaitable<bool> finish(Outcome outcome) override {
        const bool announces = !outcome.announcements.empty();
        fit_into_room(outcome);
        auto write = std::make_unique<OutcomeWrite>(OutcomeWrite::Step::finish, std::move(outcome));
        const Result<bool> finished = co_await await_answer(std::move(write), *writer_);
        if (announces && finished && *finished) outbox_->written();
        if (options_.messages && finished && *finished) messages_->written();
        co_return finished;
    }

    Awaitable<std::optional<model::Execution>> find_execution(std::optional<TenantId> tenant,
                                                              ExecuteId id) override {
        return await_answer(std::make_unique<FindExecution>(std::move(tenant), std::move(id)), *readers_);
    }
    Awaitable<std::vector<model::Execution>> find_executions(std::vector<ExecuteId> ids) override {
        return query<std::vector<model::Execution>>(
            [ids = std::move(ids)](Session& session) { return store::find_executions(session, ids); });
    }
    Awaitable<std::vector<model::Execution>> runs_of(JobId job, Instant from, Instant to) override {
        return query<std::vector<model::Execution>>([job = std::move(job), from, to](Session& session) {
            return store::runs_of(session, job, from, to);
        });
    }
    Awaitable<std::optional<model::Execution>> latest_execution(std::optional<TenantId> tenant,
                                                                JobId job) override {
        ExecutionFilter filter{.tenant = std::move(tenant), .limit = 1};
        filter.jobs.push_back(std::move(job));
        Result<std::vector<model::Execution>> found = co_await list_executions(std::move(filter));
        if (!found) co_return std::unexpected(found.error());
        if (found->empty()) co_return std::nullopt;
        co_return std::move(found->front());
    }
    Awaitable<std::vector<model::Execution>> list_executions(ExecutionFilter filter) override {
        return query<std::vector<model::Execution>>([filter = std::move(filter)](Session& session) {
            return store::list_executions(session, filter);
        });
    }
    Awaitable<std::vector<model::Attempt>> attempts(ExecuteId id) override {
        return query<std::vector<model::Attempt>>(
            [id = std::move(id)](Session& session) { return attempts_of(session, id); });
    }
    Awaitable<std::vector<ExecuteId>> put_executions(std::optional<TenantId> tenant,
                                                     std::vector<model::Execution> executions,
                                                     Announcements announcements) override {
        const bool announces = !announcements.empty();
        BytesByTenant bytes;
        for (const model::Execution& execution : executions)
            bytes[tenant.value_or(execution.tenant)] += stored_bytes(execution);
        auto write = std::make_unique<PutExecutions>(std::move(tenant), std::move(executions),
                                                     std::move(announcements));
        Result<std::vector<ExecuteId>> refused = co_await await_answer(std::move(write), *writer_);
        for (const auto& [of, sum] : bytes)
            if (refused) usage_.wrote(of, sum, clock_.now());
        if (announces && refused) outbox_->written();
        co_return refused;
    }
    Awaitable<void> record_result(ExecuteId id, std::string result, NotifyLeader tell) override {
        return await_answer(std::make_unique<RecordResult>(std::move(id), std::move(result), tell), *writer_);
    }

    Awaitable<void> set_paused(std::optional<TenantId> tenant, bool paused) override {
        return await_answer(std::make_unique<SetPaused>(std::move(tenant), paused), *writer_);
    }
    Awaitable<Pauses> pauses() override {
        return query<Pauses>([](Session& session) { return read_pauses(session); });
    }

    Awaitable<Trimmed> trim_history(HistoryRule rule, JobId after) override {
        Result<OldExecutions> old = co_await query<OldExecutions>(
            [rule, after = std::move(after)](Session& session) { return find_old(session, rule, after); });
        if (!old) co_return std::unexpected(old.error());
        Trimmed trimmed{.after = std::move(old->after), .round_ended = old->round_ended};
        if (!old->keys.empty()) {
            auto remove = std::make_unique<RemoveExecutions>(std::move(old->keys));
            const Result<std::size_t> removed = co_await await_answer(std::move(remove), *writer_);
            if (!removed) co_return std::unexpected(removed.error());
            trimmed.executions = *removed;
        }
        if (trimmed.round_ended && (rule.keep > Millis{0} || rule.audit > Millis{0})) {
            const Result<std::size_t> removed =
                co_await await_answer(std::make_unique<RemoveOthers>(rule), *writer_);
            if (!removed) co_return std::unexpected(removed.error());
            trimmed.others = *removed;
        }
        co_return trimmed;
    }

    Awaitable<bool> measure_bytes() override {
        UsageScan begun = std::exchange(scan_, {});
        Result<UsageScan> scan = co_await query<UsageScan>(
            [begun = std::move(begun)](Session& session) { return scan_usage(session, begun); });
        if (!scan) co_return std::unexpected(scan.error());
        if (scan->table != UsageScan::Table::none) {
            scan_ = std::move(*scan);
            co_return false;
        }
        const Result<void> written =
            co_await await_answer(std::make_unique<WriteUsage>(std::move(*scan)), *writer_);
        if (!written) co_return std::unexpected(written.error());
        co_return true;
    }
    Awaitable<void> read_bytes() override {
        const Instant begun = clock_.now();
        Result<TenantUsage::Sums> sums =
            co_await query<TenantUsage::Sums>([](Session& session) { return read_usage(session); });
        if (!sums) co_return std::unexpected(sums.error());
        sums->jobs_read = begun;
        usage_.measured(std::move(*sums));
        co_return Result<void>{};
    }

    [[nodiscard]] Outbox& outbox() override { return *outbox_; }
    [[nodiscard]] AuditLog& audit() override { return *audit_; }
    [[nodiscard]] MessageQueue* messages() override { return messages_.get(); }

    [[nodiscard]] Health health() const override {
        Health health = state_.health();
        health.writes_waiting = writer_->waiting();
        health.reads_waiting = readers_->waiting();
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
    [[nodiscard]] const std::string& id_key() const override {
        static const std::string none;
        return opened_ ? id_key_ : none;
    }

private:
    /// Connects, migrates the schema and reads constant values. Called on the caller's thread or the
    /// writer's.
    Result<std::unique_ptr<Session>> open_database() {
        Result<std::unique_ptr<Session>> opened = try_to_open();
        const bool may_pass =
            opened || opened.error().code == Errc::unavailable || opened.error().code == Errc::denied;
        if (!may_pass && failed_)
            boost::asio::post(io_,
                              [tell = std::exchange(failed_, {}), error = opened.error()] { tell(error); });
        if (opened) opened_ = true;
        return opened;
    }

    /// Deleted jobs may have executions that an earlier process did not mark before it ended.
    void start_sweeping() {
        if (!std::exchange(sweeps_, true)) sweeper_->start();
    }

    Result<std::unique_ptr<Session>> try_to_open() {
        try {
            Session session(options_, SessionUse::migrate, clock_);
            auto key = migrate(session);
            if (!key) return std::unexpected(key.error());
            id_key_ = std::move(*key);
            take_over_counters(session);
            warn_of_settings(session);
            Statement& count = session.prepare("select count(*) from t_cron_shard", "", "i");
            count.first();
            shards_at_start_ = static_cast<std::size_t>(count.integer(0));
            slots_ = has_slots(session);
            session.disconnect();
            auto writing = std::make_unique<Session>(options_, SessionUse::write, clock_);
            if (usage_.is_limited()) writing->limit_by(&usage_);
            return writing;
        } catch (const SqlError& error) {
            return std::unexpected(to_opening_error(error));
        }
    }

    void start_with(std::unique_ptr<Session> session) {
        // With several shards, any node may have taken a slot.
        const Group outcomes = [this](Session& on, std::span<Write* const> writes, CommitAttempt attempt) {
            apply_outcomes(on, writes, attempt, slots_ || shard_count() > 1);
        };
        if (!dialect_of(options_.driver).owned_by_one_process()) {
            leadership_ = std::make_unique<Leadership>(io_, options_, clock_, state_);
            lease_ = std::make_unique<NodeLease>(io_, options_, clock_, state_);
        } else {
            single_node_ = std::make_unique<SingleNodeElection>(shards_at_start_, clock_);
            cache_ = std::make_unique<RowCache>(options_.row_cache_bytes);
        }
        writer_ = std::make_unique<Writer>(
            io_, options_, clock_, state_,
            std::array<Group, kWriteKinds>{apply_claims, outcomes, apply_requests, apply_job_writes,
                                           apply_in_turn, apply_in_turn, apply_in_turn},
            std::move(session), [this] { return open_database(); });
        readers_ = std::make_unique<Readers>(io_, options_, clock_, state_, find_jobs_together,
                                             find_executions_together);
        outbox_ = std::make_unique<SqlOutbox>(*writer_, *readers_);
        audit_ = std::make_unique<SqlAuditLog>(*writer_, *readers_);
        messages_ = std::make_unique<SqlMessages>(*writer_, *readers_);
        sweeper_ = std::make_shared<Sweeper>(*writer_);
    }

    /// An existing id means a repeated request, whether or not its tenant has capacity.
    Awaitable<model::Execution> refuse_insert(ExecuteId id) {
        const auto found = co_await find_execution(std::nullopt, std::move(id));
        if (found && *found)
            co_return fail(Errc::conflict, "an execution with that id exists", {"execute_id"});
        co_return std::unexpected(no_room());
    }

    /// The state of an outcome is always stored; its payload is dropped if the tenant has no capacity for it.
    void fit_into_room(Outcome& outcome) {
        const TenantId& tenant = outcome.after.tenant;
        if (!usage_.has_room(tenant, stored_bytes(outcome))) {
            for (const auto& [of, lines] : cut_lines_.ended(clock_.steady()))
                log::warn("stored outcomes without their payload tenant={} count={}", of, lines);
            if (cut_lines_.takes(tenant.value(), clock_.steady()))
                log::warn("stored outcome without its payload, limit_bytes is reached execution={} tenant={}",
                          outcome.id, tenant);
            drop_payload(outcome, no_room().what);
        }
        usage_.wrote(tenant, stored_bytes(outcome), clock_.now());
    }

    Awaitable<Begun> begin(Outcome outcome, std::optional<Slot> slot) {
        if (slot) {
            slots_ = true;
            auto write = std::make_unique<BeginInSlot>(std::move(outcome), std::move(*slot));
            co_return co_await await_answer(std::move(write), *writer_);
        }
        auto write = std::make_unique<OutcomeWrite>(OutcomeWrite::Step::begin, std::move(outcome));
        const Result<bool> begun = co_await await_answer(std::move(write), *writer_);
        if (!begun) co_return std::unexpected(begun.error());
        co_return *begun ? Begun::yes : Begun::no;
    }

    [[nodiscard]] std::size_t shard_count() const {
        return single_node_ ? single_node_->shards() : lease_->state().shards;
    }

    /// Returns the error for a node name that another process uses.
    static Error name_error(const NodeLease::State& lease) {
        const bool is_lost = lease.name == NodeLease::Name::lost;
        return {is_lost ? Errc::conflict : Errc::unavailable,
                "another process uses this node_id: " + lease.holder,
                {}};
    }

    /// Returns a round that releases all shards.
    static CampaignRound give_up(CampaignRound round) {
        round.max_shards = 0;
        for (std::uint32_t shard = 0; shard < kMaxShards; ++shard) round.release.emplace_back(shard);
        return round;
    }

    template <class T> Awaitable<T> query(std::function<T(Session&)> function) {
        return await_answer(std::make_unique<Query<T>>(std::move(function)), *readers_);
    }

    Awaitable<std::vector<model::Job>> change_jobs(std::unique_ptr<ChangeJobs> write) {
        Result<std::vector<model::Job>> changed = co_await await_answer(std::move(write), *writer_);
        if (changed && cache_) {
            for (const model::Job& job : *changed) cache_->changed(job);
        }
        if (changed && options_.messages) messages_->written();
        co_return changed;
    }

    /// Finds jobs by id or key, in the requested order, each once; from the cache if it has all of them.
    template <class Id> Awaitable<std::vector<model::Job>> find(std::vector<Id> ids) {
        if (ids.size() > 1) {
            std::unordered_set<Id> seen;
            std::erase_if(ids, [&](const Id& id) { return !seen.insert(id).second; });
        }
        std::vector<model::Job> jobs;
        if (cache_) {
            for (const Id& id : ids) {
                const model::Job* const job = cache_->find(id);
                if (job == nullptr) break;
                jobs.push_back(*job);
            }
            if (jobs.size() == ids.size()) co_return jobs;
        }
        const std::uint64_t generation = cache_ ? cache_->generation() : 0;
        std::unique_ptr<FindJobs> read;
        if constexpr (std::is_same_v<Id, JobId>) {
            read = std::make_unique<FindJobs>(std::move(ids), std::vector<JobKey>());
        } else {
            read = std::make_unique<FindJobs>(std::vector<JobId>(), std::move(ids));
        }
        Result<std::vector<model::Job>> found = co_await await_answer(std::move(read), *readers_);
        if (found && cache_) {
            for (const model::Job& job : *found) cache_->fill(job, generation);
        }
        co_return found;
    }

    void warn_of_settings(Session& session) {
        const std::string_view query = session.dialect().durability_query();
        if (query.empty()) return;
        Statement& setting = session.prepare(query, "", "ss");
        if (setting.first() && setting.text(1) != "1")
            log::warn("a crash of the database may lose acknowledged writes {}={}", setting.text(0),
                      setting.text(1));
    }

    boost::asio::io_context& io_;
    Options options_;
    const Clock& clock_;
    std::unique_ptr<FileLock> file_lock_;
    State state_;
    TenantUsage usage_;
    UsageScan scan_{};
    log::LineLimit cut_lines_;
    Failed failed_{};
    std::atomic<bool> opened_{false};  // id_key_ and shards_at_start_ are set
    std::string id_key_;
    std::size_t shards_at_start_{1};
    std::unique_ptr<RowCache> cache_;
    std::unique_ptr<Writer> writer_;
    std::unique_ptr<Readers> readers_;
    std::unique_ptr<SqlOutbox> outbox_;
    std::unique_ptr<SqlAuditLog> audit_;
    std::unique_ptr<SqlMessages> messages_;
    std::unique_ptr<Leadership> leadership_;           // MySQL only
    std::unique_ptr<NodeLease> lease_;                 // MySQL only
    std::unique_ptr<SingleNodeElection> single_node_;  // SQLite only
    Millis clock_ahead_{0};
    std::atomic<bool> slots_{false};  // executions may hold slots of concurrency keys
    std::shared_ptr<Sweeper> sweeper_;
    bool sweeps_{false};
};

/// With `failed`, waits for the server in the background.
Result<std::unique_ptr<Store>> open_store(boost::asio::io_context& io, Options options, const Clock& clock,
                                          Store::Failed failed) {
    auto file_lock = std::make_unique<FileLock>();
    const bool is_server = !dialect_of(options.driver).owned_by_one_process();
    if (!is_server) {
        const Result<void> taken = file_lock->take(options.path);
        if (!taken) return std::unexpected(taken.error());
    }
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
