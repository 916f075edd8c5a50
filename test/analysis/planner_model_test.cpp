#include <algorithm>
#include <deque>
#include <random>

#include "analysis/planner_fixture.hpp"

/// Compares the planner with a slow, simple model: random jobs, edits, pauses, late commits, ends, gaps and
/// clock steps. The model lists each job's occurrences and their required outcomes in order. For each run it
/// checks whether a decision was allowed and, after each advance, whether one is missing.
using namespace ecron;
using namespace ecron::analysis;
using namespace ecron::analysis::test;
using namespace std::chrono_literals;

namespace {

constexpr Millis kAhead{250};
constexpr std::size_t kMisfireLimit = 4;
constexpr std::uint32_t kRoomInGroup = 2;

struct Expected {  // a claim, or the summary of that many missed occurrences
    Instant scheduled_at;
    Instant to{};
    std::int64_t count{0};  // 0: a claim
};

struct ModelJob {
    PlannedJob planned;
    Instant cursor{};  // outcomes are listed for occurrences up to here
    std::deque<Expected> outcomes{};
    bool known{true};
};

struct ModelRun {
    enum class Is { claiming, waiting, running, retrying, accepted };
    std::int64_t job{};
    Instant scheduled_at{};
    Instant at{};  // due time of the start, retry or expiry
    JobPolicy policy{};
    Is is{Is::claiming};
    bool stopping{false};
    [[nodiscard]] bool live() const { return is >= Is::running; }
};

class Checked {
public:
    explicit Checked(std::uint64_t seed)
        : random_{seed},
          planner_{now_, {.claim_ahead = kAhead, .misfire_limit = kMisfireLimit}} {}

    void live(int steps) {
        for (int step = 0; step < steps; ++step) {
            CAPTURE(step);
            switch (below(12)) {
                case 0:
                    upsert();
                    break;
                case 1:
                    remove();
                    break;
                case 2:
                    pause();
                    break;
                case 3:
                    adjust();
                    break;
                case 4:
                    asked();
                    break;
                case 5:
                    jump();
                    break;
                case 6:
                case 7:
                    finish();
                    break;
                default:
                    break;
            }
            commit();
            now_ += Millis{below(900)};
            advance(below(4) == 0 ? static_cast<std::size_t>(below(3)) : 1'000);
        }
    }

private:
    std::int64_t below(std::int64_t bound) {
        return static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(bound));
    }
    template <class Values> auto one_of(const Values& values) {
        return values[static_cast<std::size_t>(below(std::ssize(values)))];
    }

    // --- events
    PlannedJob some_job(std::int64_t key) {
        static const std::vector<std::string> kCrons{
            "* * * * * *", "*/2 * * * * *", "3/7 * * * * *", "*/20 * * * * *",
            "0 * * * * *", "@every 5s",     "0 */5 * * * *", "CRON_TZ=Europe/Berlin 30 0 2 * * *"};
        JobPolicy policy;
        policy.misfire = static_cast<model::Misfire>(below(3));
        policy.overlap = static_cast<model::Overlap>(below(4));
        policy.misfire_grace = one_of(std::vector<Millis>{3s, 10s, 60s});
        policy.concurrency = static_cast<Group>(key % 3);  // never changes
        policy.max_concurrency = kRoomInGroup;
        if (below(6) == 0) policy.end_at = now_ + Millis{below(100'000)};
        if (below(6) == 0) policy.begin_at = now_ + Millis{below(50'000)};
        PlannedJob job = World::described(key, one_of(kCrons), policy);
        job.tenant = static_cast<Group>(1 + key % 2);
        return job;
    }

    void upsert() {
        catch_up();
        const std::int64_t key = 1 + below(6);
        const Instant from = now_ - Millis{below(4) == 0 ? below(200'000) : 0};
        ModelJob job{.planned = some_job(key), .cursor = from};
        job.planned.since =
            from - Millis{++definitions_};  // another definition, even if it has the same schedule
        planner_.upsert(job.planned, from);
        withdraw_unnamed(
            key, [&](Instant scheduled_at) { return first_after(job, scheduled_at - 1ms) == scheduled_at; });
        jobs_.erase(key);
        list(job, now_, now_);
        jobs_.emplace(key, std::move(job));
        catch_up();
    }
    void remove() {
        const std::int64_t key = 1 + below(6);
        planner_.remove(JobKey{key});
        jobs_.erase(key);
        withdraw_unnamed(key, [](Instant) { return false; });
    }
    void adjust() {
        const auto job = jobs_.find(1 + below(6));
        if (job == jobs_.end()) return;
        PlannedJob& planned = job->second.planned;
        planned.policy.overlap = static_cast<model::Overlap>(below(4));
        planner_.upsert(planned, now_);
    }
    void pause() {
        catch_up();
        const Group tenant = static_cast<Group>(1 + below(2));
        Spans& spans = paused_[tenant];
        if (!spans.empty() && spans.back().second == Instant::max()) {
            planner_.resume(tenant);
            spans.back().second = now_;
        } else {
            planner_.pause(tenant);
            spans.emplace_back(now_, Instant::max());
        }
    }
    void asked() {
        const std::int64_t key = 1 + below(6);
        const JobPolicy policy{.concurrency = static_cast<Group>(below(3)), .max_concurrency = kRoomInGroup};
        const RunId id = planner_.add({.job = JobKey{key}, .due = now_, .policy = policy});
        runs_[id.value()] = {.job = -key, .at = now_, .policy = policy, .is = ModelRun::Is::waiting};
    }
    void jump() {
        catch_up();
        now_ += Millis{below(3) == 0 ? below(4'000'000) : below(20'000)};
    }
    void commit() {
        for (auto run = runs_.begin(); run != runs_.end();) {
            const auto current = run++;
            if (current->second.is != ModelRun::Is::claiming || below(3) == 0) continue;
            const bool mine = below(10) != 0;
            const RunId id{current->first};
            if (mine) {
                planner_.report(id, Committed{});
                current->second.is = ModelRun::Is::waiting;
            } else {
                planner_.report(id, Ended{});
                runs_.erase(current);
            }
        }
    }
    void finish() {
        for (auto run = runs_.begin(); run != runs_.end();) {
            const auto current = run++;
            const RunId id{current->first};
            if (!current->second.live() || below(3) == 0) continue;
            switch (below(6)) {
                case 0:
                    current->second.is = ModelRun::Is::retrying;
                    current->second.at = current->second.stopping ? now_ : now_ + Millis{below(5'000)};
                    planner_.report(id, RetryAt{current->second.at});
                    break;
                case 1:
                    current->second.is = ModelRun::Is::accepted;
                    current->second.at = current->second.stopping ? now_ : now_ + Millis{below(5'000)};
                    planner_.report(id, AcceptedUntil{current->second.at});
                    break;
                case 2:
                    current->second.stopping = true;
                    current->second.at = now_;
                    planner_.report(id, StopRequested{"cancelled"});
                    break;
                default:
                    planner_.report(id, Ended{});
                    runs_.erase(current);
            }
        }
    }
    template <class Named> void withdraw_unnamed(std::int64_t key, const Named& named) {
        for (auto& [id, run] : runs_)
            if (run.job == key && !run.live()) run.stopping = !named(run.scheduled_at);
    }

    // --- required outcomes of a job's occurrences
    static Instant first_after(const ModelJob& job, Instant after) {
        const JobPolicy& policy = job.planned.policy;
        for (;;) {
            const auto next = job.planned.schedule.next_after(after);
            if (!next) return Instant::max();
            after = *next;
            if (policy.begin_at && after < std::chrono::floor<Seconds>(*policy.begin_at)) continue;
            if (policy.end_at && after >= std::chrono::floor<Seconds>(*policy.end_at) + 1s)
                return Instant::max();
            return after;
        }
    }
    [[nodiscard]] bool is_paused(const ModelJob& job, Instant instant) const {
        const auto spans = paused_.find(job.planned.tenant);
        return spans != paused_.end() && std::ranges::any_of(spans->second, [&](const auto& span) {
                   return span.first < instant && instant <= span.second;
               });
    }
    /// Lists the outcomes of occurrences up to `until` that became known at `seen`.
    void list(ModelJob& job, Instant until, Instant seen) {
        std::vector<Instant> missed, late;
        for (Instant next = first_after(job, job.cursor); next <= until; next = first_after(job, next)) {
            job.cursor = next;
            if (!missed.empty() && pause_begins_within(job, missed.back(), next)) list_missed(job, missed);
            if (is_paused(job, next)) continue;
            (seen - next > job.planned.policy.misfire_grace ? missed : late).push_back(next);
        }
        list_missed(job, missed);
        for (const Instant instant : late) expect_claim(job, instant);
    }
    static void list_missed_summary(ModelJob& job, const std::vector<Instant>& lost) {
        if (lost.empty()) return;
        job.outcomes.push_back({lost.front(), lost.back(), std::min(std::ssize(lost), kMissedCounted)});
    }
    void list_missed(ModelJob& job, std::vector<Instant>& missed) {
        std::size_t runs = job.planned.policy.misfire == model::Misfire::all ? kMisfireLimit : 1;
        if (job.planned.policy.misfire == model::Misfire::skip) runs = 0;
        const auto kept = missed.end() - static_cast<std::ptrdiff_t>(std::min(runs, missed.size()));
        list_missed_summary(job, {missed.begin(), kept});
        for (const Instant instant : std::vector<Instant>{kept, missed.end()}) expect_claim(job, instant);
        missed.clear();
    }
    [[nodiscard]] bool pause_begins_within(const ModelJob& job, Instant from, Instant until) const {
        const auto spans = paused_.find(job.planned.tenant);
        return spans != paused_.end() && std::ranges::any_of(spans->second, [&](const auto& span) {
                   return from <= span.first && span.first < until && span.first < span.second;
               });
    }
    void expect_claim(ModelJob& job, Instant scheduled_at) {
        const bool has_run = std::ranges::any_of(runs_, [&](const auto& entry) {
            return entry.second.job == job.planned.key.value() && entry.second.scheduled_at == scheduled_at;
        });
        if (!has_run) job.outcomes.push_back({.scheduled_at = scheduled_at});
    }

    // --- decisions
    void catch_up() {
        do advance(1'000);
        while (!planner_.progress().is_caught_up);
    }
    void advance(std::size_t room) {
        if (room > 0)
            for (auto& [key, job] : jobs_) list(job, now_ + kAhead, now_);
        const Instant watermark = planner_.progress().watermark;
        claimed_ = 0;
        last_claim_ = Instant::min();
        do {
            std::vector<Decision> decisions;
            planner_.advance(now_, {room - claimed_}, decisions);
            for (const Decision& decision : decisions)
                std::visit([this](const auto& one) { check(one); }, decision);
        } while (planner_.progress().next_wake == now_ && claimed_ < room);
        REQUIRE(claimed_ <= room);
        REQUIRE(planner_.progress().watermark >= watermark);
        check_nothing_is_wanting(room);
    }
    ModelRun& known(RunId id) {
        const auto run = runs_.find(id.value());
        REQUIRE(run != runs_.end());
        return run->second;
    }
    Expected next_outcome(JobKey key) {
        const auto job = jobs_.find(key.value());
        REQUIRE(job != jobs_.end());
        REQUIRE_FALSE(job->second.outcomes.empty());
        const Expected outcome = job->second.outcomes.front();
        job->second.outcomes.pop_front();
        return outcome;
    }
    void check(const Missed& missed) {
        const Expected expected = next_outcome(missed.job);
        CHECK(shown(missed.from) == shown(expected.scheduled_at));
        REQUIRE(shown(missed.to) == shown(expected.to));
        REQUIRE(missed.count == expected.count);
    }
    void check(const Claim& claim) {
        const Expected expected = next_outcome(claim.job);
        REQUIRE(expected.count == 0);
        REQUIRE(claim.scheduled_at == expected.scheduled_at);
        REQUIRE(claim.due == claim.scheduled_at);
        REQUIRE(claim.claim_by >= last_claim_);
        REQUIRE_FALSE(runs_.contains(claim.run.value()));
        last_claim_ = claim.claim_by;
        ++claimed_;
        runs_[claim.run.value()] = {.job = claim.job.value(),
                                    .scheduled_at = claim.scheduled_at,
                                    .at = claim.due,
                                    .policy = jobs_.at(claim.job.value()).planned.policy};
    }
    void check(const Start& start) {
        ModelRun& run = known(start.run);
        REQUIRE(run.at <= now_);
        REQUIRE_FALSE(run.stopping);
        REQUIRE((run.is == ModelRun::Is::waiting || run.is == ModelRun::Is::retrying));
        // A run that waited for its group was decided when it became due.
        if (run.is == ModelRun::Is::waiting && run.job > 0 && run.policy.concurrency == 0 &&
            policy_of(run).overlap != model::Overlap::allow)
            REQUIRE(live_of(run.job) == 0);
        run.is = ModelRun::Is::running;
    }
    void check(const Refuse& refuse) {
        const ModelRun run = known(refuse.run);
        REQUIRE(refuse.reason == "overlap");
        REQUIRE(run.is == ModelRun::Is::waiting);
        REQUIRE(run.at <= now_);
        // A requested run is replaced like any other while it waits for its group.
        REQUIRE((run.job > 0 || policy_of(run).overlap == model::Overlap::replace));
        const auto others = std::ranges::count_if(runs_, [&](const auto& entry) {
            return std::abs(entry.second.job) == std::abs(run.job) &&
                   (entry.second.live() ||
                    (entry.second.is == ModelRun::Is::waiting && entry.second.at <= now_));
        });
        REQUIRE(others > 1);
        runs_.erase(refuse.run.value());
    }
    void check(const Withdraw& withdraw) {
        const ModelRun run = known(withdraw.run);
        REQUIRE(run.is == ModelRun::Is::waiting);
        const auto job = jobs_.find(run.job);
        REQUIRE((run.stopping || (job != jobs_.end() && is_paused(job->second, run.scheduled_at))));
        runs_.erase(withdraw.run.value());
    }
    void check(const Stop& stop) {
        ModelRun& run = known(stop.run);
        REQUIRE(run.live());
        if (stop.reason == "replaced" && !run.stopping)
            REQUIRE(policy_of(run).overlap == model::Overlap::replace);
        run.stopping = true;
        run.at = Instant::max();  // already decided
    }
    void check(const Expire& expire) {
        ModelRun& run = known(expire.run);
        REQUIRE(run.is == ModelRun::Is::accepted);
        REQUIRE(run.at <= now_);
        run.at = Instant::max();
    }

    [[nodiscard]] JobPolicy policy_of(const ModelRun& run) const {
        const auto job = jobs_.find(std::abs(run.job));
        return job == jobs_.end() ? run.policy : job->second.planned.policy;
    }
    [[nodiscard]] std::ptrdiff_t live_of(std::int64_t job) const {
        return std::ranges::count_if(
            runs_, [&](const auto& run) { return std::abs(run.second.job) == job && run.second.live(); });
    }

    void check_nothing_is_wanting(std::size_t room) {
        std::map<std::int64_t, int> waiting;
        for (const auto& [id, run] : runs_) {
            CAPTURE(id);
            if (run.live()) {
                const bool is_over = run.at <= now_ && (run.stopping || run.is != ModelRun::Is::running);
                REQUIRE_FALSE(is_over);
            } else if (run.is == ModelRun::Is::waiting) {
                REQUIRE_FALSE(run.stopping);
                if (run.at <= now_) ++waiting[std::abs(run.job)];
            }
        }
        for (const auto& [job, count] : waiting) {  // for a running one or for a group
            const bool grouped = std::ranges::any_of(runs_, [](const auto& run) {
                return run.second.live() && run.second.policy.concurrency != 0;
            });
            REQUIRE((live_of(job) > 0 || grouped));
        }
        const Instant watermark = planner_.progress().watermark;
        for (const auto& [key, job] : jobs_) {
            REQUIRE(planner_.find(JobKey{key}));
            if (claimed_ < room) REQUIRE(job.outcomes.empty());
            for (const Expected& outcome : job.outcomes) REQUIRE(outcome.scheduled_at > watermark);
        }
        REQUIRE(planner_.size().jobs == jobs_.size());
        REQUIRE(planner_.size().runs == runs_.size());
        std::map<Group, std::uint32_t> groups;
        for (const auto& [id, run] : runs_)
            if (run.live() && run.policy.concurrency != 0)
                REQUIRE(++groups[run.policy.concurrency] <= kRoomInGroup);
    }

    std::mt19937_64 random_;
    Instant now_{at("03-29 00:59")};  // DST transition in Berlin
    Planner planner_;
    std::map<std::int64_t, ModelJob> jobs_;
    std::map<std::uint64_t, ModelRun> runs_;  // the job of a requested run is negative
    using Spans = std::vector<std::pair<Instant, Instant>>;
    std::map<Group, Spans> paused_;
    std::size_t claimed_{0};
    int definitions_{0};
    Instant last_claim_{};
};

}  // namespace

TEST_CASE("the planner agrees with the model", "[planner]") {
    const auto seed = GENERATE(take(100, random(0u, ~0u)));
    CAPTURE(seed);
    Checked{seed}.live(400);
}
