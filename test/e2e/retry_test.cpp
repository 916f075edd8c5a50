#include <atomic>
#include <cstdlib>
#include <thread>

#include "e2e/world.hpp"

namespace ecron::e2e {
namespace {

json::object quick_retries(int attempts) {
    return {{"retry",
             json::object{
                 {"max_attempts", attempts}, {"initial", "20ms"}, {"max", "20ms"}, {"after_max", "1m"}}}};
}

JobText once(const std::string& name, json::object context) {
    return {.name = name, .path = "/" + name, .cron = in(1s), .type = "timed", .context = std::move(context)};
}

}  // namespace

TEST_CASE("a failed attempt is retried within the same execution", "[retry]") {
    World world;
    world.target.answer("/flaky",
                        [](const Call& call) { return Answer{.status = call.attempt() < 3 ? 500U : 200U}; });
    const std::string job = world.given(once("flaky", quick_retries(5)));

    const std::vector<Call> calls = world.target.wait_for("/flaky", 3);
    const std::string execution = calls[0].execution();
    world.wait_for_state(execution, "success");
    for (std::size_t i = 0; i < 3; ++i) {
        CHECK(calls[i].execution() == execution);
        CHECK(calls[i].attempt() == static_cast<int>(i) + 1);
        CHECK(calls[i].scheduled() == calls[0].scheduled());
    }
    const json::array statuses = world.statuses(job, "?limit=10");
    REQUIRE(statuses.size() == 1);
    CHECK(statuses[0].at("execute_times") == 3);
    CHECK(statuses[0].at("executor").as_array().size() == 3);
    const json::value shown = world.api().get("/jobexecution/" + execution).parsed();
    REQUIRE(shown.at("attempts").as_array().size() == 3);
    CHECK(shown.at_pointer("/attempts/0/job_status") == "failure");
    CHECK(shown.at_pointer("/attempts/0/code") == 500);
    CHECK(shown.at_pointer("/attempts/2/job_status") == "success");
    CHECK(world.target.count("/flaky") == 3);
}

TEST_CASE("a run at its second attempt shows as executing, with both and without an end", "[retry]") {
    World world;
    world.target.answer("/second", [](const Call& call) {
        return call.attempt() == 1 ? Answer{.status = 500} : Answer{.hangs = true};
    });
    const std::string job = world.given(once("second", quick_retries(3)));
    const std::string execution = world.target.wait_for("/second", 2).front().execution();
    world.wait_for_state(execution, "executing");
    const json::value shown = world.api().get("/jobexecution/" + execution).parsed();
    CHECK(shown.at("job_status") == "executing");
    CHECK(shown.at("end_at") == "");
    CHECK(shown.at("execute_times") == 2);
    CHECK(shown.at("executor").as_array().size() == 2);
    REQUIRE(shown.at("attempts").as_array().size() == 2);
    CHECK(shown.at_pointer("/attempts/1/job_status") == "executing");
    CHECK(world.api().post("/jobexecution/" + execution + "/cancel", "").status == 200);
    const json::value ended = world.api().get("/jobexecution/" + execution).parsed();
    CHECK(ended.at("execute_times") == 2);
    CHECK(ended.at("executor").as_array().size() == 2);
}

TEST_CASE("a run is abandoned after its last attempt", "[retry]") {
    World world;
    world.target.answer("/broken", Answer{.status = 503});
    const std::string job = world.given(once("broken", quick_retries(3)));
    const std::string execution = world.target.wait_for("/broken", 3).front().execution();
    world.wait_for_state(execution, "abandon");
    const json::value status = world.statuses(job)[0];
    CHECK(status.at("job_status") == "abandon");
    CHECK(status.at("execute_times") == 3);
    CHECK(status.at_pointer("/ext_info/reason") == "the target answered 503");
    CHECK(world.target.count("/broken") == 3);
}

TEST_CASE("an unreachable target or a timeout fails the attempt", "[retry]") {
    World world;
    world.target.answer("/mute", Answer{.hangs = true});
    json::object context = quick_retries(2);
    context["timeout"] = "200ms";
    world.given(once("mute", context));
    const Call call = world.target.wait_for("/mute", 2).front();
    CHECK(world.wait_for_state(call.execution(), "abandon").attempt == 2);
}

TEST_CASE("the next attempt obeys the target's Retry-After", "[retry]") {
    World world;
    world.target.answer("/busy", [](const Call& call) {
        return call.attempt() == 1 ? Answer{.status = 429, .headers = {{"Retry-After", "1"}}} : Answer{};
    });
    const std::string job = world.given(once("busy", quick_retries(3)));
    const std::vector<Call> calls = world.target.wait_for("/busy", 2);
    CHECK(calls[1].at - calls[0].at >= 1s);
    world.wait_for_state(calls[0].execution(), "success");
}

TEST_CASE("the retry policy limits the target's Retry-After", "[retry]") {
    World world;
    world.target.answer("/hour", [](const Call& call) {
        return call.attempt() == 1 ? Answer{.status = 503, .headers = {{"Retry-After", "3600"}}} : Answer{};
    });
    const json::object retry{{"max_attempts", 2}, {"initial", "20ms"}, {"max", "20ms"}};
    world.given(once("hour", {{"retry", retry}}));
    const std::vector<Call> calls = world.target.wait_for("/hour", 2);
    world.wait_for_state(calls[0].execution(), "success");
}

TEST_CASE("a run that waits for a retry shows as failure and resumes after a restart", "[retry]") {
    World world;
    world.target.answer("/later", [](const Call& call) {
        return call.attempt() == 1 ? Answer{.status = 500, .headers = {{"Retry-After", "3"}}} : Answer{};
    });
    const std::string job = world.given(once("later", quick_retries(3)));
    const std::string execution = world.target.wait_for("/later", 1).front().execution();
    world.wait_for_state(execution, "failure");
    CHECK(world.statuses(job)[0].at("job_status") == "failure");
    world.restart();
    const Row row = world.wait_for_state(execution, "success");
    CHECK(row.attempt == 2);
    CHECK(row.losses == 0);
    CHECK(world.target.count("/later") == 2);
}

TEST_CASE("a run interrupted by a kill is retried or ended according to on_node_loss", "[retry]") {
    const auto [policy, state] =
        GENERATE(table<std::string, std::string>({{"retry", "success"}, {"interrupt", "interrupt"}}));
    CAPTURE(policy);
    World world;
    world.target.answer("/lost", [](const Call& call) { return Answer{.hangs = call.attempt() == 1}; });
    json::object context = quick_retries(1);  // a node loss does not count as an attempt
    context["on_node_loss"] = policy;
    const std::string job = world.given(once("lost", context));
    const Call first = world.target.wait_for("/lost", 1).front();
    const auto attempts = [&] {
        return world.api().get("/jobexecution/" + first.execution()).parsed().at("attempts").as_array();
    };
    wait_until("the running attempt is shown",
               [&] { return attempts().size() == 1 && attempts()[0].at("job_status") == "executing"; });
    const json::value node = attempts()[0].at("executor_id");
    world.restart();
    const Row row = world.wait_for_state(first.execution(), state);
    CHECK(row.losses == 1);
    const json::array recorded = attempts();
    REQUIRE(recorded.size() == (policy == "retry" ? 2U : 1U));
    CHECK(recorded[0].at("attempt") == 1);
    CHECK(recorded[0].at("executor_id") == node);
    CHECK(recorded[0].at("job_status") == "interrupt");
    CHECK(recorded[0].at("reason") == "node_lost");
    if (policy == "retry") {
        const std::vector<Call> calls = world.target.wait_for("/lost", 2);
        CHECK(calls[1].attempt() == 2);
        CHECK(calls[1].execution() == first.execution());
        CHECK(calls[1].scheduled() == first.scheduled());
    } else {
        CHECK(row.reason == "node_lost");
        CHECK(world.target.count("/lost") == 1);
    }
}

/// The memory of a run that waits for its next attempt: its row (ids, reason, executors) and the entries of
/// planner and wheel. One or two KiB; each attempt adds one executor, up to the 32 that are kept. Running
/// attempts have buffers, limited by the pool, and the allocator retains freed memory: the remainder of the
/// limit covers these.
TEST_CASE("repeated failures use bounded memory", "[memory]") {
    const char* const full = std::getenv("ECRON_E2E_FULL");
    const bool is_full = full != nullptr && std::string{full} == "1";
    const std::size_t runs = is_full ? 10'000 : 1'000;
    const char* const wait = is_full ? "10s" : "1s";
    constexpr std::size_t kOfARun = 8UL << 10U, kOfItsAttempts = 32UL * 512, kRest = 48UL << 20U;
    World world{{{"log_level", "info"}}};
    world.target.answer("/fails", Answer{.status = 500});
    const json::object retry{{"max_attempts", 1'000}, {"initial", wait}, {"multiplier", 1}, {"max", wait}};
    JobText job = once("fails", {{"retry", retry}});
    job.cron = "0 0 1 1 *";
    job.type = "scheduled";
    const std::string id = world.given(job);
    const auto resident = [&] {
        const std::string metrics = world.api().get("/metrics").body;
        const std::string name = "\nprocess_resident_memory_bytes ";
        return static_cast<std::size_t>(std::stod(metrics.substr(metrics.find(name) + name.size())));
    };
    const auto attempts = [&](std::size_t count) {
        wait_until(
            std::to_string(count) + " attempts were made",
            [&] { return world.target.count("/fails") >= count; }, 300s);
    };
    const std::size_t before = resident();
    std::atomic<std::size_t> next{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i)
        threads.emplace_back([&] {
            Api api{world.ecron.port()};
            while (next++ < runs) api.post("/jobexecution", R"({"job_id":")" + id + R"("})");
        });
    for (std::thread& thread : threads) thread.join();
    attempts(2 * runs);
    const std::size_t early = resident();
    attempts(6 * runs);
    const std::size_t late = resident();
    CAPTURE(before >> 20U, early >> 20U, late >> 20U);
    CHECK(late < before + runs * (kOfARun + kOfItsAttempts) + kRest);
    CHECK(late < early + runs * kOfItsAttempts + kRest / 4);
}

TEST_CASE("follows redirects with the same headers", "[retry]") {
    World world;
    world.target.answer("/old", Answer{.status = 307, .headers = {{"Location", "/new"}}});
    world.given(once("old", quick_retries(1)));
    const Call call = world.target.wait_for("/new", 1).front();
    CHECK(call.method == "POST");
    CHECK(call.body == "null");
    CHECK(call.attempt() == 1);
    world.wait_for_state(call.execution(), "success");
}

}  // namespace ecron::e2e
