#include <fmt/format.h>

#include <set>

#include "e2e/world.hpp"

/// Guarantees of the API about jobs, with the real store.
namespace ecron::e2e {
namespace {

JobText idle(const std::string& name) { return {.name = name, .cron = "0 0 1 1 *", .enabled = false}; }

std::vector<std::string> given_jobs(World& world, int count, const std::string& prefix) {
    std::vector<std::string> ids;
    for (int i = 0; i < count; ++i) ids.push_back(world.given(idle(fmt::format("{}-{}", prefix, i))));
    return ids;
}

std::string joined(const std::vector<std::string>& ids) { return fmt::format("{}", fmt::join(ids, ",")); }

std::int64_t total(World& world) { return world.api().get("/jobtotal").parsed().at("total").as_int64(); }

}  // namespace

TEST_CASE("one request deletes a hundred jobs, some of them unknown", "[jobs]") {
    World world;
    std::vector<std::string> ids = given_jobs(world, 100, "job");
    const std::string kept = world.given(idle("kept"));
    ids.push_back("00000000-0000-4000-8000-000000000000");
    CHECK(world.api().remove("/job/" + joined(ids)).status == 200);
    CHECK(total(world) == 1);
    CHECK(world.api().get("/job?job_id=" + kept).status == 200);
    CHECK(world.api().get("/job?job_id=" + ids[0]).status == 404);
    world.given(idle("job-0"));  // the name is available again
}

TEST_CASE("enabling jobs is atomic", "[jobs]") {
    World world;
    const std::vector<std::string> ids = given_jobs(world, 3, "job");
    const auto enabled = [&] {
        const json::value jobs = world.api().get("/job").parsed();
        return std::ranges::count_if(jobs.as_array(),
                                     [](const json::value& job) { return job.at("enabled").as_bool(); });
    };
    const std::string unknown = joined(ids) + ",00000000-0000-4000-8000-000000000000";
    CHECK(world.api().put("/job/" + unknown + "/enable", R"({"enable":true})").status == 404);
    CHECK(enabled() == 0);
    CHECK(world.api().put("/job/" + joined(ids) + "/enable", R"({"enable":true})").status == 200);
    CHECK(enabled() == 3);
    CHECK(world.api().put("/job/" + unknown + "/enable", "{}").status == 404);
    CHECK(enabled() == 3);
    CHECK(world.api().put("/job/" + joined(ids) + "/notify", R"({"webhook":"https://x.example/y"})").body ==
          R"({"failed_job_id":[]})");
}

TEST_CASE("pages with one timestamp are stable while jobs are added", "[jobs]") {
    World world;
    const std::vector<std::string> ids = given_jobs(world, 25, "first");
    const std::string timestamp = world.api().get("/jobtotal").text("/timestamp");
    const SystemClock clock;
    const Instant counted = clock.now();
    wait_until("the second has passed",
               [&] { return clock.now() >= std::chrono::floor<Seconds>(counted) + 1s; });

    std::set<std::string> seen;
    for (int page = 1; page <= 4; ++page) {
        const Reply reply =
            world.api().get(fmt::format("/job?page={}&limit=10&timestamp={}", page, timestamp));
        REQUIRE(reply.status == 200);
        for (const json::value& job : reply.parsed().as_array())
            CHECK(seen.insert(std::string{job.at("job_id").as_string()}).second);
        given_jobs(world, 5, fmt::format("added-{}", page));
    }
    CHECK(seen == std::set<std::string>(ids.begin(), ids.end()));
    CHECK(total(world) == 45);
}

TEST_CASE("exactly one of many concurrent requests gets a name", "[jobs]") {
    World world;
    std::atomic<int> created{0}, refused{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i)
        threads.emplace_back([&] {
            Api api{world.ecron.port()};
            const Reply reply = api.post("/job", world.text_of(idle("same")));
            if (reply.status == 201) ++created;
            if (reply.status == 409) ++refused;
        });
    for (std::thread& thread : threads) thread.join();
    CHECK(created == 1);
    CHECK(refused == 7);
}

}  // namespace ecron::e2e
