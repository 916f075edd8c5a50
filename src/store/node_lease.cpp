#include "store/node_lease.hpp"

#include <fmt/format.h>

#include "ecron/base/log.hpp"
#include "ecron/base/uuid.hpp"

namespace ecron::store {

namespace {

constexpr Seconds kRenewal{1};
constexpr std::chrono::hours kRemembered{1};  // how long nodes that are gone are kept for people to see

}  // namespace

NodeLease::NodeLease(boost::asio::io_context& io, const Options& options, const Clock& clock)
    : options_(options),
      clock_(clock),
      instance_(random_uuid()),
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

Result<void> NodeLease::carry_out(const LeaseWork& work) {
    {
        const std::scoped_lock lock(mutex_);
        last_try_ = clock_.steady();
        told_can_lead_ = work.can_lead();
    }
    try {
        if (!session_) session_ = std::make_unique<Session>(options_, SessionUse::lease, clock_);
        if (work.wish() == LeaseWork::Wish::renew) {
            renew(work);
        } else {
            Statement& end = session_->prepare(
                "delete from t_cron_node where f_node = :node and f_instance = :instance", "ss");
            end << work.node().value() << instance_;
            end.run();
            const std::scoped_lock lock(mutex_);
            state_.renewed.reset();
        }
        return {};
    } catch (const SqlError& error) {
        if (answering_since_) log::warn("lease not renewed problem=\"{}\"", error.what());
        answering_since_.reset();
        session_.reset();
        return std::unexpected(to_error(error));
    }
}

void NodeLease::renew(const LeaseWork& work) {
    const std::string_view now = session_->dialect().now_expression();
    const bool first = !state().renewed && !state().usurped;
    if (first) {
        Statement& forget = session_->prepare(
            fmt::format("delete from t_cron_node where f_lease_until < {} - :age", now), "i");
        forget << std::int64_t{Millis(kRemembered).count()};
        forget.run();
    }
    // The later process takes the name over; the earlier one gets it back when that one's lease has ended.
    // The columns are assigned in this order.
    Statement& write = session_->prepare(
        fmt::format(
            "insert into t_cron_node (f_node, f_instance, f_lease_until, f_clock_ahead, f_can_lead) values "
            "(:node, :instance, {0} + :lease, :ahead, :leads) on duplicate key update f_instance = "
            "if({1}f_lease_until <= {0}, values(f_instance), f_instance), f_clock_ahead = if(f_instance = "
            "values(f_instance), values(f_clock_ahead), f_clock_ahead), f_can_lead = if(f_instance = "
            "values(f_instance), values(f_can_lead), f_can_lead), f_lease_until = if(f_instance = "
            "values(f_instance), values(f_lease_until), f_lease_until)",
            now, first ? "1 = 1 or " : ""),
        "ssiii");
    const SteadyInstant sent = clock_.steady();
    write << work.node().value() << instance_ << std::int64_t{Millis(options_.lease).count()}
          << std::int64_t{work.clock_ahead().count()} << work.can_lead();
    write.run();
    read_cluster(work.node(), sent);
}

void NodeLease::read_cluster(const NodeId& node, SteadyInstant sent) {
    // After an outage every lease may have ended: whoever lives gets the time to say so.
    if (!answering_since_) answering_since_ = sent;
    const bool settled = sent - *answering_since_ >= options_.lease;
    Statement& read = session_->prepare(
        fmt::format("select (select count(*) from t_cron_shard), (select count(*) from t_cron_node where "
                    "f_lease_until > {} - :grace and (f_can_lead = 1 or f_node = :self)), "
                    "(select f_instance from t_cron_node where f_node = :node)",
                    session_->dialect().now_expression()),
        "iss", "iis");
    read << (settled ? std::int64_t{0} : std::int64_t{Millis(options_.lease).count()}) << node.value()
         << node.value();
    read.first();
    const bool mine = read.text(2) == instance_;
    const std::scoped_lock lock(mutex_);
    if (!mine && !state_.usurped)
        log::error("another process has this node's name, this one leads no more node={}", node);
    state_ = {.renewed = mine ? std::optional(sent) : std::nullopt,
              .shards = static_cast<std::size_t>(read.integer(0)),
              .live_nodes = std::max<std::size_t>(1, static_cast<std::size_t>(read.integer(1))),
              .usurped = !mine};
}

}  // namespace ecron::store
