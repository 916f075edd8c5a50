#include "analysis/scheduler/plan_change.hpp"

#include <catch2/catch.hpp>

#include "ecron/model/json.hpp"

namespace ecron::analysis::test {
namespace {

using namespace std::chrono_literals;

const Instant kNoon = Instant{std::chrono::sys_days{std::chrono::year{2026} / 1 / 5}} + 12h;

model::Job job_at(ChangeNumber revision) {
    return {.id = JobId{"job"},
            .key = JobKey{7},
            .name = "job",
            .cron_time = "0 * * * * *",
            .context = "{}",
            .enabled = true,
            .created_at = kNoon,
            .revision = revision,
            .effective_from = kNoon + 1h};
}

store::Change change_to(ChangeNumber number, std::string kind = "update") {
    return {
        .number = number,
        .kind = std::move(kind),
        .job_id = JobId{"job"},
        .job_key = JobKey{7},
        .at = kNoon + 1h,
        .replaced = R"({"cron_time":"30 * * * * *","plan":"","type":1,"enabled":true,"effective_from":0})"};
}

ChangedJob with_task(const model::Job& job) {
    auto task = std::make_shared<execution::Task>();
    task->context = model::read_context(job.context).value();
    return {job, task};
}

PlanChange read(const store::Change& change, const model::Job* current) {
    const SchedulerOptions defaults;
    Interner interner;
    if (current == nullptr) return plan_change(change, nullptr, defaults, interner);
    const ChangedJob changed = with_task(*current);
    return plan_change(change, &changed, defaults, interner);
}

}  // namespace

TEST_CASE("a change has the previous and the new definition", "[change]") {
    const model::Job job = job_at(ChangeNumber{3});
    const PlanChange change = read(change_to(ChangeNumber{3}), &job);
    REQUIRE(change.before);
    REQUIRE(change.before->job);
    CHECK(change.before->job->schedule.names(kNoon + 30s));
    REQUIRE(change.after);
    REQUIRE(change.after->job);
    CHECK(change.after->job->schedule.names(kNoon + 60s));
    CHECK(change.after->from == kNoon + 1h);
}

TEST_CASE("the new definition comes from a later change if there is one", "[change]") {
    const model::Job job = job_at(ChangeNumber{4});
    CHECK_FALSE(read(change_to(ChangeNumber{3}), &job).after);
    CHECK_FALSE(read(change_to(ChangeNumber{3}), nullptr).after);
}

TEST_CASE("a disabled job is not planned", "[change]") {
    model::Job job = job_at(ChangeNumber{3});
    job.enabled = false;
    const PlanChange change = read(change_to(ChangeNumber{3}, "enable"), &job);
    REQUIRE(change.after);
    CHECK_FALSE(change.after->job);
    CHECK(change.kind == PlanChange::Kind::changed);
}

TEST_CASE("a deleted job is removed", "[change]") {
    CHECK(read(change_to(ChangeNumber{3}, "delete"), nullptr).kind == PlanChange::Kind::deleted);
}

TEST_CASE("a completed one-shot is not planned, whatever its job is now", "[change]") {
    model::Job later = job_at(ChangeNumber{4});
    const bool is_read = GENERATE(false, true);
    const PlanChange change = read(change_to(ChangeNumber{3}, "spent"), is_read ? &later : nullptr);
    CHECK(change.kind == PlanChange::Kind::changed);
    REQUIRE(change.after);
    CHECK_FALSE(change.after->job);
}

TEST_CASE("a re-enabled one-shot runs again even if both changes are read together", "[change]") {
    const SchedulerOptions defaults;
    Interner interner;
    model::Job job = job_at(ChangeNumber{4});
    job.type = model::JobType::timed;
    Planner planner{kNoon + 1h, PlannerOptions{}};
    planner.upsert(*plan_change(with_task(job), defaults, interner).after->job, kNoon + 1h);
    std::vector<Decision> decisions;
    planner.advance(kNoon + 1h + 60s, {10}, decisions);
    REQUIRE_FALSE(planner.find(job.key)->next);

    store::Change spent = change_to(ChangeNumber{3}, "spent");
    spent.replaced = R"({"cron_time":"0 * * * * *","plan":"","type":1,"enabled":true,"effective_from":0})";
    store::Change enabled = change_to(ChangeNumber{4}, "enable");
    enabled.replaced = R"({"cron_time":"0 * * * * *","plan":"","type":1,"enabled":false,"effective_from":0})";
    job.effective_from = kNoon + 1h + 61s;
    const ChangedJob changed = with_task(job);
    for (const store::Change& change : {spent, enabled})
        apply(plan_change(change, &changed, defaults, interner), planner);
    CHECK(planner.find(job.key)->next == kNoon + 1h + 120s);
}

}  // namespace ecron::analysis::test
