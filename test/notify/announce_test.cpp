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
    return Announcer{}.announcements(job, execution(state), attempt, nullptr);
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
    Announcer{}.announce(a_job({"executing", "success"}), outcome);
    CHECK(outcome.announcements.empty());
    outcome.after.state = ExecutionState::success;
    Announcer{}.announce(a_job({"executing", "success"}), outcome);
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
    model::Context job = a_job();
    job.labels = R"({"team":"billing"})";
    const Announcer announcer{"https://ecron.example.com/api/v1/jobexecution/"};
    const auto announced = announcer.announcements(job, after, 1, &attempt);
    REQUIRE(announced.size() == 1);
    boost::json::object body = boost::json::parse(announced.front().payload).as_object();
    const boost::json::object last = body.at("last_attempt").as_object();
    CHECK(last.at("code") == 500);
    CHECK(last.at("reason") == "the target answered 500");
    CHECK(last.at("output").as_string().size() == 4'096);
    body.erase("last_attempt");
    CHECK(body.at("type") == "abandon");
    CHECK(body.at("labels") == boost::json::parse(*job.labels));
    CHECK(body.at("url").as_string() ==
          std::string_view{
              "https://ecron.example.com/api/v1/jobexecution/0193aaaa-0000-8000-8000-000000000001"});
    for (const char* member : {"type", "labels", "url"}) body.erase(member);
    std::string shown;
    model::append_json(shown, after);
    CHECK(boost::json::value(body) == boost::json::parse(shown));

    const auto without = told(a_job(), ExecutionState::interrupt);
    const boost::json::value plain = boost::json::parse(without.front().payload);
    CHECK(plain.at("last_attempt").is_null());
    CHECK(plain.at("labels").as_object().empty());
    CHECK_FALSE(plain.as_object().contains("url"));
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

namespace {

std::vector<std::string> types(const std::vector<store::Announcement>& announced) {
    std::vector<std::string> found;
    for (const store::Announcement& one : announced)
        found.emplace_back(boost::json::parse(one.payload).at("type").as_string());
    return found;
}

using Types = std::vector<std::string>;

}  // namespace

TEST_CASE("an execution is late if its first attempt began after jitter and max_lateness", "[notify]") {
    model::Context job = a_job({"late"});
    job.max_lateness = Seconds{30};
    job.plan.jitter = Seconds{10};
    model::Execution run = execution(ExecutionState::executing);
    const auto began = [&](Seconds after) {
        run.executors = {{"node-1", kNow + after}, {"node-2", kNow + Seconds{1'000}}};
        return due_events(job, run, kNow);
    };
    CHECK(began(Seconds{40}).empty());
    CHECK(began(Seconds{41}) == std::vector{model::Event::late});
    run.announced = {model::Event::late};
    CHECK(began(Seconds{41}).empty());
    run.announced.clear();
    run.executors.clear();
    CHECK(due_events(job, run, kNow + Seconds{100}).empty());
}

TEST_CASE("an execution runs long once it takes more than max_duration since its first attempt", "[notify]") {
    model::Context job = a_job({"running_long"});
    job.max_duration = Seconds{60};
    model::Execution run = execution(ExecutionState::executing);
    run.end_at.reset();
    CHECK(due_events(job, run, kNow + Seconds{60}).empty());
    CHECK(due_events(job, run, kNow + Seconds{61}) == std::vector{model::Event::running_long});
    run.end_at = kNow + Seconds{59};
    CHECK(due_events(job, run, kNow + Seconds{100}).empty());
    job.notify_on = {"late"};
    run.end_at.reset();
    CHECK(due_events(job, run, kNow + Seconds{61}).empty());
}

TEST_CASE("an execution that was due and did not start is skipped", "[notify]") {
    const model::Context job = a_job({"skipped"});
    store::Outcome outcome{.after = execution(ExecutionState::interrupt)};
    outcome.after.execute_times = 0;
    for (const auto& [reason, skipped] :
         {std::pair{"overlap", true}, {"deadline", true}, {"cancelled", false}, {"paused", false}}) {
        CAPTURE(reason);
        outcome.after.reason = reason;
        Announcer{}.announce(job, outcome);
        CHECK(types(outcome.announcements) == (skipped ? Types{"skipped"} : Types{}));
    }
}

TEST_CASE("a recovery is announced on condition of the job's history", "[notify]") {
    store::Outcome outcome{.after = execution(ExecutionState::success),
                           .record = model::Attempt{.number = 2}};
    Announcer{}.announce(a_job({"success", "recovered"}), outcome);
    CHECK(types(outcome.announcements) == Types{"success", "recovered"});
    CHECK(outcome.announcements[0].condition == store::Announcement::Condition::none);
    CHECK(outcome.announcements[1].condition == store::Announcement::Condition::recovered);
    CHECK_THAT(outcome.announcements[1].payload, Catch::Contains(R"("last_attempt":{"attempt":2)"));
}

TEST_CASE("events of an outcome precede its state", "[notify]") {
    store::Outcome outcome{.after = execution(ExecutionState::abandon)};
    Announcer{}.announce(a_job({"abandon", "late"}), outcome, {model::Event::late});
    CHECK(types(outcome.announcements) == Types{"late", "abandon"});
    CHECK(outcome.announcements[0].message_id != outcome.announcements[1].message_id);
}

TEST_CASE("missed occurrences are announced with the job, the interval and the count", "[notify]") {
    model::Context job = a_job({"missed"});
    job.labels = R"({"team":"billing"})";
    const store::Missed missed{JobKey{1}, kNow, kNow + Seconds{120}, 3, "misfire"};
    const auto told = Announcer{"https://e/"}.missed(job, execution(ExecutionState::pending), missed);
    CHECK(boost::json::parse(told.payload) ==
          boost::json::parse(R"({"type":"missed","job_id":"job-1","job_type":"scheduled","job_name":"report",
              "tenant_id":"tenant-a","missed":{"from":"2026-01-05T10:00:00.000Z","to":"2026-01-05T10:02:00.000Z",
              "count":3},"reason":"misfire","labels":{"team":"billing"}})"));
    const store::Missed longer{JobKey{1}, kNow, kNow + Seconds{180}, 4, "misfire"};
    CHECK(Announcer{}.missed(job, execution(ExecutionState::pending), longer).message_id != told.message_id);
}
