#include "store/election/node_lease.hpp"

#include <fmt/format.h>

#include "ecron/base/log.hpp"
#include "ecron/base/this_process.hpp"
#include "ecron/base/uuid.hpp"

namespace ecron::store {

namespace {

constexpr Seconds kRenewal{1};
constexpr std::size_t kLongestProcess = 128;  // bytes of f_process
constexpr Millis kLongestRenewalBackOff{1'000};
constexpr std::chrono::hours kRemembered{1};  // rows of ended nodes are kept this long for display

/// Assignments of an upsert that keep the old value if the row belongs to another process.
std::string assign_if_own(std::initializer_list<std::string_view> columns) {
    std::string text;
    for (const std::string_view column : columns)
        text += fmt::format("{0}{1} = if(f_instance = values(f_instance), values({1}), {1})",
                            text.empty() ? "" : ", ", column);
    return text;
}

}  // namespace

/// The name itself may exceed the maximum length of a lock's name.
std::string lock_name(Session& session, const NodeId& node) {
    return session.lock_name("node/" + keyed_uuid("node", node.value(), Instant{}));
}

NodeLease::NodeLease(boost::asio::io_context& io, const Options& options, const Clock& clock,
                     const store::State& state)
    : options_(options),
      clock_(clock),
      store_state_(state),
      instance_(random_uuid()),
      process_(this_process().substr(0, kLongestProcess)),
      back_off_(kLongestRenewalBackOff),
      thread_(io, [this](LeaseWork& work) { work.result = carry_out(work); }) {}

NodeLease::~NodeLease() { close(); }

NodeLease::State NodeLease::state() const {
    const std::scoped_lock lock(mutex_);
    return state_;
}

bool NodeLease::lives() const {
    const std::scoped_lock lock(mutex_);
    return state_.renewed && clock_.steady() - *state_.renewed < options_.lease;
}

bool NodeLease::due(bool can_lead) const {
    if (!thread_.idle()) return false;
    const std::scoped_lock lock(mutex_);
    return !last_try_ || told_can_lead_ != can_lead || clock_.steady() - *last_try_ >= kRenewal;
}

void NodeLease::suspect_session() {
    const std::scoped_lock lock(mutex_);
    last_try_.reset();
}

Result<void> NodeLease::carry_out(const LeaseWork& work) {
    {
        const std::scoped_lock lock(mutex_);
        last_try_ = clock_.steady();
        told_can_lead_ = work.can_lead;
    }
    if (!session_ && !back_off_.is_over(clock_.steady())) return std::unexpected(store_state_.unavailable());
    const bool may_have_ended = session_ != nullptr;  // while it was idle: a new one is tried at once
    const Result<void> renewed = try_once(work);
    return renewed || !may_have_ended ? renewed : try_once(work);
}

Result<void> NodeLease::try_once(const LeaseWork& work) {
    try {
        connect();
        if (work.wish == LeaseWork::Wish::renew) {
            renew(work);
        } else {
            Statement& end = session_->prepare(
                "delete from t_cron_node where f_node = :node and f_instance = :instance", "ss");
            end << work.node.value() << instance_;
            end.run();
            const std::scoped_lock lock(mutex_);
            state_.renewed.reset();
        }
        back_off_.succeeded();
        return {};
    } catch (const SqlError& error) {
        if (answering_since_) log::warn("failed to renew lease: problem=\"{}\"", error.what());
        answering_since_.reset();
        if (!session_) back_off_.failed(clock_.steady());
        session_.reset();
        return std::unexpected(to_error(error));
    }
}

void NodeLease::open_session() {
    session_ = std::make_unique<Session>(options_, SessionUse::lease, clock_);
    name_locked_ = false;
    bool is_galera = false;
    std::string name;
    Statement& read =
        session_->prepare("show variables where variable_name in ('wsrep_on', 'wsrep_node_name')", "", "ss");
    for (read.run(); read.fetch();) {
        if (read.text(0) == "wsrep_on")
            is_galera = read.text(1) == "ON";
        else
            name = read.text(1);
    }
    database_node_ = is_galera ? name : std::string{};
}

/// Returns true if this session holds the lock of the node's name, so that no other process with that name is
/// connected.
bool NodeLease::lock_name(const NodeId& node) {
    if (name_locked_) return true;
    Statement& take =
        session_->prepare(fmt::format("select get_lock({}, 0)", store::lock_name(*session_, node)), "", "i");
    name_locked_ = take.first() && take.integer(0) == 1;
    return name_locked_;
}

void NodeLease::connect() {
    if (generation_ != store_state_.generation()) session_.reset();
    generation_ = store_state_.generation();
    if (!session_) open_session();
}

void NodeLease::renew(const LeaseWork& work) {
    const std::string_view now = session_->dialect().texts.now_expression;
    if (state().name == Name::unknown) {
        Statement& forget = session_->prepare(
            fmt::format("delete from t_cron_node where f_lease_until < {} - :age", now), "i");
        forget << std::int64_t{Millis(kRemembered).count()};
        forget.run();
    }
    // A process takes over the row of an earlier process once. If another process has taken the name since,
    // it is not taken back before that process's lease has ended.
    const bool alone = lock_name(work.node);
    const bool takes_over = alone && !had_name_;
    // The columns are assigned in this order.
    Statement& write = session_->prepare(
        fmt::format(
            "insert into t_cron_node (f_node, f_instance, f_lease_until, f_clock_ahead, f_can_lead, "
            "f_process, f_since, f_database_node) values (:node, :instance, {0} + :lease, :ahead, :leads, "
            ":process, {0}, :database) on duplicate key update f_since = if(f_instance <> values(f_instance) "
            "and ({1}f_lease_until <= {0}), values(f_since), f_since), f_instance = if({1}f_lease_until <= "
            "{0}, values(f_instance), f_instance), {2}",
            now, takes_over ? "1 = 1 or " : "",
            assign_if_own({"f_clock_ahead", "f_can_lead", "f_process", "f_database_node", "f_lease_until"})),
        "ssiiiss");
    const SteadyInstant sent = clock_.steady();
    write << work.node.value() << instance_ << std::int64_t{Millis(options_.lease).count()}
          << std::int64_t{work.clock_ahead.count()} << work.can_lead << process_ << database_node_;
    write.run();
    read_cluster(work.node, sent);
}

void NodeLease::read_cluster(const NodeId& node, SteadyInstant sent) {
    // After an outage every lease may have expired: live nodes get time to renew theirs.
    if (!answering_since_) answering_since_ = sent;
    const bool settled = sent - *answering_since_ >= options_.lease;
    // Of two nodes that use different nodes of a Galera cluster, the one that started later must detect it.
    Statement& read = session_->prepare(
        fmt::format(
            "select (select count(*) from t_cron_shard), (select count(*) from t_cron_node where "
            "f_lease_until > {0} - :grace and (f_can_lead = 1 or f_node = :self)), n.f_instance, "
            "n.f_lease_until, n.f_process, n.f_since, (select concat(o.f_node, ' uses ', "
            "o.f_database_node) from t_cron_node o where o.f_lease_until > {0} and o.f_can_lead = 1 and "
            "o.f_database_node not in ('', :database) and o.f_node <> n.f_node and (o.f_since < "
            "n.f_since or (o.f_since = n.f_since and o.f_node < n.f_node)) order by o.f_since limit 1) "
            "from t_cron_node n where n.f_node = :node",
            session_->dialect().texts.now_expression),
        "isss", "iisisis");
    read << (settled ? std::int64_t{0} : std::int64_t{Millis(options_.lease).count()}) << node.value()
         << database_node_ << node.value();
    if (!read.first()) throw SqlError(SqlFault::again, 0, "the row of this node's lease is missing");
    const Name name = read.text(2) == instance_ ? Name::own : name_of_another(read.integer(3), sent);
    State now{.renewed = name == Name::own ? std::optional(sent) : std::nullopt,
              .shards = static_cast<std::size_t>(read.integer(0)),
              .live_nodes = std::max<std::size_t>(1, static_cast<std::size_t>(read.integer(1))),
              .name = name,
              .other_database_node = database_node_.empty() ? std::string{} : read.text(6),
              .is_galera = !database_node_.empty()};
    if (name == Name::own) {
        had_name_ = true;
        other_holder_.reset();
    } else {
        const std::string process = read.text(4).empty() ? "instance " + read.text(2) : read.text(4);
        now.holder = fmt::format("{}, since {}", process, format_rfc3339(from_unix_millis(read.integer(5))));
    }
    log_changes(node, now, sent);
    const std::scoped_lock lock(mutex_);
    state_ = std::move(now);
}

/// Handles a name that is in use by another process. That process is alive if it renews its lease before the
/// lease that was seen first would have ended.
NodeLease::Name NodeLease::name_of_another(std::int64_t lease_until, SteadyInstant now) {
    if (!other_holder_) other_holder_ = Holder{.seen = now, .lease_until = lease_until};
    const bool would_have_ended = now - other_holder_->seen >= options_.lease;
    return would_have_ended && lease_until > other_holder_->lease_until ? Name::lost : Name::taken;
}

void NodeLease::log_changes(const NodeId& node, const State& now, SteadyInstant at) {
    if (now.name == Name::taken && state().name != Name::taken)
        log::warn("node_id is in use by another process, waiting for its lease to end node={} holder=\"{}\"",
                  node, now.holder);
    if (now.other_database_node.empty()) {
        if (told_divided_) log::info("all nodes use the same node of the Galera cluster node={}", node);
        divided_since_.reset();
        told_divided_ = false;
        return;
    }
    // During a failover of the writer, nodes may switch servers at different times.
    if (!divided_since_) divided_since_ = at;
    if (told_divided_ || at - *divided_since_ < options_.lease) return;
    log::error("nodes use different nodes of the Galera cluster, not leading node={} uses={} other=\"{}\"",
               node, database_node_, now.other_database_node);
    told_divided_ = true;
}

}  // namespace ecron::store
