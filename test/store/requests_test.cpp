#include <catch2/catch.hpp>

#include "store/world.hpp"

using namespace ecron;
using namespace ecron::store;
using namespace ecron::store::test;

namespace {

struct Asking : World {
    Asking() {
        open();
        job = given_job("job");
        term = lead();
    }
    model::Execution manual(const std::string& id) {
        model::Execution run = a_run(job, term.epoch, term.watermark);
        run.id = ExecuteId(id);
        run.trigger = model::Trigger::manual;
        run.node = NodeId{};
        return run;
    }
    /// Returns the changes since the job was created.
    std::vector<Change> changes() { return must(store().changes->changes_after(job.revision, 100)); }

    model::Job job;
    Term term;
};

std::vector<std::string> kinds(const std::vector<Change>& changes) {
    std::vector<std::string> all;
    for (const Change& change : changes) all.push_back(change.kind);
    return all;
}

using Kinds = std::vector<std::string>;

}  // namespace

TEST_CASE("a request reaches the leader through the change log", "[store]") {
    Asking world;
    const model::Execution run = world.manual("run-1");
    world.must(world.store().executions->insert_execution(run, NotifyLeader::yes));
    world.must(world.store().executions->ask_cancel(run, "tenant-b \"\\ 😀"));
    world.must(world.store().reports->record_result(run.id, R"({"rows":3})", NotifyLeader::yes));
    const auto changes = world.changes();
    REQUIRE(kinds(changes) == Kinds{"run", "cancel", "callback"});
    for (std::size_t i = 0; i < changes.size(); ++i) {
        CHECK(changes[i].number ==
              ChangeNumber(world.job.revision.value() + 1 + static_cast<std::int64_t>(i)));
        CHECK(changes[i].execution == run.id);
        CHECK(changes[i].job_id == world.job.id);
        CHECK(changes[i].job_key == world.job.key);
        CHECK(changes[i].tenant == world.job.tenant);
        CHECK(changes[i].replaced.empty());
        CHECK_FALSE(read_replaced(changes[i]));
    }
    CHECK(changes[1].by == "tenant-b \"\\ 😀");
    CHECK(world.must(world.store().jobs->find_job(std::nullopt, world.job.id))->revision ==
          world.job.revision);
}

TEST_CASE("requests without notification are not written to the change log", "[store]") {
    Asking world;
    const model::Execution run = world.manual("run-1");
    world.must(world.store().executions->insert_execution(run, NotifyLeader::no));
    world.must(world.store().reports->record_result(run.id, "{}", NotifyLeader::no));
    CHECK(world.await(world.store().executions->insert_execution(run, NotifyLeader::yes)).error().code ==
          Errc::conflict);
    CHECK(world.await(world.store().reports->record_result(ExecuteId("unknown"), "{}", NotifyLeader::yes))
              .error()
              .code == Errc::not_found);
    CHECK(world.changes().empty());
}

TEST_CASE("the leader is notified to stop an execution that a client ends", "[store]") {
    Asking world;
    model::Execution run = world.manual("run-1");
    run.state = model::ExecutionState::executing;
    world.must(world.store().executions->insert_execution(run, NotifyLeader::no));
    run.state = model::ExecutionState::success;
    CHECK(world.must(world.store().reports->put_executions(std::nullopt, {run}, {})).empty());
    const auto changes = world.changes();
    REQUIRE(kinds(changes) == Kinds{"cancel"});
    CHECK(changes[0].execution == run.id);
    CHECK(changes[0].by == kStopEnded);
    CHECK(world.must(world.store().reports->put_executions(std::nullopt, {run}, {})) == std::vector{run.id});
    CHECK(world.changes().size() == 1);
}

TEST_CASE("concurrent requests get separate numbers", "[store]") {
    Asking world;
    std::vector<boost::asio::awaitable<Result<model::Execution>>> requests;
    for (int i = 0; i < 40; ++i)
        requests.push_back(world.store().executions->insert_execution(
            world.manual("run-" + std::to_string(i)), i % 2 == 0 ? NotifyLeader::yes : NotifyLeader::no));
    for (const auto& inserted : world.all(std::move(requests))) CHECK(inserted);
    CHECK(world.changes().size() == 20);
}

TEST_CASE("pauses are changes and contain their start", "[store]") {
    Asking world;
    const TenantId tenant("tenant-b");
    world.must(world.store().pauses->set_paused(tenant, true));
    world.must(world.store().pauses->set_paused(std::nullopt, true));
    world.must(world.store().pauses->set_paused(tenant, true));  // already paused
    const auto changes = world.changes();
    REQUIRE(kinds(changes) == Kinds{"pause", "pause", "pause"});
    const ActivePauses pauses = world.must(world.store().pauses->pauses());
    REQUIRE(pauses.tenants.size() == 1);
    CHECK(pauses.tenants[0].tenant == tenant);
    CHECK(pauses.tenants[0].since == changes[0].at);
    CHECK(pauses.all == changes[1].at);
    CHECK(changes[0].tenant == tenant);
    CHECK(changes[1].tenant == TenantId{});
    CHECK(changes[1].job_id == JobId{});

    world.must(world.store().pauses->set_paused(std::nullopt, false));
    CHECK_FALSE(world.must(world.store().pauses->pauses()).all);
    CHECK(kinds(world.changes()).back() == "resume");
    CHECK(world.changes().back().since == pauses.all);
    world.must(world.store().pauses->set_paused(std::nullopt, false));  // nothing was paused
    CHECK_FALSE(world.changes().back().since);
}

TEST_CASE("a job's history consists of its changes and the pauses that affected it", "[store]") {
    Asking world;
    const model::Job& job = world.job;
    world.given_job("another");
    world.must(world.store().pauses->set_paused(job.tenant, true));
    world.must(world.store().pauses->set_paused(TenantId("tenant-b"), true));
    world.must(world.store().pauses->set_paused(std::nullopt, true));
    world.must(world.store().jobs->enable_jobs(std::nullopt, {job.id}, false));
    world.must(world.store().jobs->delete_jobs(std::nullopt, {job.id}));
    const auto history = world.must(world.store().changes->changes_of(job.id, job.tenant, 100));
    CHECK(kinds(history) == Kinds{"delete", "enable", "pause", "pause", "create"});
    CHECK(kinds(world.must(world.store().changes->changes_of(job.id, job.tenant, 2))) ==
          Kinds{"delete", "enable"});
    CHECK(world.must(world.store().changes->changes_of(JobId("unknown"), TenantId("nobody"), 9)).size() == 1);
}

TEST_CASE("the schedule that a change replaced can be read back", "[store]") {
    Asking world;
    model::Job after = world.job;
    after.cron_time = "30 4 * * *";
    world.must(world.store().jobs->replace_job(std::nullopt, after, "", std::nullopt));
    world.must(world.store().jobs->enable_jobs(std::nullopt, {after.id}, false));
    const auto changes = world.changes();
    REQUIRE(changes.size() == 2);
    const auto first = read_replaced(changes[0]);
    REQUIRE(first);
    CHECK(first->cron_time == world.job.cron_time);
    CHECK(first->type == world.job.type);
    CHECK(first->enabled);
    CHECK(first->created_at == world.job.created_at);
    CHECK(first->effective_from == world.job.effective_from);
    const auto second = read_replaced(changes[1]);
    REQUIRE(second);
    CHECK(second->cron_time == "30 4 * * *");
    CHECK(second->effective_from >= first->effective_from);
}

TEST_CASE("missed summaries are found if they overlap with an interval", "[store]") {
    Asking world;
    const Instant from = world.term.watermark - Seconds{3'600};
    Claim claim{.epoch = world.term.epoch, .watermark = world.term.watermark};
    claim.missed.push_back({world.job.key, from, from + Seconds{60}, 7, "misfire"});
    world.must(world.store().executions->claim(claim));
    const auto missed = [&](Instant begin, Instant end) {
        return world.must(world.store().changes->missed_of(world.job.key, begin, end)).size();
    };
    CHECK(missed(from, from) == 1);
    CHECK(missed(from + Seconds{30}, from + Seconds{31}) == 1);
    CHECK(missed(from - Seconds{10}, from + Seconds{600}) == 1);
    CHECK(missed(from + Seconds{60} + Millis{1}, from + Seconds{90}) == 0);
    CHECK(missed(from - Seconds{10}, from - Millis{1}) == 0);
}

TEST_CASE("the runs of a job are found by scheduled time", "[store]") {
    Asking world;
    const Instant base = world.term.watermark - Seconds{3'600};
    std::vector<ExecuteId> ids;
    for (int i = 0; i < 3; ++i) {
        const model::Execution run = a_run(world.job, world.term.epoch, base + Seconds{i});
        ids.push_back(run.id);
        world.must(world.store().executions->insert_execution(run, NotifyLeader::no));
    }
    const auto found =
        world.must(world.store().queries->runs_of(world.job.id, base + Seconds{1}, base + Seconds{2}));
    REQUIRE(found.size() == 2);
    CHECK(found[0].id == ids[1]);
    CHECK(found[1].id == ids[2]);
    CHECK(world.must(world.store().queries->find_executions({ids[2], ExecuteId("unknown"), ids[0]})).size() ==
          2);
    CHECK(world.must(world.store().queries->find_executions({})).empty());
}
