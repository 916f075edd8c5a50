#include "management/schedule_json.hpp"

#include <set>

#include "management/service.hpp"

using namespace ecron;
using namespace ecron::management;
using namespace ecron::management::test;

TEST_CASE("the form of an expression is named", "[management]") {
    const auto [text, fields] = GENERATE(table<std::string, std::string>({
        {"*/5 * * * *", "minute hour day month weekday"},
        {"*/5 * * * * *", "second minute hour day month weekday"},
        {" 0  0 12 * * ? 2030 ", "second minute hour day month weekday year"},
        {"CRON_TZ=Europe/Berlin 0 0 * * *", "minute hour day month weekday"},
        {"TZ=UTC @daily", "descriptor"},
        {"@every 90s", "interval"},
        {"2030-01-01T00:00:00Z", "instant"},
    }));
    CAPTURE(text);
    CHECK(fields_of(text) == fields);
}

TEST_CASE("a preview explains an expression and lists its runs", "[management]") {
    Service service;
    const Reply reply = service.post("/preview", R"({"job_cron_time":"30 2 * * 1-5","count":2,
        "job_context":{"timezone":"Europe/Berlin"}})");
    CHECK(reply.status() == 200);
    CHECK(reply.at("/fields") == "minute hour day month weekday");
    CHECK(reply.at("/description/en").as_string().starts_with("at 02:30 on weekdays"));
    CHECK_FALSE(reply.at("/description/zh").as_string().empty());
    CHECK(reply.at("/timezone") == "Europe/Berlin");
    CHECK(reply.at("/next") == bj::parse(R"(["2026-01-06T02:30:00+01:00","2026-01-07T02:30:00+01:00"])"));
    CHECK(service.store.jobs.empty());
}

TEST_CASE("a preview starts at the given instant and ends with the last run", "[management]") {
    Service service;
    const auto [body, next] = GENERATE(table<std::string, std::string>({
        {R"({"job_cron_time":"@hourly","count":1,"from":"2030-01-01T00:00:00Z"})",
         R"(["2030-01-01T01:00:00Z"])"},
        {R"({"job_cron_time":"2030-01-01T00:00:00Z","job_type":"timed"})", R"(["2030-01-01T00:00:00Z"])"},
        {R"({"job_cron_time":"@hourly","job_type":"timed"})", R"(["2026-01-05T11:00:00Z"])"},
        {R"({"job_cron_time":"@hourly","count":9,"job_context":
            {"begin_at":"2026-01-05T12:00:00Z","end_at":"2026-01-05T13:00:00Z"}})",
         R"(["2026-01-05T12:00:00Z","2026-01-05T13:00:00Z"])"},
        {R"({"job_cron_time":"@every 90s","count":1})", R"(["2026-01-05T10:01:30Z"])"},
    }));
    CAPTURE(body);
    const Reply reply = service.post("/preview", body);
    CHECK(reply.status() == 200);
    CHECK(reply.at("/next") == bj::parse(next));
}

TEST_CASE("likely mistakes are warned about", "[management]") {
    Service service;
    CHECK_FALSE(
        service.post("/preview", R"({"job_cron_time":"* 2 * * * *"})").at("/warnings").as_array().empty());
    CHECK(service.post("/preview", R"({"job_cron_time":"0 2 * * *"})").at("/warnings").as_array().empty());
    CHECK_FALSE(service.post("/job", job_text("a", "* 2 * * * *")).at("/warnings").as_array().empty());
}

TEST_CASE("a preview warns of the members that a create warns of, once each", "[management]") {
    Service service;
    const std::string members = R"("job_name":"a","job_type":"scheduled","job_cron_time":"0 2 * * *",
        "timezone":"Europe/Berlin","remrks":"x","enabled":true,
        "job_context":{"mode":"http","exec":"http://h/","overlpa":"skip","info":{"retry":{},"method":"GET"}})";
    const Reply created = service.post("/job", "{" + members + "}");
    REQUIRE(created.at("/warnings").as_array().size() == 4);
    const Reply preview =
        service.post("/preview", "{" + members + R"(,"count":1,"from":"2026-01-05T12:00:00Z"})");
    const auto sorted = [](const Reply& reply) {
        std::multiset<std::string> texts;
        for (const bj::value& text : reply.at("/warnings").as_array()) texts.emplace(text.as_string());
        return texts;
    };
    CHECK(sorted(preview) == sorted(created));
    const Reply bare = service.post("/preview", R"({"job_cron_time":"0 2 * * *","timezone":"Asia/Tokyo"})");
    CHECK(bare.at("/warnings") ==
          bj::parse(R"(["timezone is not known and ignored; did you mean \"job_context.timezone\"?"])"));
}

TEST_CASE("a create knows the id that H depends on, a preview needs it", "[management]") {
    Service service;
    const Reply created = service.post("/job", job_text("a", "H H * * *"));
    CHECK(created.at("/warnings").as_array().empty());
    CHECK(service.post("/preview", R"({"job_cron_time":"H H * * *"})").at("/warnings").as_array().size() ==
          1);
    bj::object known{{"job_cron_time", "H H * * *"}, {"job_id", created.at("/job_id")}};
    const Reply preview = service.post("/preview", bj::serialize(known));
    CHECK(preview.at("/warnings").as_array().empty());
    CHECK(preview.at("/description") == created.at("/description"));
    CHECK(service.put("/job/" + std::string{created.at("/job_id").as_string()}, job_text("a", "H 3 * * *"))
              .field("X-Ecron-Warning")
              .empty());
}

TEST_CASE("a plan that contradicts its schedule is warned about in every request", "[management]") {
    Service service;
    const std::string window = R"(,"end_at":"2026-01-05T10:30:00Z")";
    const std::string warning =
        "the schedule has no occurrence until end_at 2026-01-05T10:30:00Z, so the job never runs";
    const bj::value expected(bj::array{bj::value(warning)});
    CHECK(service.post("/job", job_text("a", "@daily", window)).at("/warnings") == expected);
    const Reply preview = service.post(
        "/preview", R"({"job_cron_time":"@daily","job_context":{"end_at":"2026-01-05T10:30:00Z"}})");
    CHECK(preview.at("/warnings") == expected);
    const std::string id = service.given_job("b");
    const Reply replaced = service.put("/job/" + id, job_text("b", "@daily", window));
    CHECK(replaced.status() == 200);
    CHECK(replaced.text().empty());
    CHECK(replaced.field("X-Ecron-Warning") == warning);
    CHECK(service.put("/job/" + id, job_text("b")).field("X-Ecron-Warning").empty());
}

TEST_CASE("a stored job that is never planned has no next runs and a reason", "[management]") {
    Service service;
    const std::string path = "/job/" + service.given_job("a", "0 12 * * *") + "/next";
    model::Job& job = service.store.jobs.front();
    CHECK_FALSE(service.get(path).json().as_object().contains("not_planned"));
    std::string reason;
    SECTION("its type") {
        job.type = model::JobType::unknown;
        reason = "its type is unknown";
    }
    SECTION("its mode") {
        job.context = R"({"mode":"ftp","exec":"ftp://h/"})";
        reason = "its mode is unknown";
    }
    SECTION("its expression") {
        job.cron_time = "61 * * * *";
        reason = "minute 61 is above 59";
    }
    const Reply reply = service.get(path);
    CHECK(reply.at("/next").as_array().empty());
    CHECK(std::string{reply.at("/not_planned").as_string()}.find(reason) != std::string::npos);
}

TEST_CASE("a warning in a header field is printable ASCII", "[management]") {
    Service service;
    const std::string id = service.given_job("b");
    const auto warning = [&](const std::string& member) {
        return service.put("/job/" + id, job_text("b", "@daily", ",\"" + member + "\":\"1s\""))
            .field("X-Ecron-Warning");
    };
    const std::string rest = " is not known and ignored; did you mean \"jitter\"?";
    CHECK(warning("jittér") == "job_context.jitt%C3%A9r" + rest);
    CHECK(warning("jitter\\n%") == "job_context.jitter%0A%25" + rest);
}

TEST_CASE("a preview refuses what a create refuses, with the position", "[management]") {
    Service service;
    const auto [text, position] = GENERATE(table<std::string, int>({
        {"61 * * * *", 0},
        {"0 25 * * *", 2},
        {"0 0 * * MOX", 8},
        {"TZ=北京 0 0 * * *", 3},
        {"0 0 * * 周一", 8},
    }));
    CAPTURE(text);
    const Reply reply = service.post("/preview", R"({"job_cron_time":")" + text + R"("})");
    CHECK(reply.status() == 400);
    CHECK(reply.cause() == "Cron time error");
    CHECK(reply.at("/detail/parameters") == bj::parse(R"(["job_cron_time"])"));
    CHECK(reply.at("/detail/position") == position);
    CHECK_FALSE(reply.at("/detail/reasons/0/reason").as_string().empty());
}

TEST_CASE("a preview names every invalid member", "[management]") {
    Service service;
    const auto [body, parameters] = GENERATE(table<std::string, std::string>({
        {R"({"job_cron_time":"@daily","job_context":{"timezone":"Europe/Berlim"}})",
         R"(["job_context.timezone"])"},
        {R"({"job_cron_time":"@daily","job_context":{"dialect":"quarz"}})", R"(["job_context.dialect"])"},
        {R"({"job_cron_time":"@daily","job_type":"x"})", R"(["job_type"])"},
        {R"({"job_cron_time":"@daily","count":0,"from":"now"})", R"(["count","from"])"},
        {R"({"job_cron_time":"@daily","count":1001})", R"(["count"])"},
        {R"({"job_cron_time":"@daily","count":"3"})", R"(["count"])"},
        {R"({"job_cron_time":7})", R"(["job_cron_time"])"},
        {R"({"job_context":[]})", R"(["job_context"])"},
        {"", R"(["job_cron_time"])"},
        {R"({"job_type":"real-time"})", R"(["job_cron_time"])"},
    }));
    CAPTURE(body);
    const Reply reply = service.post("/preview", body);
    CHECK(reply.status() == 400);
    CHECK(reply.at("/detail/parameters") == bj::parse(parameters));
}

TEST_CASE("a body with a syntax error is refused with its position", "[management]") {
    Service service;
    const auto [body, reason] = GENERATE(table<std::string, std::string>({
        {R"({"job_cron_time":x})", "at byte 17"},
        {R"({"a":1} {})", "ends at byte"},
        {"[]", "must be a JSON object"},
        {std::string(10'000, '['), "at byte"},
    }));
    for (const char* target : {"/preview", "/scheduling/pause"}) {
        const Reply reply = service.post(target, body);
        CHECK(reply.status() == 400);
        const std::string said{reply.at("/detail/reasons/0/reason").as_string()};
        CHECK(said.find(reason) != std::string::npos);
    }
}

TEST_CASE("the next runs of a stored job are listed", "[management]") {
    Service service;
    const std::string id = service.given_job("a", "0 12 * * *");
    const Reply reply = service.get("/job/" + id + "/next?count=2");
    CHECK(reply.status() == 200);
    CHECK(reply.at("/job_id") == bj::value(id));
    CHECK(reply.at("/enabled") == true);
    CHECK(reply.at("/description/en") == "at 12:00 every day");
    CHECK(reply.at("/next") == bj::parse(R"(["2026-01-05T12:00:00Z","2026-01-06T12:00:00Z"])"));
    CHECK(service.get("/job/" + id + "/next").at("/next").as_array().size() == 10);
    CHECK(service.get("/job/" + id + "/next?count=5000").at("/next").as_array().size() == 1000);
    CHECK(service.get("/job/" + id + "/next?count=1&from=2030-01-01T00:00:00Z").at("/next/0") ==
          "2030-01-01T12:00:00Z");
    CHECK(service.get("/job/" + id + "/next?count=0").status() == 400);
    CHECK(service.get("/job/" + id + "/next?from=soon").cause() == "Illegal time ");
    CHECK(service.get("/job/nobody/next").status() == 404);
}

TEST_CASE("a job that runs only on request has no next runs, and an old expression keeps its runs",
          "[management]") {
    Service service;
    const std::string id = service.given_job("a");
    service.store.jobs.front().type = model::JobType::real_time;
    service.store.jobs.front().cron_time = "";
    CHECK(service.get("/job/" + id + "/next").text() ==
          R"({"job_id":")" + id + R"(","enabled":true,"next":[]})");
    service.store.jobs.front().type = model::JobType::scheduled;
    // Refused for new jobs, still valid in stored ones.
    service.store.jobs.front().cron_time = "*/70 * * * * ?";
    CHECK(service.get("/job/" + id + "/next?count=1").at("/next/0") == "2026-01-05T10:01:00Z");
}

TEST_CASE("scheduling is paused and resumed for the caller or for all", "[management]") {
    Service service;
    CHECK(service.get("/scheduling").text() == R"({"paused":false,"all":false,"tenant":false})");
    CHECK(service.post("/scheduling/pause", "").text() == R"({"paused":true,"all":false,"tenant":true})");
    CHECK(service.post("/scheduling/pause", R"({"all":true})").text() ==
          R"({"paused":true,"all":true,"tenant":true})");
    CHECK(service.post("/scheduling/resume", R"({"all":null})").text() ==
          R"({"paused":true,"all":true,"tenant":false})");
    CHECK(service.post("/scheduling/resume", R"({"all":true})").text() ==
          R"({"paused":false,"all":false,"tenant":false})");
    CHECK(service.runs.heard ==
          std::vector<std::string>{"paused me", "paused all", "resumed me", "resumed all"});
    const Reply bad = service.post("/scheduling/pause", R"({"all":"yes"})");
    CHECK(bad.status() == 400);
    CHECK(bad.at("/detail/parameters") == bj::parse(R"(["all"])"));
}
