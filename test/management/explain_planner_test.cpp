#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <random>

#include "ecron/analysis/planner.hpp"
#include "ecron/base/stable_hash.hpp"
#include "management/explanation.hpp"

/// Compares explanations with what the planner decides for the same job.
using namespace ecron;
using namespace ecron::management;

namespace {

using namespace std::chrono_literals;

Instant at(std::string_view text) { return parse_rfc3339(text).value(); }

constexpr Millis kClaimAhead{250};

/// A random job, planned for some hours around a DST transition, with one pause.
class PlannedWorld {
public:
    explicit PlannedWorld(unsigned seed)
        : random_(seed),
          // Berlin: 02:00 to 03:00 does not exist on 29 March 2026 and occurs twice on 25 October 2026.
          begin_(at(below(2) == 0 ? "2026-03-29T00:30:00Z" : "2026-10-25T00:30:00Z") - 30min * below(3)),
          end_(begin_ + 3h),
          pause_begin_(begin_ + 1min * below(180)),
          pause_end_(below(2) == 0 ? pause_begin_ : pause_begin_ + 1min * below(60)),
          planner_(begin_, {.claim_ahead = kClaimAhead}) {
        definition_ = {.cron_time = expression(),
                       .type = below(4) == 0 ? model::JobType::timed : model::JobType::scheduled,
                       .enabled = true,
                       .created_at = begin_};
        model::Plan& plan = definition_.plan;
        if (definition_.cron_time.find('T') != std::string::npos) definition_.type = model::JobType::timed;
        if (below(2) == 0) plan.timezone = "Europe/Berlin";
        if (below(3) == 0) plan.begin_at = begin_ + 1s * below(7'200);
        if (below(3) == 0) plan.end_at = begin_ + 1s * below(10'800);
        if (below(2) == 0) plan.jitter = 1s * below(below(2) == 0 ? 30 : 1'000);
        plan.misfire = static_cast<model::Misfire>(below(3));
        run();
    }

    void check() {
        CAPTURE(definition_.cron_time, definition_.plan.timezone, definition_.plan.jitter.count(),
                static_cast<int>(definition_.type), claims_.size());
        for (Instant second = begin_ + 1s; second < end_ - 20min; second += 1s) {
            const auto claim = claims_.lower_bound(second);
            const bool claimed = claim != claims_.end() && claim->first < second + 1s;
            if (!claimed && second.time_since_epoch() % 53s != 0s) continue;
            CAPTURE(format_rfc3339_millis(second));
            const Explanation explanation = explain_at(second, end_, planner_.progress().watermark);
            CAPTURE(to_text(explanation.verdict));
            CHECK(claimed == (explanation.verdict == Verdict::forgotten));
            if (skipped_any()) continue;  // the neighbours may be paused
            CHECK(explanation.previous == claim_before(second));
            if (claimed) check_before_claim(claim->first, claim->second);
            if (claimed && once()) break;  // the job is disabled from then on
        }
        // A forecast from the beginning.
        std::optional<Instant> next = explain_at(begin_, begin_, begin_).next;
        if (skipped_any()) return;
        CHECK(next.value_or(end_) >= (claims_.empty() ? end_ : claims_.begin()->first));
        for (const auto& [scheduled_at, claim] : claims_) {
            CHECK(next == scheduled_at);
            next = explain_at(std::chrono::floor<Seconds>(scheduled_at), begin_, begin_).next;
        }
    }

private:
    [[nodiscard]] bool skipped_any() const { return pause_end_ > pause_begin_; }
    [[nodiscard]] bool once() const { return model::runs_once(definition_.type, definition_.plan); }

    int below(int limit) { return std::uniform_int_distribution<int>{0, limit - 1}(random_); }

    std::string expression() {
        switch (below(6)) {
            case 0:
                return format_rfc3339_millis(begin_ + 1ms * below(7'200'000));
            case 1:
                return "@every " + std::to_string(20 + below(900)) + "s";
            case 2:
                return "0 30 2 * * *";
            case 3:
                return std::to_string(below(60)) + " */" + std::to_string(1 + below(20)) + " * * * *";
            case 4:
                return "*/20 " + std::to_string(below(60)) + " 1-3 * * *";
            default:
                return std::to_string(below(60)) + " * * * *";
        }
    }

    void run() {
        const auto parsed =
            model::schedule_of(definition_.cron_time, definition_.type, definition_.plan, kJob,
                               definition_.created_at, model::Rules{}, cron::Strictness::takeover);
        REQUIRE(parsed);
        const model::Plan& plan = definition_.plan;
        planner_.upsert({.key = JobKey{1},
                         .schedule = parsed->schedule,
                         .policy = {.misfire = *plan.misfire,
                                    .jitter = plan.jitter,
                                    .begin_at = plan.begin_at,
                                    .end_at = plan.end_at,
                                    .once = once()},
                         .jitter_seed = stable_hash(kJob.value())},
                        begin_);
        std::vector<analysis::Decision> decisions;
        for (Instant now = begin_; now <= end_;) {
            if (now == pause_begin_ && skipped_any()) planner_.pause(std::nullopt, now);
            if (now == pause_end_ && skipped_any()) planner_.resume(std::nullopt, now);
            decisions.clear();
            planner_.advance(now, {.total = 1'000}, decisions);
            for (const analysis::Decision& decision : decisions) carry_out(decision, now);
            Instant next = planner_.progress().next_wake.value_or(end_ + 1ms);
            for (const Instant event : {pause_begin_, pause_end_})
                if (event > now) next = std::min(next, event);
            now = std::max(next, now + 1ms);
        }
    }
    void carry_out(const analysis::Decision& decision, Instant now) {
        CHECK_FALSE(std::holds_alternative<analysis::Missed>(decision));
        if (const auto* const claim = std::get_if<analysis::Claim>(&decision)) {
            planner_.report(claim->run, analysis::Committed{});
            runs_[claim->run] = claim->scheduled_at;
            claims_[claim->scheduled_at] = now;
        } else if (const auto* const withdrawn = std::get_if<analysis::Withdraw>(&decision)) {
            claims_.erase(runs_.at(withdrawn->run));  // due after a pause began, claimed before it
        } else if (const auto* const start = std::get_if<analysis::Start>(&decision)) {
            planner_.report(start->run, analysis::Ended{});
        }
    }

    [[nodiscard]] Explanation explain_at(Instant second, Instant now, Instant planned_until) const {
        Evidence evidence{
            .at = second, .now = now, .job = kJob, .current = definition_, .planned_until = planned_until};
        if (skipped_any())
            evidence.changes = {{.kind = "resume", .at = pause_end_}, {.kind = "pause", .at = pause_begin_}};
        return explain(evidence, model::Rules{});
    }
    /// Until the planner claims an occurrence, it is to come or undecided.
    void check_before_claim(Instant scheduled_at, Instant claimed_at) const {
        const Instant second = std::chrono::floor<Seconds>(scheduled_at);
        const Instant before = claimed_at - 1ms;
        const Verdict undecided = explain_at(second, end_, before + kClaimAhead).verdict;
        CHECK(undecided == Verdict::not_planned_yet);
        CHECK(explain_at(second, before, before + kClaimAhead).verdict == Verdict::to_come);
        if (once()) CHECK_FALSE(explain_at(second, before, before).next);
    }
    [[nodiscard]] std::optional<Instant> claim_before(Instant second) const {
        const auto after = claims_.lower_bound(second);
        return after == claims_.begin() ? std::nullopt : std::optional{std::prev(after)->first};
    }

    inline static const JobId kJob{"6f9ad6c5-0a5d-4f0e-9f3b-1d1c5a0c7e11"};

    std::mt19937 random_;
    Instant begin_, end_, pause_begin_, pause_end_;
    Definition definition_{};
    analysis::Planner planner_;
    std::map<Instant, Instant> claims_;  // when each occurrence was claimed
    std::map<analysis::RunId, Instant> runs_;
};

}  // namespace

TEST_CASE("an explanation agrees with what the planner decides", "[management][explain]") {
    const unsigned seed = GENERATE(range(0U, 200U));
    CAPTURE(seed);
    PlannedWorld{seed}.check();
}
