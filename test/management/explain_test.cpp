#include "management/explanation.hpp"

#include "management/service.hpp"

using namespace ecron;
using namespace ecron::management;
using namespace ecron::management::test;
using model::ExecutionState;

namespace {

Instant at(std::string_view text) { return parse_rfc3339(text).value(); }

const Instant kAsked = at("2026-01-05T02:00:00Z");

/// An old job that runs at two, with no other evidence; planning has reached noon.
Evidence given() {
    return {.at = kAsked,
            .now = at("2026-01-05T12:00:00Z"),
            .job = JobId{"job"},
            .current = Definition{.cron_time = "0 2 * * *",
                                  .type = model::JobType::scheduled,
                                  .enabled = true,
                                  .created_at = at("2025-01-01T00:00:00Z")},
            .planned_until = at("2026-01-05T12:00:00Z")};
}

store::Change change(std::string kind, Instant when, std::string replaced = {}) {
    return {.kind = std::move(kind), .job_id = JobId{"job"}, .at = when, .replaced = std::move(replaced)};
}
store::Change pause(std::string kind, Instant when, std::string tenant = {}) {
    return {.kind = std::move(kind), .tenant = TenantId{std::move(tenant)}, .at = when};
}
/// The schedule that a change replaced.
std::string was(std::string_view cron, bool enabled = true) {
    return R"({"cron_time":")" + std::string{cron} + R"(","plan":"","type":1,"enabled":)" +
           (enabled ? "true" : "false") + R"(,"created_at":1735689600,"effective_from":1735689600000})";
}
model::Execution run(ExecutionState state, int times, std::string reason = {}) {
    return {.job_id = JobId{"job"},
            .state = state,
            .execute_times = times,
            .reason = std::move(reason),
            .trigger = model::Trigger::schedule,
            .scheduled_at = kAsked};
}
Explanation told(const Evidence& evidence) { return explain(evidence, model::Rules{}); }

}  // namespace

TEST_CASE("the row of a run determines its verdict", "[management][explain]") {
    const auto [state, times, verdict] = GENERATE(table<ExecutionState, int, Verdict>({
        {ExecutionState::success, 1, Verdict::ran},
        {ExecutionState::abandon, 3, Verdict::ran},
        {ExecutionState::executing, 1, Verdict::running},
        {ExecutionState::failure, 1, Verdict::waiting},
        {ExecutionState::pending, 0, Verdict::waiting},
        {ExecutionState::pending, 1, Verdict::waiting},
        {ExecutionState::interrupt, 1, Verdict::ran},
        {ExecutionState::interrupt, 0, Verdict::refused},
    }));
    Evidence evidence = given();
    evidence.runs.push_back(run(state, times));
    CAPTURE(to_text(verdict));
    CHECK(told(evidence).verdict == verdict);
    REQUIRE(told(evidence).execution);
    CHECK(told(evidence).execution->state == state);
}

TEST_CASE("a run that did not happen is explained with its reason", "[management][explain]") {
    Evidence evidence = given();
    evidence.runs.push_back(run(ExecutionState::interrupt, 0, "overlap"));
    CHECK(told(evidence).text.find("overlap") != std::string::npos);
}

TEST_CASE("a planned run takes precedence over one requested in the same second", "[management][explain]") {
    Evidence evidence = given();
    model::Execution manual = run(ExecutionState::success, 1);
    manual.trigger = model::Trigger::manual;
    evidence.runs = {manual, run(ExecutionState::interrupt, 0, "overlap"), manual};
    CHECK(told(evidence).verdict == Verdict::refused);
}

TEST_CASE("a missed run is explained by its summary", "[management][explain]") {
    Evidence evidence = given();
    evidence.missed.push_back({.from = kAsked, .to = kAsked, .count = 1, .reason = "misfire"});
    CHECK(told(evidence).verdict == Verdict::missed);
    const std::string rest = ": the job was not started in time and its misfire policy passed it over.";
    CHECK(told(evidence).text == "It was missed" + rest);
    evidence.missed.front().count = 2;
    CHECK(told(evidence).text == "It was missed, as was one other occurrence" + rest);
    evidence.missed.front().count = 9;
    CHECK(told(evidence).text == "It was missed, as were 8 other occurrences" + rest);
    evidence.at += Seconds{60};  // within the interval of the summary, but not an occurrence of the job
    CHECK(told(evidence).verdict == Verdict::not_named);
}

TEST_CASE("the schedule at the time decides, not the current one", "[management][explain]") {
    Evidence evidence = given();
    evidence.current->cron_time = "0 3 * * *";
    SECTION("it had no such occurrence") {
        const Explanation explanation = told(evidence);
        CHECK(explanation.verdict == Verdict::not_named);
        CHECK(explanation.previous == at("2026-01-04T03:00:00Z"));
        CHECK(explanation.next == at("2026-01-05T03:00:00Z"));
        CHECK_FALSE(explanation.change);
    }
    SECTION("it had the occurrence and was replaced") {
        evidence.changes = {change("update", kAsked + Seconds{5}, was("0 2 * * *"))};
        const Explanation explanation = told(evidence);
        CHECK(explanation.verdict == Verdict::changed);
        REQUIRE(explanation.change);
        CHECK(explanation.change->at == kAsked + Seconds{5});
        CHECK(explanation.definition->cron_time == "0 2 * * *");
    }
    SECTION("the first change after the instant shows the schedule at the instant") {
        evidence.changes = {change("update", kAsked + Seconds{90}, was("0 2 * * *")),
                            change("update", kAsked + Seconds{60}, was("0 4 * * *")),
                            change("update", kAsked - Seconds{60}, was("0 2 * * *"))};
        const Explanation explanation = told(evidence);
        CHECK(explanation.verdict == Verdict::not_named);
        CHECK(explanation.definition->cron_time == "0 4 * * *");
        CHECK(explanation.change->at == kAsked + Seconds{60});
    }
    SECTION("requests are not changes") {
        store::Change request = change("cancel", kAsked + Seconds{90});
        request.execution = ExecuteId{"run"};
        evidence.changes = {request};
        CHECK_FALSE(told(evidence).change);
    }
}

TEST_CASE("a job that was disabled then did not run", "[management][explain]") {
    Evidence evidence = given();
    SECTION("it is still disabled") {
        evidence.current->enabled = false;
        evidence.changes = {change("enable", kAsked - Seconds{60}, was("0 2 * * *"))};
        const Explanation explanation = told(evidence);
        CHECK(explanation.verdict == Verdict::disabled);
        REQUIRE(explanation.change);
        CHECK(explanation.change->at == kAsked - Seconds{60});
    }
    SECTION("it was enabled later") {
        evidence.changes = {change("enable", kAsked + Seconds{60}, was("0 2 * * *", false))};
        CHECK(told(evidence).verdict == Verdict::disabled);
    }
    SECTION("it was disabled after its only run") {
        evidence.current->enabled = false;
        evidence.changes = {change("spent", kAsked - Seconds{60}, was("0 2 * * *"))};
        CHECK(told(evidence).text.find("had run once") != std::string::npos);
    }
}

TEST_CASE("a job does not exist before its creation or after its deletion", "[management][explain]") {
    Evidence evidence = given();
    SECTION("created later") {
        evidence.changes = {change("create", kAsked + Seconds{1})};
        CHECK(told(evidence).verdict == Verdict::not_created);
    }
    SECTION("created later, by the previous service") {
        evidence.current->created_at = kAsked + Seconds{1};
        CHECK(told(evidence).verdict == Verdict::not_created);
    }
    SECTION("deleted before") {
        evidence.current.reset();
        evidence.changes = {change("delete", kAsked - Seconds{1}, was("0 2 * * *"))};
        CHECK(told(evidence).verdict == Verdict::deleted);
    }
    SECTION("deleted after") {
        evidence.current.reset();
        evidence.changes = {change("delete", kAsked + Seconds{1}, was("0 2 * * *"))};
        CHECK(told(evidence).verdict == Verdict::changed);
    }
}

TEST_CASE("an occurrence with a fraction belongs to the second of end_at", "[management][explain]") {
    Evidence evidence = given();
    evidence.current->type = model::JobType::timed;
    evidence.current->cron_time = format_rfc3339_millis(kAsked + Millis{500});
    evidence.current->plan.begin_at = kAsked;
    evidence.current->plan.end_at = kAsked;
    CHECK(told(evidence).verdict != Verdict::outside_window);
    evidence.current->plan.end_at = kAsked - Seconds{1};
    evidence.current->plan.begin_at.reset();
    CHECK(told(evidence).verdict == Verdict::outside_window);
}

TEST_CASE("a job runs only inside its window", "[management][explain]") {
    Evidence evidence = given();
    evidence.current->plan.begin_at = kAsked + Seconds{1};
    CHECK(told(evidence).verdict == Verdict::outside_window);
    evidence.current->plan.begin_at = kAsked;
    evidence.current->plan.end_at = kAsked;
    CHECK(told(evidence).verdict == Verdict::forgotten);
    evidence.current->plan.begin_at.reset();
    evidence.current->plan.end_at = kAsked - Seconds{1};
    CHECK(told(evidence).verdict == Verdict::outside_window);
}

TEST_CASE("a pause applies from its start to its end, to all tenants or one", "[management][explain]") {
    Evidence evidence = given();
    const auto verdict = [&](std::vector<store::Change> changes) {
        evidence.changes = std::move(changes);
        return told(evidence).verdict;
    };
    const Instant before = kAsked - Seconds{60};
    const Instant after = kAsked + Seconds{60};
    CHECK(verdict({pause("resume", after), pause("pause", before)}) == Verdict::paused);
    CHECK(verdict({pause("pause", before)}) == Verdict::paused);
    CHECK(verdict({pause("pause", after)}) == Verdict::forgotten);
    CHECK(verdict({pause("resume", before), pause("pause", before)}) == Verdict::forgotten);
    CHECK(verdict({pause("resume", before), pause("pause", before, "me")}) == Verdict::paused);
    CHECK(verdict({pause("resume", before, "me"), pause("pause", before)}) == Verdict::paused);
    evidence.paused_since = before;  // by a version that recorded no changes of pauses
    CHECK(verdict({}) == Verdict::paused);
    evidence.paused_since = after;
    CHECK(verdict({}) == Verdict::forgotten);
}

TEST_CASE("undecided occurrences are explained as such", "[management][explain]") {
    Evidence evidence = given();
    evidence.planned_until = kAsked - Millis{1};
    CHECK(told(evidence).verdict == Verdict::not_planned_yet);
    evidence.planned_until = evidence.now + Seconds{3'600};  // the clock was ahead
    CHECK(told(evidence).verdict == Verdict::not_planned_yet);
    evidence.planned_until = kAsked;
    CHECK(told(evidence).verdict == Verdict::forgotten);
    evidence.now = kAsked - Seconds{1};
    CHECK(told(evidence).verdict == Verdict::to_come);
}

TEST_CASE("a job without a schedule runs on request", "[management][explain]") {
    Evidence evidence = given();
    evidence.current->type = model::JobType::real_time;
    evidence.current->cron_time.clear();
    CHECK(told(evidence).verdict == Verdict::on_request);
}

TEST_CASE("a row that is never planned is explained as such", "[management][explain]") {
    Evidence evidence = given();
    SECTION("its type") {
        evidence.current->type = model::JobType::unknown;
        CHECK(told(evidence).text == "The job is not planned: its type is unknown.");
    }
    SECTION("its mode") {
        evidence.current->mode = model::Mode::unknown;
        CHECK(told(evidence).text == "The job is not planned: its mode is unknown.");
    }
    SECTION("its expression") {
        evidence.current->cron_time = "61 * * * *";
        CHECK(told(evidence).text.starts_with("The job is not planned: "));
    }
    CHECK(told(evidence).verdict == Verdict::not_planned);
    CHECK_FALSE(told(evidence).next);
}

TEST_CASE("an explanation is requested by job and instant", "[management][explain]") {
    Service service;
    const std::string id = service.given_job("nightly", "0 2 * * *");
    service.store.jobs.front().created_at = at("2025-01-01T00:00:00Z");
    service.store.state_of_cluster.shards = {{.watermark = service.clock.now()}};
    const std::string path = "/job/" + id + "/explain";

    Reply reply = service.get(path + "?at=2026-01-05T03:00:00.5Z");
    REQUIRE(reply.status() == 200);
    CHECK(reply.at("/verdict") == "not_named");
    CHECK(reply.at("/at") == "2026-01-05T03:00:00Z");
    CHECK(reply.at("/previous") == "2026-01-05T02:00:00Z");
    CHECK(reply.at("/schedule/job_cron_time") == "0 2 * * *");

    model::Execution& run = service.given_execution("run", id, ExecutionState::interrupt);
    run.scheduled_at = kAsked;
    run.trigger = model::Trigger::schedule;
    run.tenant = TenantId{"me"};
    run.reason = "overlap";
    reply = service.get(path + "?at=2026-01-05T02:00:00Z");
    CHECK(reply.at("/execution/execute_id") == "run");

    service.store.executions.clear();
    service.store.summaries = {{.job = service.store.jobs.front().key,
                                .from = kAsked - Seconds{60},
                                .to = kAsked,
                                .count = 3,
                                .reason = "misfire"}};
    reply = service.get(path + "?at=2026-01-05T02:00:00Z");
    CHECK(reply.at("/verdict") == "missed");
    CHECK(reply.at("/missed/count") == 3);

    service.store.summaries.clear();
    service.store.paused.all = kAsked - Seconds{1};
    CHECK(service.get(path + "?at=2026-01-05T02:00:00Z").at("/verdict") == "paused");
}

TEST_CASE("an explanation needs a job that exists or existed, and an instant", "[management][explain]") {
    Service service;
    const std::string id = service.given_job("nightly", "0 2 * * *");
    const Reply without = service.get("/job/" + id + "/explain");
    CHECK(without.status() == 400);
    CHECK(without.at("/detail/reasons/0/reason") ==
          "is required: the instant to explain, such as 2026-01-05T02:00:00Z");
    CHECK(service.get("/job/" + id + "/explain?at=two").status() == 400);
    CHECK(service.get("/job/unknown/explain?at=2026-01-05T02:00:00Z").status() == 404);
    store::Change deleted = change("delete", kAsked - Seconds{1}, was("0 2 * * *"));
    deleted.job_id = JobId{"gone"};
    deleted.tenant = TenantId{"me"};
    service.store.history = {deleted};
    const Reply reply = service.get("/job/gone/explain?at=2026-01-05T02:00:00Z");
    REQUIRE(reply.status() == 200);
    CHECK(reply.at("/verdict") == "deleted");
    CHECK(reply.at("/change/kind") == "delete");
    service.store.history.front().tenant = TenantId{"another"};
    CHECK(service.get("/job/gone/explain?at=2026-01-05T02:00:00Z").status() == 404);
    service.store.away = true;
    CHECK(service.get("/job/" + id + "/explain?at=2026-01-05T02:00:00Z").status() == 503);
}
