#include "ecron/notify/announce.hpp"

#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "ecron/model/json.hpp"

using namespace ecron;
using namespace ecron::notify;
using model::ExecutionState;

namespace {

const Instant kNow = *parse_rfc3339("2026-01-05T10:00:00Z");

model::Context a_job(std::vector<std::string> notify_on = {}) {
    model::Context job;
    job.webhook = "https://Hook.Example.com/h?token=x";
    job.notify_on = std::move(notify_on);
    return job;
}

model::Execution execution(ExecutionState state) {
    return {.id = ExecuteId{"0193aaaa-0000-8000-8000-000000000001"},
            .job_id = JobId{"job-1"},
            .job_name = "report",
            .state = state,
            .begin_at = kNow,
            .end_at = kNow + Seconds{2},
            .executors = {{"node-1", kNow}},
            .execute_times = 1,
            .tenant = TenantId{"tenant-a"},
            .reason = "why",
            .trigger = model::Trigger::schedule,
            .scheduled_at = kNow,
            .attempt = 1};
}

std::vector<store::Announcement> told(const model::Context& job, ExecutionState state, int attempt = 1) {
    return announcements(job, execution(state), attempt, nullptr);
}

}  // namespace

TEST_CASE("a job has messages for its ends only with a webhook", "[notify]") {
    using enum ExecutionState;
    for (const ExecutionState state : {success, abandon, interrupt}) {
        CHECK(told(a_job(), state).size() == 1);
        CHECK(told(model::Context{}, state).empty());
    }
    for (const ExecutionState state : {pending, executing, failure}) CHECK(told(a_job(), state).empty());
}

TEST_CASE("notify.on selects the states that have messages", "[notify]") {
    const model::Context job = a_job({"executing", "failure"});
    CHECK(told(job, ExecutionState::executing).size() == 1);
    CHECK(told(job, ExecutionState::failure).size() == 1);
    for (const ExecutionState state :
         {ExecutionState::success, ExecutionState::abandon, ExecutionState::pending})
        CHECK(told(job, state).empty());
}

TEST_CASE("an outcome that leaves the execution executing has no message", "[notify]") {
    store::Outcome outcome{.after = execution(ExecutionState::executing)};
    announce(a_job({"executing", "success"}), outcome);
    CHECK(outcome.announcements.empty());
    outcome.after.state = ExecutionState::success;
    announce(a_job({"executing", "success"}), outcome);
    CHECK(outcome.announcements.size() == 1);
}

TEST_CASE("the body is the execution as in the API and its last attempt", "[notify]") {
    model::Attempt attempt{.execute_id = execution(ExecutionState::abandon).id,
                           .number = 1,
                           .begin_at = kNow,
                           .end_at = kNow,
                           .node = NodeId{"node-1"},
                           .code = 500,
                           .reason = "the target answered 500",
                           .output = std::string(10'000, 'x') + "\xff"};
    const model::Execution after = execution(ExecutionState::abandon);
    const auto announced = announcements(a_job(), after, 1, &attempt);
    REQUIRE(announced.size() == 1);
    boost::json::object body = boost::json::parse(announced.front().payload).as_object();
    const boost::json::object last = body.at("last_attempt").as_object();
    CHECK(last.at("code") == 500);
    CHECK(last.at("reason") == "the target answered 500");
    CHECK(last.at("output").as_string().size() == 4'096);
    body.erase("last_attempt");
    std::string shown;
    model::append_json(shown, after);
    CHECK(boost::json::value(body) == boost::json::parse(shown));

    const auto without = told(a_job(), ExecutionState::interrupt);
    CHECK(boost::json::parse(without.front().payload).at("last_attempt").is_null());
}

TEST_CASE("a message's id is deterministic and unique", "[notify]") {
    const std::string id = told(a_job(), ExecutionState::success).front().message_id;
    CHECK(id.starts_with("msg_"));
    CHECK(id.find('.') == std::string::npos);
    CHECK(told(a_job(), ExecutionState::success).front().message_id == id);
    CHECK(told(a_job(), ExecutionState::success, 2).front().message_id != id);
    CHECK(told(a_job(), ExecutionState::abandon).front().message_id != id);
}

TEST_CASE("messages of one tenant to one origin share a receiver", "[notify]") {
    const auto receiver = [](const std::string& url) {
        model::Context job = a_job();
        job.webhook = url;
        const auto announced = told(job, ExecutionState::success);
        CHECK(announced.front().url == url);
        return announced.front().receiver;
    };
    CHECK(receiver("https://Hook.Example.com/a") == "tenant-a https://hook.example.com:443");
    CHECK(receiver("HTTPS://user:secret@hook.example.com:443/b?c") ==
          "tenant-a https://hook.example.com:443");
    CHECK(receiver("http://hook.example.com") == "tenant-a http://hook.example.com:80");
    CHECK(receiver("http://[::1]:8080/") == "tenant-a http://[::1]:8080");
    CHECK(receiver("http://" + std::string(300, 'a') + ".example.com").size() == 255);
}
