#include "management/guarded.hpp"

using namespace ecron;
using namespace ecron::management;
using namespace ecron::management::test;

namespace {

std::vector<std::string> names_in(const Reply& reply) {
    std::vector<std::string> names;
    for (const bj::value& job : reply.json().as_array()) names.emplace_back(job.at("job_name").as_string());
    return names;
}

void given_jobs(Service& service, int count) {
    for (int i = 1; i <= count; ++i) service.given_job(std::to_string(i));
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("a created job is stored and planned, and its schedule is returned in words", "[management]") {
    Service service;
    const Reply reply = service.post("/job", job_text("backup", "*/5 * * * * *"));
    CHECK(reply.status() == 201);
    const std::string id{reply.at("/job_id").as_string()};
    CHECK(id.size() == 36);
    CHECK(reply.at("/description/en") == "every 5 seconds");
    CHECK(reply.at("/timezone") == "UTC");
    CHECK(reply.at("/next") ==
          bj::parse(R"(["2026-01-05T10:00:05Z","2026-01-05T10:00:10Z","2026-01-05T10:00:15Z"])"));
    CHECK(reply.field("ETag") == R"("1")");
    CHECK(service.runs.heard == Names{"changed backup"});

    const Reply stored = service.get("/job?job_id=" + id);
    CHECK(stored.status() == 200);
    CHECK(stored.field("ETag") == R"("1")");
    CHECK(stored.at("/0/job_name") == "backup");
    CHECK(stored.at("/0/tenant_id") == "me");
    CHECK(stored.at("/0/created_at") == "2026-01-05T10:00:00Z");
    CHECK(stored.at("/0/updated_at") == "2026-01-05T10:00:00Z");
    CHECK(stored.at("/0/job_context/info/body").is_null());
}

TEST_CASE("the server sets id, tenant and times of a job, regardless of the request", "[management]") {
    Service service;
    std::string text = job_text("a");
    text.insert(1, R"("job_id":"mine","tenant_id":"other","created_at":"2001-01-01T00:00:00Z",)");
    const Reply reply = service.post("/job", text);
    CHECK(reply.at("/job_id") != "mine");
    CHECK(service.store.jobs.front().tenant == TenantId{"me"});
    CHECK(service.store.jobs.front().created_at == service.clock.now());
}

TEST_CASE("any text is a valid name, and names are unique", "[management]") {
    Service service;
    for (const std::string name :
         {"it's \"quoted\" -- or 1=1; drop table t_cron_job", "任务 😀", "a,b/c?d&e=f#g %41"}) {
        CHECK(service.post("/job", job_text(name)).status() == 201);
        const Reply again = service.post("/job", job_text(name));
        CHECK(again.status() == 409);
        CHECK(again.cause() == "Job name already exists");
        CHECK(again.detail() == bj::parse(R"({"conflicts":["job_name"]})"));
    }
    CHECK(names_in(service.get("/job")) ==
          Names{"a,b/c?d&e=f#g %41", "任务 😀", "it's \"quoted\" -- or 1=1; drop table t_cron_job"});
}

TEST_CASE("the first failing check determines the cause, all others are listed in detail", "[management]") {
    Service service;
    const auto [text, cause, parameters] = GENERATE(table<std::string, std::string, std::string>({
        {R"({"job_type":"x","job_cron_time":"x","job_context":{"mode":"x","begin_at":"x"}})",
         "Job name is empty", R"(["job_name","begin_at","mode","job_cron_time","job_type"])"},
        {R"({"job_name":"a","job_type":"x","job_cron_time":"x","job_context":{"mode":"x","begin_at":"x"}})",
         "Illegal time ", R"(["begin_at","mode","job_cron_time","job_type"])"},
        {R"({"job_name":"a","job_type":"x","job_cron_time":"x","job_context":{"mode":"x"}})",
         "Unsupported execution mode", R"(["mode","job_cron_time","job_type"])"},
        {R"({"job_name":"a","job_type":"x","job_cron_time":"x","job_context":{"mode":"http","exec":"http://h"}})",
         "Cron time error", R"(["job_cron_time","job_type"])"},
        {R"({"job_name":"a","job_type":"x","job_cron_time":"@daily","job_context":{"mode":"http","exec":"http://h"}})",
         "Illegal job type", R"(["job_type"])"},
    }));
    CAPTURE(text);
    const Reply reply = service.post("/job", text);
    CHECK(reply.status() == 400);
    CHECK(reply.cause() == cause);
    CHECK(reply.at("/detail/parameters") == bj::parse(parameters));
    CHECK(service.store.jobs.empty());
}

TEST_CASE("a body that is not a job is refused with the position of the error", "[management]") {
    Service service;
    for (const char* body : {"", "{", "[]", "null", "7", R"({"job_name":})", "{\"job_name\":\"\xff\"}"}) {
        CAPTURE(body);
        const Reply reply = service.post("/job", body);
        CHECK(reply.status() == 400);
        CHECK_FALSE(reply.at("/detail/reasons").as_array().empty());
    }
    const Reply deep = service.post("/job", std::string(10'000, '[') + std::string(10'000, ']'));
    CHECK(deep.status() == 400);
}

TEST_CASE("a job is replaced except its id, tenant and creation time", "[management]") {
    Service service;
    const std::string id = service.given_job("a");
    service.clock.advance(std::chrono::hours{1});
    const Reply reply = service.put("/job/" + id, job_text("b", "@hourly"));
    CHECK(reply.status() == 200);
    CHECK(reply.text().empty());
    CHECK(reply.field("ETag") == R"("2")");
    const Reply stored = service.get("/job?job_id=" + id);
    CHECK(stored.at("/0/job_name") == "b");
    CHECK(stored.at("/0/created_at") == "2026-01-05T10:00:00Z");
    CHECK(stored.at("/0/updated_at") == "2026-01-05T11:00:00Z");
    CHECK(service.runs.heard == Names{"changed a", "changed b"});
}

TEST_CASE("likely mistakes in a job are warned about in the body or, without a body, in a header field",
          "[management]") {
    Service service;
    const std::string odd = R"({"job_name":"a","job_type":"scheduled","job_cron_time":"0 0 * * *",)"
                            R"("job_context":{"mode":"http","exec":"http://h/","info":{"method":"FOO"}}})";
    const std::string warning =
        R"(info.method "FOO" is not known: POST is sent (known are GET, HEAD, POST, PUT, PATCH, DELETE))";
    const Reply created = service.post("/job", odd);
    REQUIRE(created.status() == 201);
    CHECK(created.at("/warnings/0").as_string() == warning);
    CHECK(created.field("X-Ecron-Warning").empty());
    const std::string id{created.at("/job_id").as_string()};
    const Reply replaced = service.put("/job/" + id, odd);
    CHECK(replaced.status() == 200);
    CHECK(replaced.text().empty());
    CHECK(replaced.field("X-Ecron-Warning") == warning);
    CHECK(service.put("/job/" + id, job_text("a")).field("X-Ecron-Warning").empty());
    CHECK(service.post("/jobexecution", odd).field("X-Ecron-Warning") == warning);
}

TEST_CASE("a PUT of an unknown job answers 404 between the checks that clients rely on", "[management]") {
    Service service;
    CHECK(service.put("/job/nobody", job_text("a")).status() == 404);
    CHECK(service.put("/job/nobody", R"({"job_name":""})").status() == 400);
    const std::string bad_type = R"({"job_name":"a","job_type":"x","job_cron_time":"@daily",)"
                                 R"("job_context":{"mode":"http","exec":"http://h"}})";
    CHECK(service.put("/job/nobody", bad_type).status() == 404);
    const std::string id = service.given_job("b");
    CHECK(service.put("/job/" + id, bad_type).cause() == "Illegal job type");
    CHECK(service.put("/job/" + id + ",x", job_text("a")).status() == 404);  // a single id, not a list
    service.given_job("taken");
    CHECK(service.put("/job/" + id, job_text("taken")).status() == 409);
    CHECK(service.put("/job/" + id, job_text("b")).status() == 200);  // its own name
}

TEST_CASE("If-Match permits replacing only the revision that was read", "[management]") {
    Service service;
    const std::string id = service.given_job("a");
    const auto put = [&](const std::string& condition) {
        return service.ask(Method::put, "/job/" + id, job_text("a"), {{"If-Match", condition}});
    };
    const Reply stale = put(R"("7")");
    CHECK(stale.status() == 412);
    CHECK(stale.detail() == bj::parse(R"({"conflicts":["revision"]})"));
    CHECK(put(R"(W/"1")").status() == 412);
    CHECK(put("1").status() == 412);
    CHECK(put(R"("1")").status() == 200);
    CHECK(put(R"("1")").status() == 412);
    CHECK(put(R"("1", "2")").status() == 200);
    CHECK(put("*").status() == 200);
    CHECK(service.ask(Method::put, "/job/nobody", job_text("a"), {{"If-Match", "*"}}).status() == 404);
}

TEST_CASE("a timed job of the previous service keeps repeating when it is replaced", "[management]") {
    Service service;
    const std::string timed = R"({"job_name":"a","job_type":"timed","job_cron_time":"0 0 * * *",)"
                              R"("job_context":{"mode":"http","exec":"http://h")";
    const auto repeats = [&](const std::string& id) {
        return service.get("/job?job_id=" + id).at("/0/job_context").as_object().contains("repeats");
    };
    const std::string ours{service.post("/job", timed + "}}").at("/job_id").as_string()};
    service.put("/job/" + ours, timed + "}}");
    CHECK_FALSE(repeats(ours));
    model::Context old = *model::read_context(service.store.jobs.front().context);
    old.plan.repeats = true;
    service.store.jobs.front().context = model::write_context(old);
    service.put("/job/" + ours, timed + "}}");
    CHECK(repeats(ours));
    service.put("/job/" + ours, job_text("a"));
    CHECK_FALSE(repeats(ours));  // now a scheduled one
}

TEST_CASE("unknown ids and those of other tenants are not an error when deleting", "[management]") {
    AsTenant service;
    const std::string one = service.given_job("one");
    const std::string two = service.given_job("two");
    service.given_job("three");
    service.store.jobs.back().tenant = TenantId{"other"};
    const std::string foreign = service.store.jobs.back().id.value();
    service.runs.heard.clear();
    const Reply reply = service.remove("/job/" + one + ",nobody,," + two + "," + foreign + "," + one);
    CHECK(reply.status() == 200);
    CHECK(reply.text().empty());
    CHECK(service.store.jobs.size() == 1);
    CHECK(service.runs.heard == Names{"deleted one by me", "deleted two by me"});
    CHECK(service.remove("/job/" + one).status() == 200);
}

TEST_CASE("jobs are enabled all or none", "[management]") {
    Service service;
    const std::string one = service.given_job("one");
    const std::string two = service.given_job("two");
    const auto enabled = [&] { return service.store.jobs.front().enabled; };
    CHECK(service.put("/job/" + one + "," + two + "/enable", "{}").status() == 200);  // missing means false
    CHECK_FALSE(enabled());
    CHECK(service.put("/job/" + one + ",nobody/enable", R"({"enable":true})").status() == 404);
    CHECK(service.put("/job/" + one + ",/enable", R"({"enable":true})").status() == 404);
    CHECK_FALSE(enabled());
    CHECK(service.put("/job/" + one + "/enable", R"({"enable":"yes"})").status() == 400);
    CHECK(service.put("/job/" + one + "," + one + "/enable", R"({"enable":true})").status() == 200);
    CHECK(enabled());
    CHECK(service.runs.heard.back() == "changed one");
}

TEST_CASE("a webhook is set for all or none, and removed by an empty text", "[management]") {
    Service service;
    const std::string id = service.given_job("a");
    const auto webhook = [&] { return service.get("/job?job_id=" + id).at("/0/job_context/notify/webhook"); };
    const Reply set = service.put("/job/" + id + "/notify", R"({"webhook":"https://h/x"})");
    CHECK(set.text() == R"({"failed_job_id":[]})");
    CHECK(webhook() == "https://h/x");
    const Reply bad = service.put("/job/" + id + "/notify", R"({"webhook":"ftp://h"})");
    CHECK(bad.status() == 400);
    CHECK(bad.at("/detail/parameters") == bj::parse(R"(["webhook"])"));
    CHECK(service.put("/job/" + id + ",nobody/notify", R"({"webhook":""})").status() == 404);
    CHECK(webhook() == "https://h/x");
    CHECK(service.put("/job/" + id + "/notify", R"({"webhook":""})").status() == 200);
    CHECK(webhook() == "");
}

TEST_CASE("a webhook stored by the previous service may be set again, with a warning", "[management]") {
    Service service;
    const std::string id = service.given_job("a");
    const std::string other = service.given_job("b");
    model::Job& old = service.store.jobs.front();
    const std::string holder = old.id.value();
    auto context = model::read_context(old.context).value();
    context.webhook = "no-scheme/x";
    old.context = model::write_context(context);
    const Reply kept = service.put("/job/" + holder + "/notify", R"({"webhook":"no-scheme/x"})");
    CHECK(kept.status() == 200);
    CHECK(kept.field("X-Ecron-Warning").ends_with("; each job had this value before"));
    CHECK(service.put("/job/" + holder + "/notify", R"({"webhook":"no-scheme/y"})").status() == 400);
    CHECK(service.put("/job/" + id + "," + other + "/notify", R"({"webhook":"no-scheme/x"})").status() ==
          400);
    CHECK(service.put("/job/nobody/notify", R"({"webhook":"no-scheme/x"})").status() == 400);
}

TEST_CASE("with job_id all other parameters are ignored, and one unknown id fails the request",
          "[management]") {
    AsTenant service;
    const std::string one = service.given_job("one");
    const std::string two = service.given_job("two");
    CHECK(names_in(service.get("/job?job_id=" + one + "&job_id=" + two + "&job_id=" + one)) ==
          Names{"two", "one"});
    CHECK(names_in(service.get("/job?page=x&limit=-1&job_type=x&job_id=" + one)) == Names{"one"});
    for (const std::string& query :
         Names{"job_id=", "job_id=" + one + "&job_id=", "job_id=" + one + "," + two,
               "job_id=" + one + "&job_id=nobody", "job_id=" + std::string(500, 'x')}) {
        CAPTURE(query);
        CHECK(service.get("/job?" + query).status() == 404);
    }
    service.store.jobs.front().tenant = TenantId{"other"};
    CHECK(service.get("/job?job_id=" + one).status() == 404);
}

TEST_CASE("jobs are listed in pages, newest first", "[management]") {
    Service service;
    given_jobs(service, 25);
    CHECK(names_in(service.get("/job")).size() == 20);
    CHECK(names_in(service.get("/job?limit=3")) == Names{"25", "24", "23"});
    CHECK(names_in(service.get("/job?limit=3&page=2")) == Names{"22", "21", "20"});
    CHECK(names_in(service.get("/job?limit=3&limit=9&page=&foo=bar")) == Names{"25", "24", "23"});
    CHECK(names_in(service.get("/job?limit=20&page=2")).size() == 5);
    CHECK(service.get("/job?limit=0").text() == "[]");
    CHECK(service.get("/job?page=9").text() == "[]");
    for (const std::string query : {"page=0", "page=-1", "limit=-1", "limit=x", "page=1.5", "limit=1e3",
                                    "page=99999999999999", "page=99999999999999999999999"}) {
        CAPTURE(query);
        const Reply reply = service.get("/job?" + query);
        CHECK(reply.status() == 400);
        CHECK(reply.cause() == "Limit or page illegal");
    }
}

TEST_CASE("a cursor continues after the previous page, regardless of jobs added since", "[management]") {
    Service service;
    given_jobs(service, 5);
    const Reply first = service.get("/job?limit=2&job_type=scheduled&page=1");
    CHECK(names_in(first) == Names{"5", "4"});
    CHECK(first.field("X-Next-After") == "4");
    CHECK(first.field("Link") == "<" + kPrefix + "/job?limit=2&job_type=scheduled&after=4>; rel=\"next\"");
    service.given_job("new");
    const Reply second = service.get("/job?limit=2&after=" + first.field("X-Next-After"));
    CHECK(names_in(second) == Names{"3", "2"});
    const Reply last = service.get("/job?limit=2&after=" + second.field("X-Next-After"));
    CHECK(names_in(last) == Names{"1"});
    CHECK(last.field("X-Next-After").empty());
    CHECK(last.field("Link").empty());
    CHECK(service.get("/job?after=x").status() == 400);
}

TEST_CASE("the timestamp of jobtotal keeps pages stable while jobs are added", "[management]") {
    Service service;
    given_jobs(service, 3);
    const Reply total = service.get("/jobtotal");
    CHECK(total.text() == R"({"total":3,"timestamp":"2026-01-05T10:00:00Z"})");
    service.clock.advance(std::chrono::seconds{2});
    service.given_job("late");
    CHECK(names_in(service.get("/job?limit=2&timestamp=2026-01-05T10:00:00Z")) == Names{"3", "2"});
    CHECK(names_in(service.get("/job?limit=2&page=2&timestamp=2026-01-05T10:00:00Z")) == Names{"1"});
}

TEST_CASE("a long list is streamed, and its header contains the next cursor", "[management]") {
    Service service;
    for (int i = 1; i <= 130; ++i) service.post("/job", job_text(std::to_string(i)));
    const auto list = [&](const std::string& query) { return service.get("/job?" + query); };
    SECTION("in the middle") {
        const Reply first = list("limit=50");
        CHECK(first.response.stream);
        CHECK(names_in(first).size() == 50);
        CHECK(names_in(first).back() == "81");
        CHECK(first.field("X-Next-After") == "81");
        const Reply second = list("limit=50&after=81");
        CHECK(names_in(second).front() == "80");
        CHECK(names_in(second).back() == "31");
        const Reply third = list("limit=50&after=31");
        CHECK(names_in(third).size() == 30);
        CHECK(third.field("X-Next-After").empty());
    }
    SECTION("by pages") {
        CHECK(names_in(list("limit=50&page=2")).front() == "80");
        CHECK(names_in(list("limit=50&page=3")).size() == 30);
        CHECK(list("limit=50&page=4").text() == "[]");
    }
    SECTION("to the end") {
        const Reply all = list("limit=130");
        CHECK(names_in(all).size() == 130);
        CHECK(all.field("Link").empty());
        CHECK(names_in(list("limit=1000")).size() == 130);
        CHECK(list("limit=129").field("X-Next-After") == "2");
    }
}

TEST_CASE("jobs are counted between two creation times, both inclusive", "[management]") {
    Service service;
    service.given_job("a");
    service.clock.advance(std::chrono::seconds{10});
    service.given_job("b");
    const auto [query, total] = GENERATE(table<std::string, int>({
        {"", 2},
        {"begin_at=2026-01-05T10:00:00Z&end_at=2026-01-05T10:00:00Z", 1},
        {"begin_at=2026-01-05T10:00:01Z", 1},
        {"end_at=2026-01-05T10:00:10Z", 2},
        {"begin_at=2026-01-05T18:00:01%2B08:00&end_at=", 1},
        {"begin_at=2026-01-06T00:00:00Z", 0},
    }));
    CAPTURE(query);
    CHECK(service.get("/jobtotal?" + query).at("/total") == total);
}

TEST_CASE("times in queries are validated", "[management]") {
    Service service;
    const auto [query, cause, parameters] = GENERATE(table<std::string, std::string, std::string>({
        {"/jobtotal?begin_at=yesterday", "Illegal time ", R"(["begin_at"])"},
        {"/jobtotal?end_at=2026-01-05", "Illegal time ", R"(["end_at"])"},
        {"/jobtotal?begin_at=x&end_at=y", "Illegal time ", R"(["begin_at","end_at"])"},
        // + is decoded as a space.
        {"/jobtotal?begin_at=2026-01-05T10:00:00+08:00", "Illegal time ", R"(["begin_at"])"},
        {"/jobtotal?begin_at=2026-01-05T10:00:01Z&end_at=2026-01-05T10:00:00Z",
         "End time is earlier than start time", R"(["begin_at","end_at"])"},
        {"/job?timestamp=now", "Illegal time ", R"(["timestamp"])"},
        {"/job?job_type=Scheduled", "Illegal job type", R"(["job_type"])"},
        {"/job?job_type=%ff", "Invalid parameter", R"(["job_type"])"},
    }));
    CAPTURE(query);
    const Reply reply = service.get(query);
    CHECK(reply.status() == 400);
    CHECK(reply.cause() == cause);
    CHECK(reply.at("/detail/parameters") == bj::parse(parameters));
}

TEST_CASE("jobs are filtered by type, and cron means scheduled", "[management]") {
    Service service;
    service.given_job("a");
    CHECK(names_in(service.get("/job?job_type=scheduled")) == Names{"a"});
    CHECK(names_in(service.get("/job?job_type=cron")) == Names{"a"});
    CHECK(names_in(service.get("/job?job_type=timed")) == Names{});
    CHECK(names_in(service.get("/job?job_type=")) == Names{"a"});
}
