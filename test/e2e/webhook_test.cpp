#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <set>

#include <boost/json/parse.hpp>

#include "e2e/world.hpp"

/// Webhooks from the receivers' perspective.
namespace ecron::e2e {
namespace {

const std::string kKey = "0123456789abcdef01234567";
const std::string kNextKey = "76543210fedcba9876543210";

std::string base64(const std::string& bytes) {
    std::array<unsigned char, 128> text{};
    EVP_EncodeBlock(text.data(), reinterpret_cast<const unsigned char*>(bytes.data()),
                    static_cast<int>(bytes.size()));
    return reinterpret_cast<const char*>(text.data());
}

std::string secret(const std::string& key) { return "whsec_" + base64(key); }

std::string signed_by(const std::string& key, const Call& call) {
    const std::string text =
        call.header("webhook-id") + '.' + call.header("webhook-timestamp") + '.' + call.body;
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned length = 0;
    HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
         reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(), &length);
    return "v1," + base64({reinterpret_cast<const char*>(digest.data()), length});
}

/// Returns a job that notifies `hook` of its ends.
JobText telling(const std::string& name, const std::string& hook, json::object context = {}) {
    context["notify"] = json::object{{"webhook", hook}};
    return {.name = name, .path = "/" + name, .cron = "0 0 1 1 *", .context = std::move(context)};
}

/// Runs a stored job now; returns the execution's id.
std::string run(World& world, const std::string& job) {
    return world.api().post("/jobexecution", R"({"job_id":")" + job + R"("})").text("/execute_id");
}

std::string waiting(const World& world) { return world.database.value("select count(*) from t_cron_outbox"); }

}  // namespace

TEST_CASE("each end of a run is delivered once, signed with both secrets", "[webhook]") {
    World world{{{"webhook_secret", secret(kKey) + " " + secret(kNextKey)}}};
    world.target.answer("/broken", Answer{.status = 500, .body = "no luck"});
    const std::string good = world.given(telling("good", world.target.url("/hook")));
    const std::string bad = world.given(
        telling("broken", world.target.url("/hook"),
                {{"retry", json::object{{"max_attempts", 2}, {"initial", "1ms"}, {"max", "1ms"}}}}));
    const std::set<std::string> executions{run(world, good), run(world, bad)};
    const std::vector<Call> calls = world.target.wait_for("/hook", 2);
    wait_until("no webhook waits", [&] { return waiting(world) == "0"; });
    CHECK(world.target.count("/hook") == 2);

    std::set<std::string> told;
    for (const Call& call : calls) {
        CHECK(call.method == "POST");
        CHECK(call.header("content-type") == "application/json");
        CHECK(call.header("webhook-signature") == signed_by(kKey, call) + " " + signed_by(kNextKey, call));
        CHECK(std::abs(std::stoll(call.header("webhook-timestamp")) - to_unix_seconds(call.at)) <= 2);
        json::object body = json::parse(call.body).as_object();
        const std::string id{body.at("execute_id").as_string()};
        told.insert(id);
        const json::value last = body.at("last_attempt");
        if (body.at("job_id") == json::value(bad)) {
            CHECK(body.at("job_status") == "abandon");
            CHECK(last.at("attempt") == 2);
            CHECK(last.at("code") == 500);
            CHECK(last.at("output") == "no luck");
        } else {
            CHECK(body.at("job_status") == "success");
            CHECK(last.at("code") == 200);
        }
        CHECK(body.at("type") == body.at("job_status"));
        for (const char* member : {"last_attempt", "type", "labels"}) body.erase(member);
        json::object shown = world.api().get("/jobexecution/" + id).parsed().as_object();
        for (const char* member : {"attempts", "trigger", "duration_ms", "lateness_ms"}) shown.erase(member);
        CHECK(body == shown);
    }
    CHECK(told == executions);
    CHECK(world.api().get("/metrics").body.find("ecron_webhooks_total{event=\"delivered\"} 2\n") !=
          std::string::npos);
}

TEST_CASE("starts and failed attempts are delivered in order if configured", "[webhook]") {
    World world;
    world.target.answer("/flaky",
                        [](const Call& call) { return Answer{.status = call.attempt() == 1 ? 500U : 200U}; });
    JobText job = telling("flaky", world.target.url("/hook"),
                          {{"retry", json::object{{"initial", "1ms"}, {"max", "1ms"}}}});
    job.context["notify"].as_object()["on"] = json::array{"executing", "failure", "success"};
    const bool planned = GENERATE(false, true);
    CAPTURE(planned);
    if (planned) job.cron = in(1s), job.type = "timed";
    const std::string id = world.given(job);
    if (!planned) run(world, id);
    std::vector<std::string> told;
    for (const Call& call : world.target.wait_for("/hook", 4)) {
        const json::value body = json::parse(call.body);
        told.push_back(std::string{body.at("job_status").as_string()} + ' ' +
                       std::to_string(body.at("execute_times").as_int64()));
        CHECK(body.at("begin_at") != "");
        CHECK(body.at("last_attempt").is_null() == (body.at("job_status") == "executing"));
    }
    CHECK(told == std::vector<std::string>{"executing 1", "failure 1", "executing 2", "success 2"});
    wait_until("no webhook waits", [&] { return waiting(world) == "0"; });
    CHECK(world.target.count("/hook") == 4);
}

TEST_CASE("a run that takes long, and a recovery, are announced once", "[webhook]") {
    World world{{{"external_url", "https://ecron.example.com/"}}};
    bool works = true;
    world.target.answer(
        "/slow", [&](const Call&) { return works ? Answer{.delay = 2'500ms} : Answer{.status = 500}; });
    JobText job = telling("slow", world.target.url("/hook"),
                          {{"retry", json::object{{"max_attempts", 1}}},
                           {"max_duration", "1s"},
                           {"labels", json::object{{"team", "ops"}}}});
    job.context["notify"].as_object()["on"] = json::array{"running_long", "abandon", "recovered"};
    const std::string id = world.given(job);
    const auto types = [&](std::size_t count) {
        std::vector<std::string> found;
        for (const Call& call : world.target.wait_for("/hook", count))
            found.emplace_back(json::parse(call.body).at("type").as_string());
        return found;
    };
    const std::string first = run(world, id);
    CHECK(types(1) == std::vector<std::string>{"running_long"});
    const json::value told = json::parse(world.target.wait_for("/hook", 1).front().body);
    CHECK(told.at("job_status") == "executing");
    CHECK(told.at("labels").at("team") == "ops");
    CHECK(told.at("url").as_string() ==
          "https://ecron.example.com/api/ecron-management/v1/jobexecution/" + first);
    wait_until("the run ends", [&] {
        return world.api().get("/jobexecution/" + first).parsed().at("job_status") == "success";
    });
    works = false;
    run(world, id);
    CHECK(types(2).back() == "abandon");
    works = true;
    run(world, id);
    CHECK(types(4) == std::vector<std::string>{"running_long", "abandon", "running_long", "recovered"});
    wait_until("no webhook waits", [&] { return waiting(world) == "0"; });
    CHECK(world.target.count("/hook") == 4);
}

TEST_CASE("a run ended by a client is delivered once", "[webhook]") {
    World world{{{"log_level", "info"}}};
    world.target.answer("/stuck", Answer{.hangs = true});
    const std::string job = world.given(telling("stuck", world.target.url("/hook")));
    const std::string execution = run(world, job);
    world.wait_for_state(execution, "executing");
    const std::string status = R"([{"execute_id":")" + execution + R"(","job_id":")" + job +
                               R"(","job_type":"scheduled","job_status":"success","end_at":")" + in(0s) +
                               R"("}])";
    CHECK(world.api().put("/jobstatus/any", status).body == R"({"failed_job_id":[]})");
    const json::value told = json::parse(world.target.wait_for("/hook", 1).front().body);
    CHECK(told.at("execute_id") == json::value(execution));
    CHECK(told.at("job_status") == "success");
    CHECK(told.at("last_attempt").is_null());
    CHECK(world.api().put("/jobstatus/any", status).body == R"({"failed_job_id":[")" + execution + R"("]})");
    // Long before its target answers.
    wait_until("its attempt is stopped", [&] {
        return world.api().get("/metrics").body.find("\necron_open_runs 0\n") != std::string::npos;
    });
    wait_until("no webhook waits", [&] { return waiting(world) == "0"; });
    CHECK(world.target.count("/hook") == 1);
}

TEST_CASE("runs that end without an attempt are delivered", "[webhook]") {
    World world;
    world.target.answer("/stuck", Answer{.hangs = true});
    JobText stuck = telling("stuck", world.target.url("/hook"));
    stuck.cron = "* * * * * *";
    const std::string job = world.given(stuck);
    const std::string first = world.target.wait_for("/stuck", 1).front().execution();
    const json::object overlapped = json::parse(world.target.wait_for("/hook", 1).front().body).as_object();
    CHECK(overlapped.at("job_status") == "interrupt");
    CHECK(overlapped.at("ext_info").at("reason") == "overlap");
    CHECK(overlapped.at("last_attempt").is_null());
    CHECK(overlapped.at("execute_id") != json::value(first));

    const auto told = [&](const std::string& id) {
        for (const Call& call : world.target.calls("/hook"))
            if (call.body.find(id) != std::string::npos) return json::parse(call.body);
        return json::value{};
    };
    CHECK(world.api().post("/jobexecution/" + first + "/cancel", "").status == 200);
    wait_until("the cancelled run is delivered", [&] { return !told(first).is_null(); });
    CHECK(told(first).at("job_status") == "interrupt");
    CHECK(told(first).at_pointer("/ext_info/reason") == "cancelled");
}

TEST_CASE("a tenant's own secret signs and rotates without a restart", "[webhook]") {
    const Database folder;  // only for its directory
    const std::string file = folder.folder() + "/mock-client-id/webhook_secret";
    std::filesystem::create_directories(folder.folder() + "/mock-client-id");
    std::ofstream(file) << secret(kKey) << '\n';
    World world{{{"webhook_secret", secret("this is a secret for all")}, {"secrets_dir", folder.folder()}}};
    const std::string job = world.given(telling("good", world.target.url("/hook")));
    run(world, job);
    const Call first = world.target.wait_for("/hook", 1)[0];
    CHECK(first.header("webhook-signature") == signed_by(kKey, first));
    std::ofstream(file) << secret(kNextKey) << '\n';
    run(world, job);
    const Call second = world.target.wait_for("/hook", 2)[1];
    CHECK(second.header("webhook-signature") == signed_by(kNextKey, second));
    CHECK(first.header("webhook-id") != second.header("webhook-id"));
}

TEST_CASE("delivers a webhook after a kill and restart", "[webhook]") {
    World world;
    world.target.answer("/hook", Answer{.hangs = true});
    const std::string execution = run(world, world.given(telling("good", world.target.url("/hook"))));
    const Call first = world.target.wait_for("/hook", 1).front();
    world.ecron.kill();
    CHECK(waiting(world) == "1");
    world.target.release("/hook");
    world.ecron.start();
    const Call second = world.target.wait_for("/hook", 2).back();
    CHECK(second.header("webhook-id") == first.header("webhook-id"));
    CHECK(second.body == first.body);
    CHECK(second.body.find(execution) != std::string::npos);
    wait_until("no webhook waits", [&] { return waiting(world) == "0"; });
}

TEST_CASE("a receiver gets its message after an outage", "[webhook]") {
    World world;
    world.target.answer(
        "/hook", [asked = 0](const Call&) mutable { return Answer{.status = ++asked < 3 ? 503U : 204U}; });
    run(world, world.given(telling("good", world.target.url("/hook"))));
    const std::vector<Call> calls = world.target.wait_for("/hook", 3);
    for (const Call& call : calls) {
        CHECK(call.header("webhook-id") == calls[0].header("webhook-id"));
        CHECK(call.header("webhook-signature").empty());  // no secret is configured
    }
    wait_until("no webhook waits", [&] { return waiting(world) == "0"; });
    CHECK(world.api().get("/deadletter").body == "[]");
}

TEST_CASE("retries a 429 after Retry-After elapses", "[webhook]") {
    World world;
    world.target.answer("/hook", [asked = 0](const Call&) mutable {
        if (++asked == 1) return Answer{.status = 429, .headers = {{"Retry-After", "3"}}};
        return Answer{};
    });
    run(world, world.given(telling("good", world.target.url("/hook"))));
    const std::vector<Call> calls = world.target.wait_for("/hook", 2);
    CHECK(calls[1].at - calls[0].at >= 2'900ms);
}

TEST_CASE("a slow receiver times out and is retried", "[webhook]") {
    World world{{{"webhook_timeout", "300ms"}}};
    world.target.answer(
        "/hook", [asked = 0](const Call&) mutable { return Answer{.delay = ++asked == 1 ? 20'000ms : 0ms}; });
    run(world, world.given(telling("good", world.target.url("/hook"))));
    const std::vector<Call> calls = world.target.wait_for("/hook", 2);
    CHECK(calls[1].at - calls[0].at < 15s);
    wait_until("no webhook waits", [&] { return waiting(world) == "0"; });
}

TEST_CASE("410 creates a dead letter, which can be redelivered", "[webhook]") {
    World world;
    world.target.answer("/hook", Answer{.status = 410});
    const std::string execution = run(world, world.given(telling("good", world.target.url("/hook"))));
    wait_until("it is dead-lettered", [&] { return world.api().get("/deadletter").body != "[]"; });
    const Reply list = world.api().get("/deadletter");
    CHECK(list.text("/0/execute_id") == execution);
    CHECK(list.text("/0/webhook") == world.target.url("/hook"));
    CHECK(list.text("/0/reason") == "the receiver answered 410, it wants no more of this");
    CHECK(list.parsed().at(0).at("code") == 410);
    CHECK(list.parsed().at(0).at("tries") == 1);
    CHECK(world.target.count("/hook") == 1);

    world.target.answer("/hook", Answer{});
    const std::string again = "/deadletter/" + list.text("/0/dead_letter_id") + "/redeliver";
    CHECK(world.api().post(again, "").status == 200);
    const std::vector<Call> calls = world.target.wait_for("/hook", 2);
    CHECK(calls[1].header("webhook-id") == calls[0].header("webhook-id"));
    CHECK(world.api().get("/deadletter").body == "[]");
    CHECK(world.api().post(again, "").status == 404);
}

TEST_CASE("an expired webhook is dead-lettered with the last response", "[webhook]") {
    World world{{{"webhook_retry_for", "1s"}}};
    world.target.answer("/hook", Answer{.status = 500});
    run(world, world.given(telling("good", world.target.url("/hook"))));
    wait_until("it is dead-lettered", [&] { return world.api().get("/deadletter").body != "[]"; });
    const Reply list = world.api().get("/deadletter");
    CHECK(list.text("/0/reason") == "not delivered within 1s: the receiver answered 500");
    CHECK(list.parsed().at(0).at("tries").as_int64() >= 2);
}

TEST_CASE("a forbidden address is not contacted", "[webhook]") {
    World world{{{"egress_deny", "127.0.0.2/32"}}};
    run(world, world.given(telling("good", "http://127.0.0.2:9/hook")));
    wait_until("it is dead-lettered", [&] { return world.api().get("/deadletter").body != "[]"; });
    CHECK(world.api().get("/deadletter").parsed().at(0).at("tries") == 1);
}

TEST_CASE("a hanging receiver does not delay others", "[webhook]") {
    World world{{{"webhook_max", "16"}, {"webhook_timeout", "60s"}}};
    Target hanging;
    hanging.answer("/hook", Answer{.hangs = true});
    const std::string dead = world.given(telling("dead", hanging.url("/hook")));
    for (int i = 0; i < 40; ++i) run(world, dead);
    hanging.wait_for("/hook", 1);
    const std::string alive = world.given(telling("alive", world.target.url("/hook")));
    for (std::size_t i = 1; i <= 20; ++i) run(world, alive);
    world.target.wait_for("/hook", 20);
    CHECK(hanging.most_at_once("/hook") <= 2);  // an eighth
    wait_until("only hanging requests wait", [&] { return waiting(world) == "40"; });
}

}  // namespace ecron::e2e
