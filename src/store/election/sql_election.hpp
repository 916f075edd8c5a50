#pragma once
#include "ecron/store/election.hpp"
#include "store/election/leadership.hpp"
#include "store/election/node_lease.hpp"
#include "store/election/single_node_election.hpp"
#include "store/executions/claims.hpp"
#include "store/jobs/sweeper.hpp"
#include "store/sql/opening.hpp"
#include "store/work/threads.hpp"

namespace ecron::store {

class SqlElection final : public Election {
public:
    SqlElection(boost::asio::io_context& io, const Options& options, const Clock& clock, State& state,
                const Opening& opening, Sweeper& sweeper, Threads threads)
        : options_(options),
          state_(state),
          opening_(opening),
          sweeper_(sweeper),
          threads_(threads) {
        if (dialect_of(options.driver).flags.owned_by_one_process) {
            single_node_ = std::make_unique<SingleNodeElection>(opening.shards(), clock);
        } else {
            leadership_ = std::make_unique<Leadership>(io, options, clock, state);
            lease_ = std::make_unique<NodeLease>(io, options, clock, state);
        }
    }

    Awaitable<ElectionState> campaign(CampaignRound round) override {
        if (single_node_) co_return single_node_->campaign(round);
        if (!opening_.done()) co_return std::unexpected(state_.unavailable());
        sweeper_.start_once();
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
        if (!locks) {
            lease_->suspect_session();
            co_return std::unexpected(locks.error());
        }
        if (is_taken) co_return std::unexpected(name_error(lease));
        if (locks->own_name_free && !lease.is_galera) lease_->suspect_session();
        clock_ahead_ = locks->clock_ahead;
        if (locks->free > 0 && can_lead) {  // possibly because the number of nodes has just decreased
            const Result<void> renewed = co_await await_answer(renewal(), *lease_);
            if (renewed) lease = lease_->state();
        }
        if (lease.is_galera) locks->disconnected.clear();
        const bool many = options_.nodes == Nodes::many;
        co_return ElectionState{.held = std::move(locks->held),
                                .store_now = locks->store_now,
                                .clock_ahead = locks->clock_ahead,
                                .clock_error = locks->clock_error,
                                .shards = lease.shards,
                                .live_nodes = many ? lease.live_nodes : 1,
                                .free = locks->free,
                                .led_by_others = leads_nothing ? lease.shards : locks->others,
                                .lease_renewed = lease.renewed,
                                .disconnected = std::move(locks->disconnected)};
    }
    [[nodiscard]] bool leads(Shard shard) const override {
        return leadership_ ? leadership_->holds(shard) : single_node_->holds(shard);
    }
    [[nodiscard]] std::optional<SteadyInstant> last_heartbeat() const override {
        return leadership_ ? leadership_->last_heartbeat() : single_node_->last_heartbeat();
    }
    [[nodiscard]] bool permits_starts(Shard shard, Epoch epoch) const override {
        return leadership_ ? leadership_->permits_starts(shard, epoch) : single_node_->holds(shard);
    }
    Awaitable<Term> begin_term(Shard shard, NodeId node) override {
        Result<Term> term =
            co_await threads_.write({}, store::begin_term, shard, std::move(node), shards(),
                                    std::function<bool()>([this, shard] { return leads(shard); }));
        if (term && leadership_) leadership_->term_began(shard, term->epoch);
        co_return term;
    }
    Awaitable<void> end_term(Shard shard) override {
        if (leadership_) co_return co_await await_answer(std::make_unique<LockRelease>(shard), *leadership_);
        single_node_->release(shard);
        co_return Result<void>{};
    }
    Awaitable<void> leave(NodeId node) override {
        if (single_node_ || !opening_.done()) co_return Result<void>{};
        auto work = std::make_unique<LeaseWork>(LeaseWork::Wish::end, std::move(node));
        co_return co_await await_answer(std::move(work), *lease_);
    }
    Awaitable<Cluster> cluster() override {
        auto alone = single_node_ ? std::optional(single_node_->nodes(options_.lease)) : std::nullopt;
        return threads_.read([alone = std::move(alone)](Session& session) {
            Cluster cluster{.now = session.now(), .shards = read_shards(session)};
            cluster.nodes = alone ? *alone : read_nodes(session, cluster.now);
            return cluster;
        });
    }

    /// The number of shards as known to this process. Threads: any.
    [[nodiscard]] std::size_t shards() const {
        return single_node_ ? single_node_->shards() : lease_->state().shards;
    }
    void close() {
        if (leadership_) leadership_->close();
        if (lease_) lease_->close();
    }

private:
    static std::vector<ShardState> read_shards(Session& session) {
        Statement& select = session.prepare(
            "select f_shard, f_node, f_epoch, f_watermark, f_planned from t_cron_shard order by f_shard", "",
            "isiii");
        std::vector<ShardState> shards;
        for (select.run(); select.fetch();) {
            ShardState state{.shard = Shard(static_cast<std::uint32_t>(select.integer(0))),
                             .node = NodeId(select.text(1)),
                             .epoch = Epoch(select.integer(2)),
                             .planned = ChangeNumber(select.integer(4))};
            if (!select.is_null(3)) state.watermark = from_unix_millis(select.integer(3));
            shards.push_back(std::move(state));
        }
        return shards;
    }

    static std::vector<NodeState> read_nodes(Session& session, Instant now) {
        Statement& select = session.prepare(
            "select f_node, f_lease_until, f_clock_ahead from t_cron_node order by f_node", "", "sii");
        std::vector<NodeState> nodes;
        for (select.run(); select.fetch();) {
            const Instant until = from_unix_millis(select.integer(1));
            nodes.push_back({.node = NodeId(select.text(0)),
                             .lease_until = until,
                             .alive = until > now,
                             .clock_ahead = Millis{select.integer(2)}});
        }
        return nodes;
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

    const Options& options_;
    State& state_;
    const Opening& opening_;
    Sweeper& sweeper_;
    Threads threads_;
    std::unique_ptr<Leadership> leadership_;           // MySQL only
    std::unique_ptr<NodeLease> lease_;                 // MySQL only
    std::unique_ptr<SingleNodeElection> single_node_;  // SQLite only
    Millis clock_ahead_{0};
};

}  // namespace ecron::store
