#include "e2e/world.hpp"

#include <algorithm>
#include <boost/json/parse.hpp>

/// Occurrences that became due while ecron was stopped.
namespace ecron::e2e {
namespace {

JobText job_with(const std::string& misfire) {
    return {.name = misfire,
            .path = "/" + misfire,
            .context = {{"misfire", misfire}, {"misfire_grace", "500ms"}}};
}

/// Returns the number of occurrences in summaries.
std::int64_t missed_of(const World& world, const std::string& job) {
    const std::string sum = world.database.value(
        "select sum(m.f_count) from t_cron_missed m join t_cron_job j on j.f_key_id = m.f_job_key "
        "where j.f_job_id = '" +
        job + "'");
    return sum.empty() ? 0 : std::stoll(sum);
}

}  // namespace

TEST_CASE("after downtime, each job's misfire policy applies", "[misfire]") {
    World world;
    const std::vector<std::string> policies{"once", "all", "skip"};
    std::map<std::string, std::string> jobs;
    for (const std::string& policy : policies) jobs[policy] = world.given(job_with(policy));
    for (const std::string& policy : policies) world.target.wait_for("/" + policy, 1);

    world.ecron.kill();
    const SystemClock clock;
    const Instant died = clock.now();
    wait_until("occurrences have passed", [&] { return clock.now() > died + 5s; });
    world.ecron.start();
    const Instant back = clock.now();
    // Two regular runs each prove that the missed ones have been processed.
    for (const std::string& policy : policies)
        wait_until("regular runs continue", [&] {
            return std::ranges::count_if(world.target.calls("/" + policy),
                                         [&](const Call& call) { return call.scheduled() > back + 1s; }) >= 2;
        });

    for (const std::string& policy : policies) {
        const std::string& job = jobs[policy];
        CAPTURE(policy);
        std::map<Instant, int> rows;
        for (const Row& row : world.rows(job)) ++rows[row.scheduled_at];
        CHECK(std::ranges::all_of(rows, [](const auto& entry) { return entry.second == 1; }));
        // Every second between the first row and the last one is a row or counted in a summary.
        const auto instants = (rows.rbegin()->first - rows.begin()->first) / 1s + 1;
        const std::int64_t missed = missed_of(world, job);
        CHECK(static_cast<std::int64_t>(rows.size()) + missed == instants);
        const auto late = std::ranges::count_if(
            rows, [&](const auto& entry) { return entry.first > died + 500ms && entry.first < back - 1s; });
        if (policy == "once") CHECK(late <= 1);
        if (policy == "all") CHECK(missed == 0);
        if (policy == "skip") CHECK(late == 0);
        if (policy != "all") CHECK(missed >= 2);
        // The run that represents the missed ones shows them.
        std::int64_t shown = 0;
        for (const Row& row : world.rows(job))
            if (!row.missed.empty()) shown += json::parse(row.missed).at("count").as_int64();
        if (policy == "once") CHECK(shown == missed);
    }
}

TEST_CASE("a new process does not record missed occurrences again", "[misfire]") {
    World world;
    const std::string job = world.given(
        {.name = "rare", .cron = "*/3 * * * * *", .context = {{"misfire", "skip"}, {"misfire_grace", "0"}}});
    world.target.wait_for("/run", 1);
    world.ecron.kill();
    const SystemClock clock;
    const Instant died = clock.now();
    wait_until("occurrences have passed", [&] { return clock.now() > died + 4s; });
    world.ecron.start();
    wait_until("the summary is stored", [&] { return missed_of(world, job) > 0; });
    const std::int64_t told = missed_of(world, job);
    world.restart();
    const std::size_t before = world.rows(job).size();
    wait_until("another occurrence is claimed", [&] { return world.rows(job).size() > before; });
    const std::vector<Row> rows = world.rows(job);
    const auto instants = (rows.back().scheduled_at - rows.front().scheduled_at) / 3s + 1;
    CHECK(static_cast<std::int64_t>(rows.size()) + missed_of(world, job) == instants);
    CHECK(missed_of(world, job) >= told);
}

}  // namespace ecron::e2e
