#include <catch2/catch.hpp>
#include <set>

#include "ecron/base/uuid.hpp"
#include "ecron/model/json.hpp"
#include "store/world.hpp"

using namespace ecron;
using namespace ecron::store;
using namespace ecron::store::test;

namespace {

using Jobs = std::vector<model::Job>;

std::vector<std::string> names(const Jobs& jobs) {
    std::vector<std::string> all;
    for (const model::Job& job : jobs) all.push_back(job.name);
    return all;
}

}  // namespace

TEST_CASE("a created job is found unchanged", "[store]") {
    World world;
    world.open();
    const model::Job given = a_job("nightly report");
    const model::Job created = world.must(world.store().jobs->create_job(given, "z=Europe/Berlin"));
    CHECK(created.key.value() > 0);
    CHECK(created.revision == ChangeNumber(1));

    const auto found = world.must(world.store().jobs->find_job(TenantId("tenant-a"), given.id));
    REQUIRE(found);
    CHECK(found->key == created.key);
    CHECK(found->name == given.name);
    CHECK(found->cron_time == given.cron_time);
    CHECK(found->type == given.type);
    CHECK(found->context == given.context);
    CHECK(found->tenant == given.tenant);
    CHECK(found->enabled);
    CHECK(found->created_at == given.created_at);
    CHECK(found->revision == created.revision);
    CHECK(found->effective_from == created.effective_from);

    CHECK_FALSE(world.must(world.store().jobs->find_job(TenantId("tenant-b"), given.id)));
    CHECK(world.must(world.store().jobs->find_job(std::nullopt, given.id)));
    CHECK_FALSE(world.must(world.store().jobs->find_job(std::nullopt, JobId("no such"))));
    CHECK(world.must(world.store().jobs->find_jobs_by_key({created.key})).size() == 1);
}

TEST_CASE("any text is valid and is returned unchanged", "[store]") {
    World world;
    world.open();
    using namespace std::string_literals;
    const std::string name = GENERATE(
        "it's \"quoted\""s, "back\\slash\\'"s, "a:colon :p0 :name"s, "-- ; drop table /* */"s,
        "smile \xF0\x9F\x98\x80 \xE4\xBD\xA0\xE5\xA5\xBD"s, "nul\0inside"s, "% _ = or and #"s, " padded "s);
    CAPTURE(name);
    model::Job job = a_job(name);
    job.remarks = name;
    job.context = a_context(R"({"text":)" + std::string(R"("a\\b:c'd\u0000"})"));
    world.must(world.store().jobs->create_job(job, ""));
    world.reopen();
    const auto found = world.must(world.store().jobs->find_job(TenantId("tenant-a"), job.id));
    REQUIRE(found);
    CHECK(found->name == name);
    CHECK(found->remarks == name);
    CHECK(found->context == job.context);
    CHECK(world.await(world.store().jobs->create_job(a_job(name), "")).error().code == Errc::conflict);
}

TEST_CASE("contexts of one mebibyte are stored, twenty at once", "[store]") {
    World world;
    world.open();
    const std::string body = R"({"key":")" + std::string(1U << 20U, '\'') + R"("})";
    std::vector<boost::asio::awaitable<Result<model::Job>>> creates;
    std::vector<JobId> ids;
    for (int i = 0; i < 20; ++i) {
        model::Job job = a_job("large " + std::to_string(i));
        job.context = a_context(body);
        ids.push_back(job.id);
        creates.push_back(world.store().jobs->create_job(job, ""));
    }
    for (const auto& created : world.all(std::move(creates))) REQUIRE(created);
    const Jobs found = world.must(world.store().jobs->find_jobs(TenantId("tenant-a"), ids));
    REQUIRE(found.size() == ids.size());
    for (const model::Job& job : found) CHECK(job.context == a_context(body));
}

TEST_CASE("a name is unique within a tenant, even for writes that share a transaction", "[store]") {
    World world;
    world.open();
    world.given_job("taken");
    world.given_job("taken", "tenant-b");
    std::vector<boost::asio::awaitable<Result<model::Job>>> creates;
    for (const char* name : {"one", "two", "taken", "two", "three", "two"})
        creates.push_back(world.store().jobs->create_job(a_job(name), ""));
    const auto answers = world.all(std::move(creates));
    int conflicts = 0;
    for (const auto& answer : answers) {
        if (answer) continue;
        ++conflicts;
        CHECK(answer.error().code == Errc::conflict);
        CHECK(answer.error().fields == std::vector<std::string>{"job_name"});
    }
    CHECK(conflicts == 3);
    CHECK(world.must(world.store().jobs->count_jobs(TenantId("tenant-a"), std::nullopt, std::nullopt)) == 4);
    CHECK(world.number("select count(*) from t_cron_job") == 5);
    CHECK(world.number("select count(*) from t_cron_change") == 5);
}

TEST_CASE("a job id is unique", "[store]") {
    World world;
    world.open();
    const model::Job first = world.given_job("first");
    model::Job second = a_job("second");
    second.id = first.id;
    const auto answer = world.await(world.store().jobs->create_job(second, ""));
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == Errc::conflict);
    CHECK(answer.error().fields == std::vector<std::string>{"job_id"});
}

TEST_CASE("more creates than fit in one statement are all stored", "[store]") {
    World world;
    world.open();
    std::vector<boost::asio::awaitable<Result<model::Job>>> creates;
    for (int i = 0; i < 777; ++i)
        creates.push_back(world.store().jobs->create_job(a_job("job " + std::to_string(i)), ""));
    std::set<std::int64_t> keys;
    std::set<std::int64_t> revisions;
    for (const auto& created : world.all(std::move(creates))) {
        REQUIRE(created);
        keys.insert(created->key.value());
        revisions.insert(created->revision.value());
    }
    CHECK(keys.size() == 777);
    CHECK(revisions.size() == 777);
    CHECK(*revisions.rbegin() == 777);
    CHECK(world.must(world.store().jobs->count_jobs(std::nullopt, std::nullopt, std::nullopt)) == 777);
    CHECK(
        world.number("select count(*) from t_cron_change c join t_cron_job j on j.f_key_id = c.f_job_key and "
                     "j.f_job_id = c.f_job_id and j.f_revision = c.f_number") == 777);
    CHECK(world.store().statistics().transactions < 100);
    CHECK(world.store().statistics().rows_written >= 2 * 777);
}

TEST_CASE("jobs created together get their own keys if a cluster skips keys", "[store]") {
    if (tested_driver() == Driver::sqlite) return;
    World world;
    world.sql("set global auto_increment_increment = 3");
    world.open();
    std::vector<boost::asio::awaitable<Result<model::Job>>> creates;
    for (int i = 0; i < 50; ++i)
        creates.push_back(world.store().jobs->create_job(a_job("job " + std::to_string(i)), ""));
    const auto created = world.all(std::move(creates));
    world.sql("set global auto_increment_increment = 1");
    for (const auto& job : created) {
        REQUIRE(job);
        const Jobs found = world.must(world.store().jobs->find_jobs_by_key({job->key}));
        REQUIRE(found.size() == 1);
        CHECK(found.front().id == job->id);
    }
}

TEST_CASE("change numbers have no gaps after failed writes", "[store]") {
    World world;
    world.open();
    const model::Job job = world.given_job("first");
    world.must(world.store().jobs->delete_jobs(std::nullopt, {JobId("unknown"), job.id, JobId("another")}));
    CHECK_FALSE(
        world.await(world.store().jobs->enable_jobs(std::nullopt, {job.id, JobId("unknown")}, false)));
    CHECK(world.given_job("second").revision == ChangeNumber(3));
    CHECK(world.number("select f_number from t_cron_change_head") == 3);
    CHECK(world.number("select count(*) from t_cron_change") == 3);
}

TEST_CASE("a replaced job keeps the members that the server sets", "[store]") {
    World world;
    world.open();
    const model::Job created = world.given_job("before");
    model::Job change = a_job("after", "tenant-b");
    change.id = created.id;
    change.created_at += Seconds{1'000};
    change.remarks = "changed";
    const model::Job replaced =
        world.must(world.store().jobs->replace_job(TenantId("tenant-a"), change, "", std::nullopt));
    CHECK(replaced.key == created.key);
    CHECK(replaced.tenant == created.tenant);
    CHECK(replaced.created_at == created.created_at);
    CHECK(replaced.revision == ChangeNumber(2));
    const auto found = world.must(world.store().jobs->find_job(std::nullopt, created.id));
    REQUIRE(found);
    CHECK(found->name == "after");
    CHECK(found->remarks == "changed");

    CHECK(world.await(world.store().jobs->replace_job(TenantId("tenant-b"), change, "", std::nullopt))
              .error()
              .code == Errc::not_found);
    world.given_job("taken");
    change.name = "taken";
    const auto conflict =
        world.await(world.store().jobs->replace_job(TenantId("tenant-a"), change, "", std::nullopt));
    REQUIRE_FALSE(conflict);
    CHECK(conflict.error().fields == std::vector<std::string>{"job_name"});
    CHECK(world.must(world.store().jobs->find_job(std::nullopt, created.id))->name == "after");
}

TEST_CASE("of two changes with the same If-Match, only one succeeds", "[store]") {
    World world;
    world.open();
    const model::Job created = world.given_job("contended");
    std::vector<boost::asio::awaitable<Result<model::Job>>> changes;
    for (const char* remarks : {"mine", "yours"}) {
        model::Job change = created;
        change.remarks = remarks;
        changes.push_back(
            world.store().jobs->replace_job(TenantId("tenant-a"), change, "", created.revision));
    }
    const auto answers = world.all(std::move(changes));
    REQUIRE(answers[0]);
    REQUIRE_FALSE(answers[1]);
    CHECK(answers[1].error().code == Errc::conflict);
    CHECK(answers[1].error().fields == std::vector<std::string>{"revision"});
    CHECK(world.must(world.store().jobs->find_job(std::nullopt, created.id))->remarks == "mine");
}

TEST_CASE("effective_from changes only with members that determine when the job runs", "[store]") {
    World world;
    world.open();
    const model::Job created = world.given_job("job");
    const auto replace = [&](model::Job job, const model::Plan& plan) {
        return world.must(world.store().jobs->replace_job(std::nullopt, std::move(job),
                                                          model::write_plan(plan), std::nullopt));
    };
    world.sql("update t_cron_job set f_effective_from = 5000");
    model::Job job = created;
    SECTION("a new remark does not change it") {
        job.remarks = "new";
        model::Plan plan;
        plan.misfire = model::Misfire::skip;
        CHECK(replace(job, plan).effective_from == from_unix_millis(5'000));
    }
    SECTION("a new expression changes it") {
        job.cron_time = "1 0 * * *";
        CHECK(replace(job, {}).effective_from > from_unix_millis(5'000));
    }
    SECTION("a new zone changes it") {
        model::Plan plan;
        plan.timezone = "Europe/Berlin";
        CHECK(replace(job, plan).effective_from > from_unix_millis(5'000));
    }
    SECTION("a window changes it") {
        model::Plan plan;
        plan.begin_at = from_unix_seconds(1'800'000'000);
        CHECK(replace(job, plan).effective_from > from_unix_millis(5'000));
    }
    SECTION("a jitter changes it") {
        model::Plan plan;
        plan.jitter = Millis{1'000};
        CHECK(replace(job, plan).effective_from > from_unix_millis(5'000));
    }
    SECTION("enabling an enabled job does not change it") {
        CHECK(world.must(world.store().jobs->enable_jobs(std::nullopt, {job.id}, true))
                  .front()
                  .effective_from == from_unix_millis(5'000));
    }
    SECTION("disabling changes it") {
        CHECK(world.must(world.store().jobs->enable_jobs(std::nullopt, {job.id}, false))
                  .front()
                  .effective_from > from_unix_millis(5'000));
    }
    SECTION("a new webhook does not change it") {
        CHECK(world.must(world.store().jobs->notify_jobs(std::nullopt, {job.id}, "https://x"))
                  .front()
                  .effective_from == from_unix_millis(5'000));
    }
}

TEST_CASE("several jobs are enabled all or none", "[store]") {
    World world;
    world.open();
    const model::Job one = world.given_job("one");
    const model::Job two = world.given_job("two");
    const model::Job other = world.given_job("other", "tenant-b");
    const TenantId tenant("tenant-a");
    for (const JobId& unknown : {JobId("unknown"), JobId(""), other.id}) {
        const auto refused =
            world.await(world.store().jobs->enable_jobs(tenant, {one.id, unknown, two.id}, false));
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == Errc::not_found);
    }
    CHECK(world.number("select count(*) from t_cron_job where f_enabled = 0") == 0);

    const Jobs disabled =
        world.must(world.store().jobs->enable_jobs(tenant, {two.id, one.id, two.id}, false));
    CHECK(names(disabled) == std::vector<std::string>{"two", "one"});
    CHECK_FALSE(world.must(world.store().jobs->find_job(tenant, one.id))->enabled);
}

TEST_CASE("a webhook is set and cleared without changing the rest of the context", "[store]") {
    World world;
    world.open();
    const model::Job job = world.given_job("job");
    const std::string hook = "https://hooks.example.com/x?a='b'";
    world.must(world.store().jobs->notify_jobs(TenantId("tenant-a"), {job.id}, hook));
    auto context =
        model::read_context(world.must(world.store().jobs->find_job(std::nullopt, job.id))->context);
    REQUIRE(context);
    CHECK(context->webhook == hook);
    CHECK(context->exec == "https://target.example.com/run");
    world.must(world.store().jobs->notify_jobs(TenantId("tenant-a"), {job.id}, ""));
    CHECK(world.must(world.store().jobs->find_job(std::nullopt, job.id))->context == job.context);
}

TEST_CASE("deletion affects only the tenant's own jobs and ignores unknown ids", "[store]") {
    World world;
    world.open();
    const model::Job mine = world.given_job("mine");
    const model::Job other = world.given_job("other", "tenant-b");
    const Jobs deleted = world.must(
        world.store().jobs->delete_jobs(TenantId("tenant-a"), {other.id, JobId("unknown"), mine.id}));
    CHECK(names(deleted) == std::vector<std::string>{"mine"});
    CHECK(world.must(world.store().jobs->delete_jobs(TenantId("tenant-a"), {mine.id})).empty());
    CHECK_FALSE(world.must(world.store().jobs->find_job(std::nullopt, mine.id)));
    CHECK(world.must(world.store().jobs->find_job(std::nullopt, other.id)));
    CHECK(world.must(world.store().jobs->count_jobs(std::nullopt, std::nullopt, std::nullopt)) == 1);
    CHECK(world.must(world.store().jobs->count_jobs(TenantId("tenant-a"), std::nullopt, std::nullopt)) == 0);
    world.given_job("mine");  // the name is available again
}

TEST_CASE("jobs are listed newest first, by page or by cursor", "[store]") {
    World world;
    world.open();
    for (int i = 0; i < 7; ++i) {
        model::Job job = a_job("job " + std::to_string(i));
        job.created_at += Seconds{i};
        if (i == 3) job.type = model::JobType::timed;
        world.must(world.store().jobs->create_job(job, ""));
    }
    world.given_job("other", "tenant-b");
    JobFilter filter{.tenant = TenantId("tenant-a"), .limit = 3};
    const auto list = [&](const JobFilter& wanted) {
        return world.must(world.store().jobs->list_jobs(wanted));
    };
    const Jobs first = list(filter);
    CHECK(names(first) == std::vector<std::string>{"job 6", "job 5", "job 4"});
    filter.before = first.back().key;
    CHECK(names(list(filter)) == std::vector<std::string>{"job 3", "job 2", "job 1"});
    filter.before.reset();
    filter.offset = 6;
    CHECK(names(list(filter)) == std::vector<std::string>{"job 0"});
    filter.offset = 0;
    filter.created_until = a_job("x").created_at + Seconds{1};
    CHECK(names(list(filter)) == std::vector<std::string>{"job 1", "job 0"});
    CHECK(names(list({.tenant = TenantId("tenant-a"), .type = model::JobType::timed})) ==
          std::vector<std::string>{"job 3"});
    CHECK(list({.limit = 0}).empty());
    const Instant start = a_job("x").created_at;
    CHECK(world.must(world.store().jobs->count_jobs(TenantId("tenant-a"), start + Seconds{2},
                                                    start + Seconds{4})) == 3);
    CHECK(world.must(world.store().jobs->count_jobs(std::nullopt, start, std::nullopt)) == 8);
}

TEST_CASE("jobs are found by id in the requested order, each once", "[store]") {
    World world;
    world.open();
    std::vector<JobId> ids;
    for (int i = 0; i < 300; ++i) ids.push_back(world.given_job("job " + std::to_string(i)).id);
    std::vector<JobId> asked(ids.rbegin(), ids.rend());
    asked.push_back(ids.front());
    asked.emplace_back("unknown");
    for (int round = 0; round < 2; ++round) {  // the second round is answered by the cache, if there is one
        const Jobs found = world.must(world.store().jobs->find_jobs(TenantId("tenant-a"), asked));
        REQUIRE(found.size() == 300);
        for (std::size_t i = 0; i < found.size(); ++i) CHECK(found[i].id == asked[i]);
    }
}

TEST_CASE("loading streams the plans of the enabled jobs", "[store]") {
    World world;
    world.open();
    model::Job on = a_job("on");
    world.must(world.store().jobs->create_job(on, "the plan's text"));
    model::Job off = a_job("off");
    off.enabled = false;
    world.must(world.store().jobs->create_job(off, ""));
    std::vector<std::string> seen;
    const std::size_t count = world.must(world.store().changes->load_plans([&](const StoredPlan& plan) {
        seen.emplace_back(plan.id);
        CHECK(plan.plan == "the plan's text");
        CHECK(plan.cron_time == on.cron_time);
        CHECK(plan.tenant == "tenant-a");
        CHECK(plan.context.empty());
        CHECK(plan.has_plan);
        CHECK(plan.created_at == on.created_at);
        CHECK(plan.revision == ChangeNumber(1));
    }));
    CHECK(count == 1);
    CHECK(seen == std::vector<std::string>{on.id.value()});
}
