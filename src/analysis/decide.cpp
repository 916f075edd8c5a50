#include <algorithm>

#include "ecron/base/json_writer.hpp"
#include "ecron/base/log.hpp"
#include "scheduler_impl.hpp"

/// The planning loop: gives the planner the time, carries its decisions out.
namespace ecron::analysis {
namespace {

constexpr std::chrono::seconds kLongestWait{1};  // wall clocks step; a wait must notice
constexpr std::size_t kParkedWindows = 20;       // claim windows of runs that only wait
constexpr Millis kWatermarkAge{10'000};          // how old it may grow while there is nothing to claim

}  // namespace

asio::awaitable<void> Scheduler::Impl::plan() {
    while (!stopping_ && store_.leads(kOnlyShard)) {
        step();
        co_await wake_.wait(until_next());
    }
}

std::chrono::microseconds Scheduler::Impl::until_next() const {
    const std::optional<Instant> next = planner_.next_wake();
    if (!next) return kLongestWait;
    if (window() == 0) return std::chrono::milliseconds{50};
    const Millis wait = *next - clock_.now();
    return std::clamp<std::chrono::microseconds>(wait, std::chrono::microseconds{0}, kLongestWait);
}

/// How many more runs there may be. Those that only wait, perhaps for days, keep nobody from running: they
/// have a bound of their own.
std::size_t Scheduler::Impl::window() const {
    if (runs_.parked() >= kParkedWindows * options_.claim_window) return 0;
    const std::size_t used = runs_.size() - runs_.parked() + decided_.size();
    return used < options_.claim_window ? options_.claim_window - used : 0;
}

void Scheduler::Impl::step() {
    const std::size_t room = std::min(window(), options_.claim_batch);
    const ChangeNumber known = changes_.seen();
    const std::size_t told = missed_.size();
    decisions_.clear();
    planner_.advance(clock_.now(), room, decisions_);

    for (const Decision& decision : decisions_)
        std::visit([this](const auto& one) { carry_out(one); }, decision);
    if (planner_.caught_up()) planned_ = known;

    attach_summaries(told);

    if ((!decided_.empty() || owes_watermark()) && !claiming_) {
        claiming_ = true;
        gate_.spawn("claim", claim_decided());
    }
    if (!to_start_.empty() && !starting_) {
        starting_ = true;
        gate_.spawn("start", start_queued());
    }
    if (!to_withdraw_.empty()) gate_.spawn("withdraw", withdraw(std::exchange(to_withdraw_, {})));
}

/// Whether the watermark is to be committed though nothing is to be claimed: because runs were missed or
/// passed over in a pause, which the next term must not look at again, or because it has grown old.
bool Scheduler::Impl::owes_watermark() const {
    const Millis behind = planner_.watermark() - term_->watermark;
    return behind > Millis{0} && (passes_runs_ || !missed_.empty() || behind > kWatermarkAge);
}

void Scheduler::Impl::carry_out(const Claim& claim) { decided_.push_back(claim); }

void Scheduler::Impl::carry_out(const Start& start) { to_start_.push_back(start.run); }

void Scheduler::Impl::carry_out(const Refuse& refuse) {
    gate_.spawn("refuse", finish_without_attempt(refuse.run, std::string{refuse.reason}));
}

void Scheduler::Impl::carry_out(const Withdraw& one) { to_withdraw_.push_back(one.run); }

void Scheduler::Impl::carry_out(const Stop& stop) {
    Run* const run = runs_.find(stop.run);
    if (run == nullptr) return;
    if (run->stop_reason.empty()) run->stop_reason = stop.reason;
    switch (run->stage) {
        case Stage::running:
            pool_.cancel(run->row.id);
            break;
        case Stage::retrying:
        case Stage::accepted:
        case Stage::waiting:
            gate_.spawn("stop", finish_without_attempt(stop.run, run->stop_reason));
            break;
        case Stage::unclaimed:
        case Stage::starting:
        case Stage::ending:
            break;  // whoever is writing looks at stop_reason next
    }
}

void Scheduler::Impl::carry_out(const Expire& expire) {
    const Run* const run = runs_.find(expire.run);
    if (run == nullptr || run->stage != Stage::accepted) return;
    execution::AttemptResult result;
    result.reason = "the target took the run on, and its callback did not come in time";
    result.begin_at = run->began;
    result.end_at = clock_.now();
    gate_.spawn("expire", finish_attempt(expire.run, std::move(result)));
}

void Scheduler::Impl::carry_out(const Missed& missed) {
    statistics_.missed += static_cast<std::uint64_t>(missed.count);
    missed_.push_back({missed.job, missed.from, missed.to, missed.count, "misfire"});
}

/// Missed runs are told in the row of the newest one, where that runs; else as a record of their own. The
/// first `told` summaries were looked at before.
void Scheduler::Impl::attach_summaries(std::size_t told) {
    const auto attached = [this](const store::Missed& missed) {
        for (const Decision& decision : decisions_) {
            const Claim* const claim = std::get_if<Claim>(&decision);
            if (claim == nullptr || claim->job != missed.job) continue;
            std::string summary;
            JsonWriter json{summary};
            json.begin_object().member("from", format_rfc3339_millis(missed.from));
            json.member("to", format_rfc3339_millis(missed.to)).member("count", missed.count).end_object();
            summaries_[claim->run] = std::move(summary);
            return true;
        }
        return false;
    };
    const auto fresh = missed_.begin() + static_cast<std::ptrdiff_t>(told);
    missed_.erase(std::remove_if(fresh, missed_.end(), attached), missed_.end());
}

asio::awaitable<void> Scheduler::Impl::withdraw(std::vector<RunId> ids) {
    std::vector<ExecuteId> executions;
    for (const RunId id : ids)
        if (const Run* run = runs_.find(id); run != nullptr) executions.push_back(run->row.id);
    const std::uint64_t term = term_count_;
    for (std::size_t tries = 0;; ++tries) {
        const Result<void> done = co_await store_.withdraw(kOnlyShard, term_->epoch, executions);
        if (done) break;
        if (done.error().code != Errc::unavailable || term != term_count_) {
            log::error("runs not withdrawn count={} error={}", executions.size(), done.error().what);
            break;
        }
        const bool again = co_await back_off(tries);
        if (!again) break;
    }
    if (term != term_count_) co_return;
    statistics_.withdrawn += executions.size();
    for (const RunId id : ids) end_run(id);
}

}  // namespace ecron::analysis
