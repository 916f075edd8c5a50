#include "analysis/shard/planning_loop.hpp"

#include <algorithm>

#include "ecron/base/log.hpp"

namespace ecron::analysis {
namespace {

constexpr std::chrono::seconds kLongestWait{1};  // upper limit of a wait, to notice steps of the wall clock
constexpr std::chrono::milliseconds kClockDoubt{50};
constexpr std::chrono::milliseconds kLookForRoom{50};
/// How long a watermark must be ahead before it is set back: a clock that is behind only until time
/// synchronization has begun must not cause it. Shorter than the default misfire_grace, so that occurrences
/// due meanwhile run.
constexpr Seconds kRewindAfter{30};

}  // namespace

asio::awaitable<void> PlanningLoop::run() {
    running_ = true;
    ahead_.reset();
    while (!shard_.releasing && !shard_.denied && shard_.is_led()) {
        context_.clock_check.look(context_.clock.now(), context_.clock.steady());
        const bool believed = context_.clock_check.is_believed();
        watch_watermark();
        if (believed) step();
        co_await shard_.wake.wait(believed ? until_next() : kClockDoubt);
    }
    running_ = false;
}

Millis PlanningLoop::lag() const {
    const Instant decided = shard_.planner.progress().decided_but_held;
    return running_ ? std::max(Millis{0}, context_.clock.now() - decided) : Millis{0};
}

Millis PlanningLoop::held_for() const {
    const Instant now = context_.clock.now();
    return running_ ? std::max(Millis{0}, now - shard_.planner.progress().held_since.value_or(now))
                    : Millis{0};
}

Millis PlanningLoop::watermark_ahead() const {
    const bool ahead = running_ && shard_.term.is_active() && context_.is_ahead(shard_.term->watermark);
    return ahead ? shard_.term->watermark - context_.store_now() : Millis{0};
}

/// Notices that the clock was set back, and later sets the watermark back to that time.
void PlanningLoop::watch_watermark() {
    const Millis ahead = watermark_ahead();
    if (ahead == Millis{0}) {
        ahead_.reset();
        return;
    }
    if (!ahead_) ahead_ = Ahead{.at = context_.store_now(), .steady = context_.clock.steady()};
    if (!context_.clock_check.is_believed()) return;
    if (!std::exchange(ahead_->reported, true))
        log::error(
            "watermark is ahead of the clock, unchanged jobs are not planned until it is set back shard={} "
            "watermark={} ahead={} set_back_in={}",
            shard_.id, format_rfc3339_millis(shard_.term->watermark), format_duration(ahead),
            format_duration(kRewindAfter));
    if (context_.clock.steady() - ahead_->steady >= kRewindAfter && !std::exchange(rewinding_, true))
        context_.gate.spawn("rewind", rewind(*shard_.term.operator->(), ahead_->at));
}

/// The new watermark belongs to the next term, for which this shard loads its jobs again.
asio::awaitable<void> PlanningLoop::rewind(store::Term term, Instant to) {
    const auto rewound = co_await context_.store.executions->rewind(shard_.id, term.epoch, to);
    rewinding_ = false;
    ahead_.reset();  // tried again after the same time
    if (rewound && *rewound) {
        log::warn("set watermark back shard={} from={} to={}", shard_.id,
                  format_rfc3339_millis(term.watermark), format_rfc3339_millis(**rewound));
        shard_.denied = true;
        shard_.wake.notify();
    } else if (rewound) {
        log::error(
            "watermark stays ahead of the clock, executions of later occurrences have been deleted shard={} "
            "watermark={}",
            shard_.id, format_rfc3339_millis(term.watermark));
    } else {
        log::warn("failed to set watermark back, retrying: shard={} error=\"{}\"", shard_.id,
                  rewound.error().what);
    }
}

std::chrono::microseconds PlanningLoop::until_next() const {
    if (context_.window() == 0) return kLookForRoom;
    const Progress progress = shard_.planner.progress();
    const std::chrono::microseconds longest = progress.held_since ? kLookForRoom : kLongestWait;
    if (!progress.next_wake) return longest;
    return std::clamp<std::chrono::microseconds>(context_.clock.until(*progress.next_wake),
                                                 std::chrono::microseconds{0}, longest);
}

void PlanningLoop::step() {
    const Room room{std::min(context_.window(), context_.options.claim_batch),
                    [this](Group tenant) { return context_.window_of(tenant); }};
    const ChangeNumber known = context_.changes;
    const std::size_t before = missed_.size();
    decisions_.clear();
    shard_.planner.advance(context_.clock.now(), room, decisions_);

    for (const Decision& decision : decisions_)
        std::visit([this](const auto& one) { carry_out(one); }, decision);
    if (shard_.planner.progress().is_caught_up) claims_.planned(known);

    missed_.attach(decisions_, before);
    claims_.run();
    starts_.run();
    withdrawals_.run();
}

void PlanningLoop::carry_out(const Refuse& refuse) {
    if (Run* const run = shard_.find(refuse.run); run != nullptr) run->refused = true;
    context_.gate.spawn("refuse", outcomes_.finish_without_attempt(refuse.run, std::string{refuse.reason}));
}

void PlanningLoop::carry_out(const Stop& stop) {
    Run* const run = shard_.find(stop.run);
    if (run == nullptr) return;
    if (run->stop_reason.empty()) run->stop_reason = stop.reason;
    switch (run->stage) {
        case Stage::running:
            context_.pool.cancel(run->row.id);
            break;
        case Stage::retrying:
        case Stage::accepted:
        case Stage::waiting:
            starts_.end_unstarted(*run);
            break;
        case Stage::offered:
        case Stage::remote:
            recovery_.request_stop(*run);
            break;
        case Stage::unclaimed:
        case Stage::starting:
        case Stage::ending:
            break;  // the coroutine that writes the row checks stop_reason next
    }
}

void PlanningLoop::carry_out(const Expire& expire) {
    Run* const run = shard_.runs.find(expire.run);
    if (run == nullptr || run->stage != Stage::accepted) return;
    outcomes_.fail_accepted(*run, "the target took the run on, and its callback did not come in time");
}

}  // namespace ecron::analysis
