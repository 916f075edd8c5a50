#include "management/guarded.hpp"

using namespace ecron;
using namespace ecron::management;
using namespace ecron::management::test;

namespace {

using Names = std::vector<std::string>;

const std::vector<http::Header> kPrefer{{"Prefer", "respond-async, Return=Representation"}};

Reply ask_if_match(Service& service, Method method, const std::string& target, std::string body,
                   const std::string& revision) {
    return service.ask(method, target, std::move(body), {{"If-Match", revision}});
}

}  // namespace

TEST_CASE("one job is returned by its id as an object with its revision", "[management]") {
    Service service;
    const std::string id = service.given_job("a");
    const Reply found = service.get("/job/" + id);
    CHECK(found.status() == 200);
    CHECK(found.field("ETag") == R"("1")");
    CHECK(found.json() == service.get("/job?job_id=" + id).at("/0"));
    CHECK(service.get("/job/unknown").status() == 404);
    CHECK(service.get("/job/" + id + "," + id).status() == 404);
    service.store.away = true;
    CHECK(service.get("/job/" + id).status() == 503);
}

TEST_CASE("a job that still has a known revision is answered 304", "[management]") {
    Service service;
    const std::string id = service.given_job("a");
    const auto status_for = [&](const std::string& known) {
        const Reply reply = service.ask(Method::get, "/job/" + id, {}, {{"If-None-Match", known}});
        CHECK(reply.field("ETag") == R"("1")");
        CHECK(reply.text().empty() == (reply.status() == 304));
        return reply.status();
    };
    CHECK(status_for(R"("1")") == 304);
    CHECK(status_for(R"("7", W/"1")") == 304);
    CHECK(status_for("*") == 304);
    CHECK(status_for(R"("2")") == 200);
    CHECK(status_for("1") == 200);
}

TEST_CASE("a created job has a Location, which leads to it", "[management]") {
    Service service;
    const Reply created = service.post("/job", job_text("a"));
    CHECK(created.field("Location") == kPrefix + "/job/" + created.at("/job_id").as_string().c_str());
    CHECK(service.get(created.field("Location")).at("/job_name") == "a");
}

TEST_CASE("writes return the changed jobs if the client prefers that", "[management]") {
    Service service;
    const Reply created = service.ask(Method::post, "/job", job_text("a"), kPrefer);
    CHECK(created.status() == 201);
    CHECK(created.field("Preference-Applied") == "return=representation");
    const std::string id{created.at("/job_id").as_string()};
    CHECK(created.json() == service.get("/job/" + id).json());

    const Reply replaced = service.ask(Method::put, "/job/" + id, job_text("b"), kPrefer);
    CHECK(replaced.json() == service.get("/job/" + id).json());
    const Reply disabled = service.ask(Method::put, "/job/" + id + "/enable", R"({"enable":false})", kPrefer);
    CHECK(disabled.at("/0/enabled") == false);
    CHECK(disabled.field("Preference-Applied") == "return=representation");
    const Reply notified =
        service.ask(Method::put, "/job/" + id + "/notify", R"({"webhook":"http://h/"})", kPrefer);
    CHECK(notified.at("/0/job_context/notify/webhook") == "http://h/");

    const Reply plain = service.ask(Method::put, "/job/" + id, job_text("c"), {{"Prefer", "return=minimal"}});
    CHECK(plain.text().empty());
    CHECK(plain.field("Preference-Applied").empty());
}

TEST_CASE("a merge patch changes the members that it names", "[management]") {
    Service service;
    const std::string id = service.given_job("a");
    service.put("/job/" + id, job_text("a", "0 0 * * *",
                                       R"(,"info":{"params":{"z":"1","a":"2"},"body":{"n":1.50,"old":true}},)"
                                       R"("timezone":"Asia/Shanghai")"));
    service.runs.heard.clear();
    service.clock.advance(std::chrono::hours{1});
    const Reply reply = service.patch(
        "/job/" + id,
        R"({"remarks":"r","job_id":"x","job_context":{"timezone":null,"info":{"body":{"old":null,"new":7}}}})");
    REQUIRE(reply.status() == 200);
    CHECK(reply.field("ETag") == R"("3")");
    CHECK(reply.at("/job_id") == id.c_str());
    CHECK(reply.at("/remarks") == "r");
    CHECK(reply.at("/job_cron_time") == "0 0 * * *");
    CHECK(reply.at("/created_at") == "2026-01-05T10:00:00Z");
    CHECK(reply.at("/updated_at") == "2026-01-05T11:00:00Z");
    CHECK_THAT(reply.text(), Catch::Contains(R"("params":{"z":"1","a":"2"})"));
    CHECK_THAT(reply.text(), Catch::Contains(R"("body":{"n":1.5,"new":7})"));
    CHECK_FALSE(reply.at("/job_context").as_object().contains("timezone"));
    CHECK(service.runs.heard == Names{"changed a"});
    CHECK(reply.json() == service.get("/job/" + id).json());
}

TEST_CASE("a patched job is checked like one that replaces it", "[management]") {
    Service service;
    const std::string id = service.given_job("a");
    service.given_job("taken");
    const auto [patch, field] = GENERATE(table<std::string, std::string>({
        {R"({"job_cron_time":"0 25 * * *"})", "job_cron_time"},
        {R"({"job_name":null})", "job_name"},
        {R"({"enabled":"yes"})", "enabled"},
        {R"({"job_context":{"mode":"carrier pigeon"}})", "mode"},
        {R"({"job_context":{"timezone":"Mars/Base"}})", "job_context.timezone"},
    }));
    CAPTURE(patch);
    const Reply reply = service.patch("/job/" + id, patch);
    CHECK(reply.status() == 400);
    CHECK(reply.at("/detail/reasons/0/field") == field.c_str());
    CHECK(service.get("/job/" + id).field("ETag") == R"("1")");
    CHECK(service.patch("/job/" + id, R"({"job_name":"taken"})").status() == 409);
}

TEST_CASE("a patch must be a JSON object", "[management]") {
    Service service;
    const std::string id = service.given_job("a");
    for (const char* body : {"", "{", "[]", "null", "7", R"({"a":})", "{\"job_name\":\"\xff\"}"}) {
        CAPTURE(body);
        const Reply reply = service.patch("/job/" + id, body);
        CHECK(reply.status() == 400);
        CHECK_FALSE(reply.at("/detail/reasons").as_array().empty());
    }
    CHECK(service.patch("/job/" + id, std::string(10'000, '[') + std::string(10'000, ']')).status() == 400);
    CHECK(service.patch("/job/unknown", "{}").status() == 404);
}

TEST_CASE("a patch that changes nothing is neither written nor audited", "[management]") {
    AsTenant service;
    const std::string id = service.job_of("me", "a");
    const std::size_t entries = service.store.audited.entries.size();
    service.runs.heard.clear();
    for (const char* body : {"{}", R"({"enabled":true,"job_context":{"info":{"method":"POST"}}})"}) {
        const Reply reply = service.patch("/job/" + id, body);
        CHECK(reply.status() == 200);
        CHECK(reply.field("ETag") == R"("1")");
        CHECK(reply.at("/job_name") == "a");
    }
    CHECK(service.runs.heard.empty());
    CHECK(service.store.audited.entries.size() == entries);
    CHECK(service.patch("/job/" + id, R"({"remarks":"new"})").status() == 200);
    CHECK(service.store.audited.entries.size() == entries + 1);
}

TEST_CASE("a patch honours If-Match, and without it applies to the newest version", "[management]") {
    Service service;
    const std::string id = service.given_job("a");
    CHECK(ask_if_match(service, Method::patch, "/job/" + id, R"({"remarks":"x"})", R"("1")").status() == 200);
    const Reply late = ask_if_match(service, Method::patch, "/job/" + id, R"({"remarks":"y"})", R"("1")");
    CHECK(late.status() == 412);
    CHECK(late.detail() == bj::parse(R"({"conflicts":["revision"]})"));
    CHECK(ask_if_match(service, Method::patch, "/job/" + id, R"({"remarks":"z"})", "*").status() == 200);

    service.store.races = 2;  // two other changes come first
    const Reply repeated = service.patch("/job/" + id, R"({"enabled":false})");
    CHECK(repeated.status() == 200);
    CHECK(repeated.at("/remarks") == "changed by a race");
    CHECK(repeated.at("/enabled") == false);
    service.store.races = 1;
    const std::string revision = service.get("/job/" + id).field("ETag");
    CHECK(ask_if_match(service, Method::patch, "/job/" + id, R"({"enabled":true})", revision).status() ==
          412);
    service.store.races = 1'000;
    CHECK(service.patch("/job/" + id, R"({"enabled":true})").status() == 412);
}

TEST_CASE("a job is created or replaced by its name", "[management]") {
    Service service;
    const Reply created = service.put("/job/by-name/nightly%20%2F%20%E4%BB%BB", job_text("nightly / 任"));
    CHECK(created.status() == 201);
    CHECK(created.field("ETag") == R"("1")");
    const std::string id{created.at("/job_id").as_string()};
    CHECK(created.field("Location") == kPrefix + "/job/" + id);
    CHECK(service.get("/job/" + id).json() == created.json());

    service.clock.advance(std::chrono::hours{1});
    std::string unnamed = job_text("x", "@hourly");
    unnamed.erase(1, std::string_view{R"("job_name":"x",)"}.size());
    const Reply replaced = service.put("/job/by-name/nightly%20%2F%20%E4%BB%BB", unnamed);
    CHECK(replaced.status() == 200);
    CHECK(replaced.field("ETag") == R"("2")");
    CHECK(replaced.field("Location").empty());
    CHECK(replaced.at("/job_id") == id.c_str());
    CHECK(replaced.at("/job_cron_time") == "@hourly");
    CHECK(replaced.at("/created_at") == "2026-01-05T10:00:00Z");
}

TEST_CASE("an equal job by name keeps its revision and is neither written nor audited", "[management]") {
    AsTenant service;
    CHECK(service.put("/job/by-name/a", job_text("a")).status() == 201);
    const std::size_t entries = service.store.audited.entries.size();
    service.runs.heard.clear();
    service.clock.advance(std::chrono::hours{1});
    const Reply again = service.put("/job/by-name/a", job_text("a"));
    CHECK(again.status() == 200);
    CHECK(again.field("ETag") == R"("1")");
    CHECK(again.at("/updated_at") == "2026-01-05T10:00:00Z");
    CHECK(service.runs.heard.empty());
    CHECK(service.store.audited.entries.size() == entries);
}

TEST_CASE("bad input for a job by name is refused with the reason", "[management]") {
    Service service;
    const Reply other = service.put("/job/by-name/a", job_text("b"));
    CHECK(other.status() == 400);
    CHECK(other.at("/detail/parameters/0") == "job_name");
    CHECK(other.at("/detail/reasons/0/reason") == "must be absent or the name in the path");
    for (const char* body : {"", "[]", "{", R"({"job_name":7})", "{}"}) {
        CAPTURE(body);
        CHECK(service.put("/job/by-name/a", body).status() == 400);
    }
    CHECK(service.put("/job/by-name/" + std::string(65, 'x'), job_text(std::string(65, 'x'))).status() ==
          400);
    CHECK(service.put("/job/by-name/a%00", "{}").status() == 400);
    CHECK(service.get("/job/by-name/a").status() == 405);
    CHECK(service.store.jobs.empty());
}

TEST_CASE("If-Match applies to a job by name, and refuses to create one", "[management]") {
    Service service;
    CHECK(ask_if_match(service, Method::put, "/job/by-name/a", job_text("a"), R"("1")").status() == 412);
    CHECK(ask_if_match(service, Method::put, "/job/by-name/a", job_text("a"), "*").status() == 412);
    CHECK(service.put("/job/by-name/a", job_text("a")).status() == 201);
    const std::string target = "/job/by-name/a";
    CHECK(ask_if_match(service, Method::put, target, job_text("a", "@daily"), R"("1")").status() == 200);
    CHECK(ask_if_match(service, Method::put, target, job_text("a", "@hourly"), R"("1")").status() == 412);
}

TEST_CASE("If-None-Match keeps a job of that name from being replaced", "[management]") {
    Service service;
    const auto put = [&](const std::string& cron) {
        return service.ask(Method::put, "/job/by-name/a", job_text("a", cron), {{"If-None-Match", "*"}})
            .status();
    };
    CHECK(put("@daily") == 201);
    CHECK(put("@hourly") == 412);
    CHECK(service.store.jobs.front().cron_time == "@daily");
}

TEST_CASE("a job that another client creates first is replaced by name", "[management]") {
    Service service;
    service.store.names_appear = 1;
    const Reply reply = service.put("/job/by-name/a", job_text("a", "@hourly"));
    CHECK(reply.status() == 200);
    CHECK(reply.at("/job_cron_time") == "@hourly");
    CHECK(service.store.jobs.size() == 1);
}

TEST_CASE("a name means the caller's job, and is ambiguous for one who sees several", "[management]") {
    Guarded service;
    const std::string mine = service.job_of("me", "a");
    const std::string yours = service.job_of("you", "a");
    const Reply own = service.as("you", Method::put, "/job/by-name/a", job_text("a", "@hourly"));
    CHECK(own.at("/job_id") == yours.c_str());
    const Reply both = service.as("boss", Method::put, "/job/by-name/a?tenant=*", job_text("a"));
    CHECK(both.status() == 409);
    CHECK(both.at("/detail/conflicts/0") == "job_name");
    CHECK_THAT(both.text(), Catch::Contains(mine) && Catch::Contains(yours));
    CHECK(service.as("boss", Method::put, "/job/by-name/a?tenant=me", job_text("a", "@hourly")).status() ==
          200);
    CHECK(service.as("boss", Method::put, "/job/by-name/a", job_text("a")).status() == 201);  // its own
}

TEST_CASE("only the owner and an administrator patch a job, with the permission to write", "[management]") {
    Guarded service;
    const std::string id = service.job_of("me", "a");
    service.given_token("reader", "me", "ecron.read");
    CHECK(service.as("you", Method::patch, "/job/" + id, "{}").status() == 404);
    CHECK(service.as("you", Method::get, "/job/" + id).status() == 404);
    CHECK(service.as("reader", Method::patch, "/job/" + id, "{}").status() == 403);
    CHECK(service.as("reader", Method::put, "/job/by-name/a", job_text("a")).status() == 403);
    CHECK(service.as("reader", Method::get, "/job/" + id).status() == 200);
    CHECK(service.as("boss", Method::patch, "/job/" + id + "?tenant=me", "{}").status() == 200);
    const std::string command = R"({"job_context":{"mode":"exe","exec":"/bin/true"}})";
    const Reply refused = service.as("me", Method::patch, "/job/" + id, command);
    CHECK(refused.status() == 403);
    CHECK(refused.at("/detail/parameters/0") == "ecron.command");
}

TEST_CASE("unknown parameters are ignored and named in a warning", "[management]") {
    Service service;
    const std::string id = service.given_job("a");
    const Reply reply = service.get("/job?limt=5&job_typ=x&limt=6&limit=10");
    CHECK(reply.status() == 200);
    Names warnings;
    for (const http::Header& header : reply.response.headers)
        if (header.name == "X-Ecron-Warning") warnings.push_back(header.value);
    CHECK(warnings == Names{"parameter limt is not known to this route and was ignored",
                            "parameter job_typ is not known to this route and was ignored"});
    CHECK(service.get("/job?limit=10&tenant=me&strict=1").field("X-Ecron-Warning").empty());
    CHECK(service.get("/job?%6Cimit=10").field("X-Ecron-Warning").empty());
    CHECK(service.get("/job/" + id + "?%E4%BB%BB=1")
              .field("X-Ecron-Warning")
              .starts_with("parameter %E4%BB%BB"));
    CHECK(service.get("/job/" + id + "?Prefer=x").field("X-Ecron-Warning").starts_with("parameter Prefer"));
    CHECK(service.put("/job/" + id + "?dry=1", job_text("a"))
              .field("X-Ecron-Warning")
              .starts_with("parameter dry"));
    CHECK(service.get("/health/alive?x=1").field("X-Ecron-Warning").empty());
    CHECK(service.get("/metrics?x=1").field("X-Ecron-Warning").empty());

    std::string many = "/job?";
    for (int i = 0; i < 1'000; ++i) many += "x" + std::to_string(i) + std::string(100, 'y') + "=1&";
    CHECK(service.get(many).response.headers.size() == 11);
}

TEST_CASE("a repeated parameter of one value and a limit above the maximum are named in a warning",
          "[management]") {
    Service service;
    const std::string id = service.given_job("a"), other = service.given_job("b");
    const auto warnings = [&](const std::string& path) {
        const Reply reply = service.get(path);
        CHECK(reply.status() == 200);
        Names found;
        for (const http::Header& header : reply.response.headers)
            if (header.name == "X-Ecron-Warning") found.push_back(header.value);
        return found;
    };
    const auto repeated = [](const std::string& name) {
        return Names{"parameter " + name + " is given more than once: only the first value counts"};
    };
    CHECK(warnings("/job?name=a&n%61me=b&name=c") == repeated("name"));
    CHECK(warnings("/job?tenant=me&tenant=me") == repeated("tenant"));
    CHECK(warnings("/job?job_id=" + id + "&job_id=" + other).empty());
    CHECK(warnings("/job?label=a:b&label=c:d").empty());
    CHECK(warnings("/missed?job_id=" + id + "&job_id=" + other) == repeated("job_id"));
    const auto above = [](const std::string& name) {
        return Names{"parameter " + name + " is above the maximum, 1000, which is used instead"};
    };
    CHECK(warnings("/job?limit=1000").empty());
    CHECK(warnings("/job?limit=1001") == above("limit"));
    CHECK(warnings("/job/" + id + "/next?count=1001") == above("count"));

    const Reply refused = service.get("/job?strict=1&name=a&name=b");
    CHECK(refused.status() == 400);
    CHECK(refused.detail().at("parameters") == bj::parse(R"(["name"])"));
    CHECK(refused.at("/detail/reasons/0/reason") ==
          "is given more than once, and only one value is possible");
    CHECK(service.get("/job?strict=1&limit=1001").status() == 200);
}

TEST_CASE("strict requests are refused if they have unknown parameters", "[management]") {
    Service service;
    const Reply reply = service.get("/job?limt=5&strict=1&page=1");
    CHECK(reply.status() == 400);
    CHECK(reply.detail().at("parameters") == bj::parse(R"(["limt"])"));
    CHECK_THAT(
        reply.at("/detail/reasons/0/reason").as_string().c_str(),
        Catch::StartsWith("is not a parameter of this route, which has these: job_id, page, limit, ") &&
            Catch::EndsWith(", tenant, strict"));
    CHECK(service.post("/job?strict=1&dry=1", job_text("a")).status() == 400);
    CHECK(service.store.jobs.empty());
    CHECK(service.get("/job?limt=5&strict=0").status() == 200);
    CHECK(service.get("/job?limt=5&strict=").status() == 200);
    CHECK(service.get("/job?strict=yes").at("/detail/parameters/0") == "strict");
    CHECK(service.get("/job?strict=1&\xff=1").status() == 400);
}

TEST_CASE("enabling with the member of a job instead of enable is refused", "[management]") {
    Service service;
    const std::string id = service.given_job("a");
    for (const char* body :
         {R"({"enabled":true})", R"({"enabled":false})", R"({"enabled":true,"enable":null})"}) {
        CAPTURE(body);
        const Reply reply = service.put("/job/" + id + "/enable", body);
        CHECK(reply.status() == 400);
        CHECK(reply.at("/detail/reasons/0/field") == "enable");
        CHECK_THAT(reply.at("/detail/reasons/0/reason").as_string().c_str(),
                   Catch::Contains("is called enable"));
    }
    CHECK(service.get("/job/" + id).at("/enabled") == true);
    CHECK(service.put("/job/" + id + "/enable", R"({"enable":true,"enabled":false})").status() == 200);
    CHECK(service.put("/job/" + id + "/enable", "{}").status() == 200);
}

TEST_CASE("a job that is created disabled says so", "[management]") {
    Service service;
    const std::string disabled = R"({"job_name":"a","job_type":"scheduled","job_cron_time":"@daily",)"
                                 R"("job_context":{"mode":"http","exec":"http://h/"}})";
    const Reply created = service.post("/job", disabled);
    CHECK(created.status() == 201);
    CHECK(created.at("/warnings/0") ==
          "the job is disabled, because enabled is false or absent: it does not run until it is enabled");
    const std::string id{created.at("/job_id").as_string()};
    CHECK(service.put("/job/" + id, disabled).field("X-Ecron-Warning").empty());
    std::string other = disabled;
    other.replace(other.find("\"a\""), 3, "\"b\"");
    CHECK(service.put("/job/by-name/b", other).field("X-Ecron-Warning").starts_with("the job is disabled"));
    CHECK(service.post("/job", job_text("c")).at("/warnings").as_array().empty());
}

TEST_CASE("a shell for a job that is no command is a warning", "[management]") {
    Service service;
    service.options.commands_enabled = service.options.shells_enabled = true;
    const auto warned = [&](const std::string& name, const std::string& context) {
        const Reply created =
            service.post("/job", R"({"job_name":")" + name +
                                     R"(","job_type":"scheduled","job_cron_time":"@daily","enabled":true,)" +
                                     R"("job_context":{)" + context + "}}");
        CHECK(created.status() == 201);
        return bj::serialize(created.at("/warnings")).contains("info.shell has no effect");
    };
    CHECK(warned("a", R"("mode":"http","exec":"http://h/","info":{"shell":true})"));
    CHECK(warned("b", R"("mode":"exe","info":{"shell":true,"kubernetes":{"image":"i"}})"));
    CHECK_FALSE(warned("c", R"("mode":"exe","exec":"true | true","info":{"shell":true})"));
    CHECK_FALSE(warned("d", R"("mode":"http","exec":"http://h/","info":{"shell":false})"));
}

TEST_CASE("a job whose mode this node refuses is created with a warning", "[management]") {
    Service service;
    service.options.commands_enabled = false;
    const auto job = [](const std::string& name, const std::string& context) {
        return R"({"job_name":")" + name +
               R"(","job_type":"scheduled","job_cron_time":"@daily","enabled":true,"job_context":{"mode":"exe",)" +
               context + "}}";
    };
    const std::string command = job("a", R"("exec":"/bin/true")");
    const std::string own = job("b", R"("info":{"kubernetes":{"image":"i"}})");
    const std::string proxied = job("c", R"("info":{"kubernetes":{"image":"i","addr":"proxy"}})");
    const Reply created = service.post("/job", command);
    CHECK(created.status() == 201);
    CHECK_THAT(created.at("/warnings/0").as_string().c_str(), Catch::Contains("command_enabled"));
    const std::string id{created.at("/job_id").as_string()};
    CHECK_THAT(service.put("/job/" + id, command).field("X-Ecron-Warning"),
               Catch::Contains("command_enabled"));
    CHECK_THAT(service.put("/job/" + id + "/enable", R"({"enable":true})").field("X-Ecron-Warning"),
               Catch::Contains("command_enabled"));
    CHECK(service.put("/job/" + id + "/enable", R"({"enable":false})").field("X-Ecron-Warning").empty());
    CHECK_THAT(service.post("/jobexecution", command).field("X-Ecron-Warning"),
               Catch::Contains("command_enabled"));
    CHECK_THAT(service.post("/job", own).at("/warnings/0").as_string().c_str(),
               Catch::Contains("kubernetes_enabled"));
    CHECK(service.post("/job", proxied).at("/warnings").as_array().empty());

    service.options.commands_enabled = true;
    service.options.shells_enabled = false;
    service.restart();
    CHECK(service.put("/job/" + id, command).field("X-Ecron-Warning").empty());
    CHECK_THAT(service.put("/job/" + id, job("a", R"("exec":"true | true","info":{"shell":true})"))
                   .field("X-Ecron-Warning"),
               Catch::Contains("command_shell"));
    CHECK_THAT(service.put("/job/" + id, job("a", R"("exec":"true | true")")).field("X-Ecron-Warning"),
               Catch::Contains("exec contains a pipe") && Catch::Contains("/bin/sh -c 'true | true'"));
}
