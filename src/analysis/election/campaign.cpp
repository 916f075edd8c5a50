#include "analysis/election/campaign.hpp"

#include <algorithm>

#include "ecron/base/log.hpp"

namespace ecron::analysis {
namespace {

constexpr int kRoundsFree = 2;  // after this many rounds an unowned shard belongs to no live node's share
constexpr Millis kGuard{200};
constexpr Millis kBeforeLeaseEnds{1'000};  // commands must have been killed this long before the lease ends

ClockDifference clock_difference(const store::ElectionState& standing) {
    return {.ahead = standing.clock_ahead, .error = standing.clock_error};
}

}  // namespace

asio::awaitable<void> Campaign::run() {
    while (!context_.over) {
        const SteadyInstant sent = context_.clock.steady();
        const Result<store::ElectionState> standing =
            co_await context_.store.election->campaign(next_round());
        context_.clock_check.look(context_.clock.now(), context_.clock.steady());
        if (standing) {
            context_.connections.answered(standing->disconnected, sent, context_.clock.steady());
            const SteadyInstant halfway = sent + (context_.clock.steady() - sent) / 2;
            context_.store_offset = standing->store_now.time_since_epoch() -
                                    std::chrono::floor<Millis>(halfway.time_since_epoch());
            const auto doubtful = context_.clock_check.doubtful_since();
            const bool confirms = doubtful && *doubtful < sent && !context_.options.alone &&
                                  clock_difference(*standing).is_surely_tolerable();
            if (confirms) context_.clock_check.confirm(context_.clock.now(), context_.clock.steady());
            apply_election(*standing);
        } else {
            context_.connections.not_answered();
            if (standing.error().code == Errc::conflict) report_name_taken(standing.error());
            held_.clear();
            rounds_with_free_ = 0;
            extra_ = 0;
        }
        co_await wake_.wait(context_.options.campaign);
    }
}

store::CampaignRound Campaign::next_round() const {
    store::CampaignRound round{.node = context_.options.node, .watched = context_.connections.watched()};
    if (may_lead()) round.max_shards = extra_ > 0 ? std::max(share(), held_.size() + extra_) : share();
    // A lock that was acquired while there were fewer nodes is surplus, unless its shard is already led.
    const std::size_t keeps = most_to_keep();
    auto wanted = static_cast<std::size_t>(
        std::ranges::count_if(shards_, [](const auto& shard) { return shard->in_term(); }));
    for (const auto& shard : shards_) {
        if (shard->in_term() || !is_held(shard->id())) continue;
        if (wanted < keeps)
            ++wanted;
        else
            round.release.push_back(shard->id());
    }
    return round;
}

bool Campaign::may_lead() const {
    return !context_.stopping && !clock_permit_.refuses() && feed_.is_loaded();
}

/// Returns this node's share of all shards among the nodes that can lead.
std::size_t Campaign::share() const {
    const std::size_t shards = shards_.size();
    return context_.options.nodes == store::Nodes::one ? shards : (shards + live_nodes_ - 1) / live_nodes_;
}

/// Shards acquired beyond the share are kept until the leases of dead nodes have ended, to avoid moving them
/// back and forth.
std::size_t Campaign::most_to_keep() const {
    if (!may_lead()) return 0;
    const bool keeps_all = took_extra_ && context_.clock.steady() - *took_extra_ < context_.options.lease;
    return keeps_all ? shards_.size() : share();
}

/// Shards that stayed unowned in several rounds belong to no share: each node that sees them acquires its
/// part.
void Campaign::claim_abandoned(const store::ElectionState& standing) {
    rounds_with_free_ = standing.free > 0 && may_lead() ? rounds_with_free_ + 1 : 0;
    const bool abandoned = rounds_with_free_ >= kRoundsFree;
    extra_ = abandoned ? (standing.free + live_nodes_ - 1) / live_nodes_ : 0;
    if (!abandoned) return;
    if (rounds_with_free_ == kRoundsFree) wake_.notify();  // the next round acquires them
    took_extra_ = context_.clock.steady();
    log::info("acquiring unowned shards count={}", standing.free);
}

bool Campaign::is_held(Shard shard) const { return std::ranges::find(held_, shard) != held_.end(); }

void Campaign::apply_election(const store::ElectionState& standing) {
    if (shards_.size() == 0) {
        shards_.create(standing.shards);
        feed_.notify();
    }
    context_.owns_name = true;
    held_ = standing.held;
    unled_ = standing.free;
    lease_renewed_ = standing.lease_renewed;
    const std::size_t share_before = share();
    live_nodes_ = std::max<std::size_t>(standing.live_nodes, 1);
    context_.live_nodes = live_nodes_;
    check_clock(standing);
    if (standing.free > 0 && share() > share_before)
        wake_.notify();  // unowned shards may be part of the new share
    claim_abandoned(standing);
    take_and_release();
    // A round that was sent before the jobs were loaded requested no shard and may have found all of them
    // unowned.
    const bool stands_by = feed_.is_loaded() && context_.options.nodes == store::Nodes::one &&
                           held_.empty() && standing.led_by_others > 0 && !context_.stopping;
    if (stands_by && !told_standby_)
        log::info("standing by, another process is the leader node={}", context_.options.node);
    told_standby_ = stands_by;
    const bool is_one_of_many = feed_.is_loaded() && context_.options.nodes == store::Nodes::many;
    ready_ = ready_ || stands_by || is_one_of_many || shards_.are_led();
}

void Campaign::report_name_taken(const Error& error) {
    if (std::exchange(told_name_taken_, true)) return;
    log::error("{} node={}", error.what, context_.options.node);
    if (context_.options.name_taken) context_.options.name_taken(error);
}

/// When its lease has ended, a node is considered dead and its executions run elsewhere: its commands must
/// have been killed.
asio::awaitable<void> Campaign::guard_lease() {
    const Millis good = context_.options.lease - kBeforeLeaseEnds;
    while (!context_.over) {
        const SteadyInstant now = context_.clock.steady();
        const SteadyInstant end = lease_renewed_.value_or(now) + good;
        co_await guard_.wait(end > now ? end - now : kGuard);
        const bool ends = lease_renewed_ && context_.clock.steady() - *lease_renewed_ >= good;
        if (!ends) continue;
        for (const auto& shard : shards_) shard->outcomes().end_commands();
    }
}

void Campaign::check_clock(const store::ElectionState& standing) {
    clock_ahead_ = standing.clock_ahead;
    const bool refused = clock_permit_.refuses();
    const ClockDifference difference = clock_difference(standing);
    clock_permit_.measure(difference);
    const bool refuses = clock_permit_.refuses();
    if (refuses && !refused)
        log::error("clock offset too large, not campaigning node={} offset={}ms", context_.options.node,
                   clock_ahead_.count());
    if (!refuses && refused)
        log::info("clock offset within limits, campaigning again node={}", context_.options.node);
    const bool warns = difference.magnitude() > kClockWarning;
    if (warns && !refuses && !clock_warned_)
        log::warn("clock differs from the database clock node={} offset={}ms", context_.options.node,
                  clock_ahead_.count());
    clock_warned_ = warns;
}

/// Starts a term for each held shard that is not led; releases surplus shards one at a time.
void Campaign::take_and_release() {
    const std::size_t most = most_to_keep();
    const bool releasing =
        std::ranges::any_of(shards_, [](const auto& shard) { return shard->is_releasing(); });
    std::size_t led = 0;
    for (const auto& shard : shards_) {
        if (shard->in_term() && !shard->is_releasing()) ++led;
        const bool may = is_held(shard->id()) && shard->follower().is_loaded() && !shard->in_term();
        if (!may || led >= most) continue;
        ++led;
        shard->begin_term();
        context_.gate.spawn("lead", shard->lead());
    }
    if (led <= most || releasing) return;
    const auto surplus = std::ranges::find_if(shards_.rbegin(), shards_.rend(),
                                              [](const auto& shard) { return shard->in_term(); });
    if (surplus == shards_.rend()) return;
    log::info("releasing surplus shard={} nodes={}", (*surplus)->id(), live_nodes_);
    (*surplus)->release();
}

void Campaign::describe(SchedulerStanding& standing) const {
    standing.clock_ahead = clock_ahead_;
    standing.refuses_to_lead = clock_permit_.refuses();
    standing.shards = shards_.size();
    standing.unled_shards = unled_;
}

void Campaign::notify() {
    wake_.notify();
    guard_.notify();
}

}  // namespace ecron::analysis
