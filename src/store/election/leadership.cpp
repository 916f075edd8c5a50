#include "store/election/leadership.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "ecron/base/log.hpp"
#include "store/election/node_lease.hpp"

namespace ecron::store {

namespace {

constexpr Seconds kGood{3};
constexpr std::int64_t kOther = 2;  // a value of Owners
constexpr Millis kLongestRoundBackOff{1'000};

constexpr std::uint64_t bit(Shard shard) { return std::uint64_t{1} << shard.value(); }

}  // namespace

std::string lock_name(Session& session, Shard shard) {
    return session.lock_name(std::to_string(shard.value()));
}

void LockRound::apply(Leadership& leadership) { result = leadership.round(round_, shards_, may_take_); }

void LockRelease::apply(Leadership& leadership) { result = leadership.release(shard_); }

Leadership::Leadership(boost::asio::io_context& io, const Options& options, const Clock& clock, State& state)
    : options_(options),
      clock_(clock),
      state_(state),
      back_off_(kLongestRoundBackOff),
      thread_(io, [this](LockWork& work) { work.apply(*this); }) {}

Leadership::~Leadership() { close(); }

bool Leadership::holds(Shard shard) const {
    const std::scoped_lock lock(mutex_);
    return (held_ & bit(shard)) != 0 && good_ && clock_.steady() - *good_ < kGood;
}

std::optional<SteadyInstant> Leadership::last_heartbeat() const {
    const std::scoped_lock lock(mutex_);
    return good_;
}

bool Leadership::permits_starts(Shard shard, Epoch epoch) const {
    const std::scoped_lock lock(mutex_);
    const bool is_newest = shard.value() < epochs_.size() && epochs_[shard.value()] == epoch;
    return is_newest && good_ && clock_.steady() - *good_ < kStartPermit;
}

void Leadership::term_began(Shard shard, Epoch epoch) {
    const std::scoped_lock lock(mutex_);
    learn(shard.value(), epoch);
}

/// Epochs only increase, and what was read may be older than what is known. The mutex is held.
void Leadership::learn(std::size_t shard, Epoch epoch) {
    if (shard >= epochs_.size()) epochs_.resize(shard + 1);
    epochs_[shard] = std::max(epochs_[shard], epoch);
}

void Leadership::close() {
    thread_.close();
    std::uint64_t held = 0;
    {
        const std::scoped_lock lock(mutex_);
        held = held_;
    }
    // Closing the session also frees the locks, but with a delay after this process has continued.
    for (std::uint32_t shard = 0; shard < kMaxShards; ++shard)
        if ((held & bit(Shard(shard))) != 0) [[maybe_unused]]
            const auto freed = release(Shard(shard));
    session_.reset();
}

Result<Locks> Leadership::round(const CampaignRound& round, std::size_t shards, bool may_take) {
    const SteadyInstant sent = clock_.steady();
    if (!session_ && !back_off_.is_over(sent)) return std::unexpected(state_.unavailable());
    try {
        connect();
        Locks locks;
        const Owners found = owners(round.node, shards, locks);
        locks.others = static_cast<std::size_t>(std::ranges::count(found, kOther));
        for (const Shard shard : round.release) give_back(shard);
        if (may_take) locks.free = take_free(found, round.max_shards, round.release);
        locks.disconnected = disconnected(round.watched);
        const std::vector<Epoch> epochs = read_epochs();
        const std::scoped_lock lock(mutex_);
        good_ = sent;
        for (std::size_t shard = 0; shard < epochs.size(); ++shard) learn(shard, epochs[shard]);
        back_off_.succeeded();
        for (std::uint32_t shard = 0; shard < kMaxShards; ++shard)
            if ((held_ & bit(Shard(shard))) != 0) locks.held.emplace_back(shard);
        return locks;
    } catch (const SqlError& error) {
        lose(error.what());
        return std::unexpected(to_error(error));
    }
}

void Leadership::connect() {
    if (session_ && generation_ != state_.generation())
        throw SqlError(SqlFault::read_only, 0, "its server has become read-only");
    if (session_) return;
    generation_ = state_.generation();
    session_ = std::make_unique<Session>(options_, SessionUse::lead, clock_);
    connected_ = clock_.steady();
}

/// Queries the owner of each lock from the server, which also replaces the set of held locks.
Leadership::Owners Leadership::owners(const NodeId& node, std::size_t shards, Locks& locks) {
    const Dialect& dialect = session_->dialect();
    std::string sql = fmt::format("select {}, {}, is_free_lock({})", dialect.texts.now_expression,
                                  dialect.texts.read_only_expression, lock_name(*session_, node));
    for (std::uint32_t shard = 0; shard < shards; ++shard) {
        const std::string name = lock_name(*session_, Shard(shard));
        sql += fmt::format(
            ", case when is_used_lock({0}) is null then 0 when is_used_lock({0}) = connection_id() then 1 "
            "else {1} end",
            name, kOther);
    }
    const Instant before = clock_.now();
    constexpr std::size_t kBeforeOwners = 3;
    Statement& ask = session_->prepare(sql, "", std::string(kBeforeOwners + shards, 'i'));
    ask.first();
    const Instant after = clock_.now();
    if (ask.integer(1) != 0) {
        state_.leave_server(generation_);
        throw SqlError(SqlFault::read_only, 0, "the server has become read-only");
    }
    locks.store_now = from_unix_millis(ask.integer(0));
    locks.own_name_free = ask.integer(2) == 1;
    locks.clock_error = (after - before) / 2;
    locks.clock_ahead = before + locks.clock_error - locks.store_now;

    Owners found(shards);
    std::uint64_t held = 0;
    for (std::uint32_t shard = 0; shard < shards; ++shard) {
        found[shard] = ask.integer(kBeforeOwners + shard);
        if (found[shard] == 1) held |= bit(Shard(shard));
    }
    const std::scoped_lock lock(mutex_);
    held_ = held;
    return found;
}

/// Returns the newest term of each shard, by number. A term that begins after the round was sent may be
/// missing.
std::vector<Epoch> Leadership::read_epochs() {
    Statement& read =
        session_->prepare("select f_shard, f_epoch from t_cron_shard order by f_shard", "", "ii");
    std::vector<Epoch> epochs;
    for (read.run(); read.fetch();) {
        epochs.resize(static_cast<std::size_t>(read.integer(0)) + 1);
        epochs.back() = Epoch(read.integer(1));
    }
    return epochs;
}

/// Returns those of the nodes whose name is locked by no session of this server.
std::vector<NodeId> Leadership::disconnected(const std::vector<NodeId>& watched) {
    std::vector<NodeId> found;
    const bool may_use_other_server = clock_.steady() - connected_ < options_.lease;
    if (may_use_other_server) return found;
    for (const NodeId& node : watched) {
        Statement& ask =
            session_->prepare(fmt::format("select is_free_lock({})", lock_name(*session_, node)), "", "i");
        if (ask.first() && ask.integer(0) == 1) found.push_back(node);
    }
    return found;
}

/// Returns the number of free locks that remain.
std::size_t Leadership::take_free(const Owners& owners, std::size_t most,
                                  const std::vector<Shard>& not_these) {
    // In single-leader mode, the first lock decides between the candidates.
    const bool first_decides = options_.nodes == Nodes::one;
    const auto given_back = [&](std::uint32_t shard) {
        return std::ranges::find(not_these, Shard(shard)) != not_these.end();
    };
    std::size_t held = 0;
    for (std::uint32_t shard = 0; shard < owners.size(); ++shard)
        if (owners[shard] == 1 && !given_back(shard)) ++held;
    std::size_t left = 0;
    for (std::uint32_t shard = 0; shard < owners.size(); ++shard) {
        const bool is_free = owners[shard] == 0 && !given_back(shard);
        const bool wanted = is_free && held < most;
        const bool taken = wanted && take(Shard(shard));
        if (taken) ++held;
        if (is_free && !wanted) ++left;
        if (first_decides && shard == 0 && !taken && owners[0] != 1) return 0;
    }
    return left;
}

bool Leadership::take(Shard shard) {
    Statement& lock_statement =
        session_->prepare(fmt::format("select get_lock({}, 0)", lock_name(*session_, shard)), "", "i");
    if (!lock_statement.first() || lock_statement.integer(0) != 1) return false;
    const std::scoped_lock lock(mutex_);
    held_ |= bit(shard);
    return true;
}

void Leadership::give_back(Shard shard) {
    {
        const std::scoped_lock lock(mutex_);
        if ((held_ & bit(shard)) == 0) return;
        held_ &= ~bit(shard);
    }
    session_->run(fmt::format("do release_lock({})", lock_name(*session_, shard)));
}

Result<void> Leadership::release(Shard shard) {
    try {
        if (session_) give_back(shard);
    } catch (const SqlError& error) {
        lose(error.what());  // the locks end with the session
    }
    return {};
}

void Leadership::lose(std::string_view reason) {
    if (!session_) back_off_.failed(clock_.steady());
    session_.reset();
    const std::scoped_lock lock(mutex_);
    if (held_ != 0) log::warn("lost leadership, the session has ended reason=\"{}\"", reason);
    held_ = 0;
    good_.reset();
    epochs_.clear();
}

}  // namespace ecron::store
