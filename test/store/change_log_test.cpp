#include <catch2/catch.hpp>

#include "store/world.hpp"

using namespace ecron;
using namespace ecron::store;
using namespace ecron::store::test;

TEST_CASE("changes are numbered without gaps in commit order", "[store]") {
    World world;
    world.open();
    std::vector<boost::asio::awaitable<Result<model::Job>>> creates;
    for (int i = 0; i < 200; ++i)
        creates.push_back(
            world.store().jobs->create_job(a_job("job " + std::to_string(i % 150)), ""));  // 50 conflicts
    std::vector<JobId> ids;
    for (const auto& created : world.all(std::move(creates))) {
        if (created) ids.push_back(created->id);
    }
    REQUIRE(ids.size() == 150);
    std::vector<boost::asio::awaitable<Result<std::vector<model::Job>>>> changes;
    for (std::size_t i = 0; i < ids.size(); ++i) {
        if (i % 3 == 0)
            changes.push_back(
                world.store().jobs->enable_jobs(std::nullopt, {ids[i], ids[(i + 1) % 150]}, false));
        if (i % 3 == 1)
            changes.push_back(
                world.store().jobs->enable_jobs(std::nullopt, {ids[i], JobId("unknown")}, false));
        if (i % 3 == 2) changes.push_back(world.store().jobs->delete_jobs(std::nullopt, {ids[i]}));
    }
    world.all(std::move(changes));

    std::int64_t next = 1;
    for (ChangeNumber after{};;) {
        const std::vector<Change> page = world.must(world.store().changes->changes_after(after, 64));
        if (page.empty()) break;
        for (const Change& change : page) CHECK(change.number == ChangeNumber(next++));
        after = page.back().number;
    }
    CHECK(next - 1 == 150 + 100 + 50);
    CHECK(world.number("select f_number from t_cron_change_head") == next - 1);
}

TEST_CASE("a change contains the schedule that it replaced", "[store]") {
    World world;
    world.open();
    const model::Job created = world.given_job("job");
    model::Job change = created;
    change.cron_time = "5 4 * * *";
    world.must(world.store().jobs->replace_job(std::nullopt, change, "", std::nullopt));
    world.must(world.store().jobs->enable_jobs(std::nullopt, {created.id}, false));
    world.must(world.store().jobs->delete_jobs(std::nullopt, {created.id}));
    const std::vector<Change> changes = world.must(world.store().changes->changes_after(ChangeNumber(0), 10));
    REQUIRE(changes.size() == 4);
    CHECK(changes[0].kind == "create");
    CHECK(changes[0].replaced.empty());
    CHECK(changes[0].job_key == created.key);
    CHECK(changes[1].kind == "update");
    CHECK(changes[1].replaced.find(R"("cron_time":"0 0 * * *")") != std::string::npos);
    CHECK(changes[1].replaced.find(R"("enabled":true)") != std::string::npos);
    CHECK(changes[2].kind == "enable");
    CHECK(changes[2].replaced.find(R"("cron_time":"5 4 * * *")") != std::string::npos);
    CHECK(changes[3].kind == "delete");
    CHECK(changes[3].replaced.find(R"("enabled":false)") != std::string::npos);
    for (const Change& recorded : changes) {
        CHECK(recorded.job_id == created.id);
        CHECK(recorded.tenant == created.tenant);
    }
}
