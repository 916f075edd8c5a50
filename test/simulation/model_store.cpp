#include "simulation/model_store.hpp"

#include "ecron/base/stable_hash.hpp"
#include "ecron/model/json.hpp"

namespace ecron::sim {
namespace {

constexpr Seconds kGood{3};
constexpr Seconds kRenewal{1};
constexpr std::string_view kPayloadDropped = "payload not stored";

Instant seen_from(const StoreMutations& mutations, const model::Job& job) {
    return mutations.recovers_from_update ? job.updated_at : job.effective_from;
}

model::Job seen(const StoreMutations& mutations, model::Job job) {
    job.effective_from = seen_from(mutations, job);
    return job;
}

std::unexpected<Error> not_modelled() { return fail(Errc::internal, "not modelled in the simulation"); }

}  // namespace

ModelStore::ModelStore(Process& process, const Clock& clock, Database& database, Link& link,
                       StoreMutations mutations)
    : process_(process),
      clock_(clock),
      database_(database),
      link_(link),
      mutations_(mutations) {
    Store::election = this;
    Store::jobs = this;
    Store::changes = this;
    Store::executions = this;
    Store::reports = this;
    Store::queries = this;
    Store::pauses = this;
}

ModelStore::~ModelStore() = default;

template <class T, class CarryOut> store::Awaitable<T> ModelStore::ask(Link::Kind kind, CarryOut carry_out) {
    struct Exchange {
        CarryOut carry_out;
        std::optional<Result<T>> answer{};
    };
    const auto exchange = std::make_shared<Exchange>(std::move(carry_out));
    Timeline& timeline = process_.timeline();
    const Link::Fate fate = link_.send(kind);
    co_await process_.wait([&, this](Ticket ticket) {
        const std::shared_ptr<Process> process = process_.shared_from_this();
        if (fate.carried_out == fate.answered) {  // the usual case: one event suffices
            timeline.at(fate.answered, [exchange, process, ticket, kind] {
                if (kind == Link::Kind::read && !process->alive()) return;
                exchange->answer = exchange->carry_out();
                process->arrive(ticket);
            });
            return;
        }
        if (kind == Link::Kind::read) {
            timeline.at(fate.answered, process, ticket);
            return;
        }
        const auto unheard = [exchange] { static_cast<void>(exchange->carry_out()); };
        if (fate.carried_out) timeline.at(*fate.carried_out, unheard);
        if (fate.delayed) link_.delay(unheard);
        timeline.at(fate.answered, process, ticket);
    });
    if (fate.refused) co_return fail(Errc::internal, "the database rejects every write");
    if (!fate.truthful || !exchange->answer) co_return fail(Errc::unavailable, "the database is unavailable");
    co_return std::move(*exchange->answer);
}

// --- leadership

void ModelStore::killed() { lose_session(); }

void ModelStore::lose_session() {
    held_.clear();
    beat_.reset();
    if (session_ == Database::Session::none) return;
    // The server notices immediately if it is reachable; otherwise after a silence.
    if (!link_.is_cut()) database_.disconnect(session_);
    session_ = Database::Session::none;
}

store::Awaitable<store::ElectionState> ModelStore::campaign(store::CampaignRound round) {
    const SteadyInstant sent = clock_.steady();
    const bool can_lead = round.max_shards > 0;
    const bool renews = !renewed_ || sent - *renewed_ >= kRenewal || can_lead != told_can_lead_;
    const Millis clock_ahead = clock_.now() - database_.now();
    for (const Shard shard : round.release) held_.erase(shard);
    if (session_ == Database::Session::none) session_ = database_.connect();
    const Database::Session session = session_;
    const auto epochs = std::make_shared<std::vector<Epoch>>();
    const Result<store::ElectionState> stands =
        co_await ask<store::ElectionState>(Link::Kind::beat, [=, &db = database_] {
            *epochs = db.newest_epochs();
            return db.campaign(session, round, renews, clock_ahead);
        });
    if (session != session_) co_return fail(Errc::unavailable, "the session has ended");
    if (!stands) {
        lose_session();
        co_return std::unexpected(stands.error());
    }
    held_ = {stands->held.begin(), stands->held.end()};
    beat_ = sent;
    for (std::size_t shard = 0; shard < epochs->size(); ++shard) learn(shard, (*epochs)[shard]);
    if (renews) renewed_ = sent, told_can_lead_ = can_lead;
    store::ElectionState standing = *stands;
    standing.lease_renewed = renewed_;
    co_return standing;
}

bool ModelStore::leads(Shard shard) const {
    return held_.contains(shard) && beat_ && clock_.steady() - *beat_ < kGood;
}

bool ModelStore::permits_starts(Shard shard, Epoch epoch) const {
    if (!beat_) return false;
    if (mutations_.keeps_permits) return true;
    return epochs_[shard.value()] == epoch && clock_.steady() - *beat_ < store::kStartPermit;
}

void ModelStore::learn(std::size_t shard, Epoch epoch) {
    if (shard >= epochs_.size()) epochs_.resize(shard + 1);
    epochs_[shard] = std::max(epochs_[shard], epoch);
}

store::Awaitable<store::Term> ModelStore::begin_term(Shard shard, NodeId node) {
    if (!leads(shard)) co_return fail(Errc::denied, "the lock is not held");
    Result<store::Term> term = co_await ask<store::Term>(
        Link::Kind::write,
        [&db = database_, shard, node = std::move(node)] { return db.begin_term(shard, node); });
    if (term) learn(shard.value(), term->epoch);
    co_return term;
}

store::Awaitable<void> ModelStore::end_term(Shard shard) {
    held_.erase(shard);
    const Database::Session session = session_;
    if (session == Database::Session::none) co_return Result<void>{};
    co_return co_await ask<void>(Link::Kind::beat, [&db = database_, session, shard] {
        db.release(session, shard);
        return Result<void>{};
    });
}

store::Awaitable<void> ModelStore::leave(NodeId node) {
    return ask<void>(Link::Kind::beat, [&db = database_, node = std::move(node)] {
        db.leave(node);
        return Result<void>{};
    });
}

store::Awaitable<store::Cluster> ModelStore::cluster() {
    return ask<store::Cluster>(Link::Kind::read,
                               [&db = database_] { return Result<store::Cluster>{db.cluster()}; });
}

// --- jobs

store::Awaitable<std::size_t> ModelStore::load_plans(std::function<void(const store::StoredPlan&)> each) {
    return ask<std::size_t>(
        Link::Kind::read,
        [&db = database_, mutations = mutations_, each = std::move(each)]() -> Result<std::size_t> {
            std::size_t count = 0;
            for (const auto& [key, row] : db.jobs()) {
                if (!row.job.enabled) continue;
                const model::Job& job = row.job;
                each({.key = key,
                      .id = job.id.value(),
                      .cron_time = job.cron_time,
                      .type = job.type,
                      .plan = row.plan,
                      .context = {},
                      .tenant = job.tenant.value(),
                      .created_at = job.created_at,
                      .effective_from = seen_from(mutations, job),
                      .revision = job.revision});
                ++count;
            }
            return count;
        });
}

store::Awaitable<std::vector<model::Execution>> ModelStore::unended(std::size_t limit,
                                                                    std::int64_t after_key) {
    return ask<std::vector<model::Execution>>(Link::Kind::read, [=, &db = database_] {
        return Result<std::vector<model::Execution>>{db.unended(limit, after_key)};
    });
}

store::Awaitable<std::vector<model::Execution>> ModelStore::overdue(Instant due_before, std::size_t limit,
                                                                    std::int64_t after_key) {
    return ask<std::vector<model::Execution>>(Link::Kind::read, [=, &db = database_] {
        return Result<std::vector<model::Execution>>{db.overdue(due_before, limit, after_key)};
    });
}

store::Awaitable<model::Job> ModelStore::create_job(model::Job job, std::string plan,
                                                    std::optional<store::AuditEntry>) {
    return ask<model::Job>(Link::Kind::write, [&db = database_, job = std::move(job),
                                               plan = std::move(plan)] { return db.create_job(job, plan); });
}

store::Awaitable<model::Job> ModelStore::replace_job(std::optional<TenantId>, model::Job job,
                                                     std::string plan, std::optional<ChangeNumber> if_match) {
    return ask<model::Job>(Link::Kind::write, [&db = database_, job = std::move(job), plan = std::move(plan),
                                               if_match] { return db.replace_job(job, plan, if_match); });
}

store::Awaitable<std::vector<model::Job>> ModelStore::delete_jobs(std::optional<TenantId>,
                                                                  std::vector<JobId> ids) {
    return ask<std::vector<model::Job>>(Link::Kind::write, [&db = database_, ids = std::move(ids)] {
        return Result<std::vector<model::Job>>{db.delete_jobs(ids)};
    });
}

store::Awaitable<std::vector<model::Job>> ModelStore::enable_jobs(std::optional<TenantId>,
                                                                  std::vector<JobId> ids, bool enabled) {
    using Jobs = std::vector<model::Job>;
    return ask<Jobs>(Link::Kind::write, [&db = database_, ids = std::move(ids), enabled]() -> Result<Jobs> {
        Jobs changed;
        for (const JobId& id : ids) {
            Result<model::Job> one = db.enable_job(id, enabled);
            if (!one) return std::unexpected(one.error());
            changed.push_back(std::move(*one));
        }
        return changed;
    });
}

store::Awaitable<std::optional<model::Job>> ModelStore::find_job(std::optional<TenantId>, JobId id) {
    using Found = std::optional<model::Job>;
    return ask<Found>(Link::Kind::read,
                      [&db = database_, mutations = mutations_, id = std::move(id)]() -> Result<Found> {
                          const Database::JobRow* const row = db.find_job(id);
                          return row == nullptr ? Found{} : Found{seen(mutations, row->job)};
                      });
}

store::Awaitable<std::vector<model::Job>> ModelStore::find_jobs(std::optional<TenantId>,
                                                                std::vector<JobId> ids) {
    using Jobs = std::vector<model::Job>;
    return ask<Jobs>(Link::Kind::read,
                     [&db = database_, mutations = mutations_, ids = std::move(ids)]() -> Result<Jobs> {
                         Jobs found;
                         for (const JobId& id : ids)
                             if (const auto* const row = db.find_job(id))
                                 found.push_back(seen(mutations, row->job));
                         return found;
                     });
}

store::Awaitable<std::vector<model::Job>> ModelStore::find_jobs_by_key(std::vector<JobKey> keys) {
    using Jobs = std::vector<model::Job>;
    return ask<Jobs>(Link::Kind::read,
                     [&db = database_, mutations = mutations_, keys = std::move(keys)]() -> Result<Jobs> {
                         Jobs found;
                         for (const JobKey key : keys)
                             if (const auto* const row = db.find_job(key))
                                 found.push_back(seen(mutations, row->job));
                         return found;
                     });
}

store::Awaitable<std::int64_t> ModelStore::count_jobs(std::optional<TenantId>, std::optional<Instant>,
                                                      std::optional<Instant>) {
    return ask<std::int64_t>(Link::Kind::read, [&db = database_] {
        return Result<std::int64_t>{static_cast<std::int64_t>(db.jobs().size())};
    });
}

store::Awaitable<std::vector<store::Change>> ModelStore::changes_after(ChangeNumber number,
                                                                       std::size_t limit) {
    using Changes = std::vector<store::Change>;
    return ask<Changes>(Link::Kind::read, [=, &db = database_]() -> Result<Changes> {
        const std::vector<store::Change>& all = db.changes();
        const std::size_t first = std::min(all.size(), static_cast<std::size_t>(number.value()));
        const std::size_t last = std::min(all.size(), first + limit);
        return Changes(all.begin() + static_cast<std::ptrdiff_t>(first),
                       all.begin() + static_cast<std::ptrdiff_t>(last));
    });
}

store::Awaitable<void> ModelStore::set_paused(std::optional<TenantId> tenant, bool paused) {
    return ask<void>(Link::Kind::write, [&db = database_, tenant = std::move(tenant), paused] {
        db.set_paused(tenant, paused);
        return Result<void>{};
    });
}

store::Awaitable<store::ActivePauses> ModelStore::pauses() {
    return ask<store::ActivePauses>(Link::Kind::read,
                                    [&db = database_] { return Result<store::ActivePauses>{db.pauses()}; });
}

// --- executions

store::Awaitable<store::Claimed> ModelStore::claim(store::Claim claim) {
    if (mutations_.hasty_watermark && !claim.executions.empty())
        claim.watermark = std::max(claim.watermark, database_.now() + Millis{250});
    return ask<store::Claimed>(Link::Kind::write,
                               [&db = database_, claim = std::move(claim)] { return db.claim(claim); });
}

store::Awaitable<std::optional<Instant>> ModelStore::rewind(Shard shard, Epoch epoch, Instant to) {
    return ask<std::optional<Instant>>(
        Link::Kind::write, [&db = database_, shard, epoch, to] { return db.rewind(shard, epoch, to); });
}

store::Awaitable<void> ModelStore::withdraw(Shard shard, Epoch epoch, std::vector<ExecuteId> ids) {
    return ask<void>(
        Link::Kind::write,
        [&db = database_, mutations = mutations_, shard, epoch, ids = std::move(ids)]() -> Result<void> {
            if (!mutations.ends_withdrawn) return db.withdraw(shard, epoch, ids);
            for (const ExecuteId& id : ids) {
                const model::Execution* const row = db.find(id);
                if (row == nullptr) continue;
                model::Execution after = *row;
                after.state = model::ExecutionState::interrupt;
                after.reason = "withdrawn";
                db.finish({.id = id, .attempt = row->attempt, .after = after});
            }
            return {};
        });
}

store::Awaitable<model::Execution> ModelStore::insert_execution(model::Execution execution,
                                                                store::NotifyLeader tell) {
    return ask<model::Execution>(Link::Kind::write, [&db = database_, execution = std::move(execution),
                                                     tell] { return db.insert(execution, tell); });
}

store::Awaitable<void> ModelStore::ask_cancel(model::Execution execution, std::string by) {
    return ask<void>(Link::Kind::write,
                     [&db = database_, execution = std::move(execution), by = std::move(by)] {
                         db.ask_cancel(execution, by);
                         return Result<void>{};
                     });
}

store::Awaitable<store::Begun> ModelStore::begin_attempt(ExecuteId id, int attempt, model::Execution after,
                                                         std::optional<store::Slot> slot,
                                                         std::vector<store::Announcement> announcements) {
    return ask<store::Begun>(
        Link::Kind::write, [&db = database_, id = std::move(id), attempt, after = std::move(after),
                            slot = std::move(slot), announcements = std::move(announcements)] {
            return Result<store::Begun>{db.begin_attempt(id, attempt, after, slot, announcements)};
        });
}

store::Awaitable<bool> ModelStore::announce(store::Outcome outcome) {
    return ask<bool>(Link::Kind::write, [&db = database_, outcome = std::move(outcome)] {
        return Result<bool>{db.announce(outcome)};
    });
}

store::Awaitable<bool> ModelStore::finish(store::Outcome outcome) {
    return ask<bool>(
        Link::Kind::write,
        [&db = database_, outcome = std::move(outcome), drops = mutations_.drops_refused]() -> Result<bool> {
            const std::optional<Error> refusal = refusal_of(outcome);
            if (refusal && drops) return true;
            if (refusal) return std::unexpected(*refusal);
            return db.finish(outcome);
        });
}

/// Some executions' payloads are always rejected: half for their content, half for an unknown reason.
std::optional<Error> ModelStore::refusal_of(const store::Outcome& outcome) {
    constexpr std::uint64_t kOneIn = 12;
    const std::uint64_t dice = stable_hash(outcome.id.value());
    const bool has_payload =
        !outcome.after.result.empty() || (outcome.record && outcome.record->output.size() > 0 &&
                                          !outcome.record->reason.contains(kPayloadDropped));
    if (dice % kOneIn != 0 || !has_payload) return std::nullopt;
    const Errc code = (dice / kOneIn) % 2 == 0 ? Errc::invalid : Errc::internal;
    return Error{code, "a value is refused", {}};
}

store::Awaitable<std::optional<model::Execution>> ModelStore::find_execution(std::optional<TenantId>,
                                                                             ExecuteId id) {
    using Found = std::optional<model::Execution>;
    return ask<Found>(Link::Kind::read, [&db = database_, id = std::move(id)]() -> Result<Found> {
        const model::Execution* const row = db.find(id);
        return row == nullptr ? Found{} : Found{*row};
    });
}

store::Awaitable<std::vector<model::Execution>> ModelStore::find_executions(std::vector<ExecuteId> ids) {
    using Rows = std::vector<model::Execution>;
    return ask<Rows>(Link::Kind::read, [&db = database_, ids = std::move(ids)]() -> Result<Rows> {
        Rows found;
        for (const ExecuteId& id : ids)
            if (const model::Execution* const row = db.find(id)) found.push_back(*row);
        return found;
    });
}

store::Awaitable<void> ModelStore::record_result(ExecuteId id, std::string result, store::NotifyLeader tell) {
    return ask<void>(Link::Kind::write, [&db = database_, id = std::move(id), result = std::move(result),
                                         tell] { return db.record_result(id, result, tell); });
}

store::Awaitable<std::vector<model::Execution>> ModelStore::runs_of(JobId job, Instant from, Instant to) {
    using Rows = std::vector<model::Execution>;
    return ask<Rows>(Link::Kind::read, [&db = database_, job = std::move(job), from, to] {
        return Result<Rows>{db.runs_of(job, from, to)};
    });
}

store::Awaitable<std::vector<store::Missed>> ModelStore::missed_of(JobKey job, Instant from, Instant to) {
    using Missed = std::vector<store::Missed>;
    return ask<Missed>(Link::Kind::read, [&db = database_, job, from, to]() -> Result<Missed> {
        Missed found;
        for (const MissedNote& note : db.missed())
            if (note.missed.job == job && note.missed.from <= to && note.missed.to >= from)
                found.push_back(note.missed);
        return found;
    });
}

// --- used only by the API

store::Awaitable<std::vector<model::Job>> ModelStore::notify_jobs(std::optional<TenantId>, std::vector<JobId>,
                                                                  std::string) {
    co_return not_modelled();
}
store::Awaitable<std::vector<model::Job>> ModelStore::list_jobs(store::JobFilter) {
    co_return not_modelled();
}
store::Awaitable<std::vector<store::Change>> ModelStore::changes_of(JobId, TenantId, std::size_t) {
    co_return not_modelled();
}

store::Awaitable<std::vector<model::Execution>> ModelStore::list_executions(store::ExecutionFilter) {
    co_return not_modelled();
}
store::Awaitable<std::vector<model::Attempt>> ModelStore::attempts(ExecuteId) { co_return not_modelled(); }
store::Awaitable<std::vector<ExecuteId>> ModelStore::put_executions(std::optional<TenantId>,
                                                                    std::vector<model::Execution>,
                                                                    store::Announcements) {
    co_return not_modelled();
}

store::Awaitable<bool> ModelStore::end_history(ExecuteId, model::ExecutionState, std::string) {
    co_return not_modelled();
}

const std::string& ModelStore::id_key() const {
    static const std::string key(32, 'k');
    return key;
}

}  // namespace ecron::sim
