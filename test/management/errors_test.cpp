#include "management/service.hpp"

#include <fmt/format.h>

#include <fstream>
#include <iterator>

#include "ecron/management/error_reference.hpp"
#include "ecron/model/causes.hpp"
#include "management/http/responses.hpp"

using namespace ecron;
using namespace ecron::management;
using namespace ecron::management::test;

namespace {

/// The row of a cause with this status in docs/errors.md.
bool is_documented(std::string cause, unsigned status) {
    while (cause.ends_with(' ')) cause.pop_back();
    return error_reference().contains(fmt::format("| `{0}` | {1} | {1}009001 |", cause, status));
}

}  // namespace

TEST_CASE("docs/errors.md has every cause, with the status of its responses", "[management]") {
    std::ifstream file{"docs/errors.md"};
    const std::string page{std::istreambuf_iterator<char>{file}, {}};
    CHECK(page == error_reference());  // ecron document errors >docs/errors.md
    for (std::string_view cause : model::all_causes()) {
        CAPTURE(cause);
        while (cause.ends_with(' ')) cause.remove_suffix(1);
        CHECK(error_reference().contains(fmt::format("| `{}` |", cause)));
    }
    for (const Errc code :
         {Errc::invalid, Errc::not_found, Errc::conflict, Errc::unauthenticated, Errc::denied,
          Errc::too_large, Errc::too_many, Errc::timeout, Errc::unavailable, Errc::internal})
        for (const char* field : {"", "execute_id", "dead_letter_id", "job_name", "revision", "limit_jobs"}) {
            const http::Response response =
                error_response(Language::en_us, Error{code, {}, {field}}, "job_id");
            const std::string cause{bj::parse(response.body).at("cause").as_string()};
            CAPTURE(cause, response.status);
            CHECK(is_documented(cause, response.status));
        }
}

TEST_CASE("a conflict has its reason, in the language of the response", "[management]") {
    const auto detail = [](Language language, std::vector<std::string> fields) {
        const http::Response response = error_response(
            language,
            Error{Errc::conflict, "a record with the same key exists; read it again", std::move(fields)},
            "job_id");
        CHECK(response.status == 409);
        return bj::parse(response.body).at("detail");
    };
    CHECK(detail(Language::en_us, {"job_id"}) ==
          bj::parse(R"({"conflicts":["job_id"],"reasons":[{"field":"job_id",
              "reason":"a record with the same key exists; read it again"}]})"));
    CHECK(
        detail(Language::zh_cn, {}) ==
        bj::parse(R"({"conflicts":[],"reasons":[{"field":"","reason":"已存在相同键的记录；请重新读取"}]})"));
}

TEST_CASE("each parameter of a query that is not valid has its reason", "[management]") {
    Service service;
    service.given_job("job");
    const auto [path, parameter, reason] = GENERATE(table<std::string, std::string, std::string>({
        {"/job?limit=abc", "limit", "must be a number from 0"},
        {"/job?page=0", "page", "must be a number from 1"},
        {"/job?after=zzz", "after", "is not a cursor of this list"},
        {"/job?job_type=foo", "job_type", "must be scheduled, timed or real-time"},
        {"/job?timestamp=foo", "timestamp", "must be an RFC 3339 time"},
        {"/jobstatus?job_status=foo", "job_status",
         "must be success, executing, failure, interrupt, abandon or pending"},
        {"/jobstatus?begin_at=x", "begin_at", "must be an RFC 3339 time"},
        {"/jobexecution?after=x", "after", "is not a cursor of this list"},
        {"/missed?begin_at=x", "begin_at", "must be an RFC 3339 time"},
        {"/jobstatus?begin_at=2026-01-02T00:00:00Z&end_at=2026-01-01T00:00:00Z", "begin_at",
         "must be an RFC 3339 time, begin_at not after end_at"},
    }));
    CAPTURE(path);
    const Reply reply = service.get(path);
    CHECK(reply.status() == 400);
    CHECK(reply.at("/detail/parameters/0") == bj::value(parameter));
    CHECK(reply.at("/detail/reasons/0/field") == bj::value(parameter));
    CHECK(reply.at("/detail/reasons/0/reason") == bj::value(reason));
}

TEST_CASE("messages use the configured language, causes never change", "[management]") {
    const auto [language, message] = GENERATE(table<Language, std::string>({
        {Language::zh_cn, "任务不存在。"},
        {Language::zh_tw, "任務不存在。"},
        {Language::en_us, "There is no such job."},
    }));
    Service service;
    service.options.language = language;
    const Reply reply = service.get("/job?job_id=nobody");
    CHECK(reply.at("/message") == bj::value(message));
    CHECK(reply.cause() == "This job does not exist");
    CHECK(reply.at("/code") == 404009001);
    CHECK(reply.detail() == bj::parse(R"({"conflicts":["job_id"]})"));
}

TEST_CASE("without the store, calls that need it answer 503 with Retry-After", "[management]") {
    Service service;
    const std::string id = service.given_job("a");
    service.store.away = true;
    struct Request {
        Method method;
        std::string target, body;
    };
    const std::vector<Request> requests{
        {Method::get, "/job", ""},
        {Method::get, "/job?job_id=" + id, ""},
        {Method::get, "/job?job_id=a&job_id=b", ""},
        {Method::get, "/jobtotal", ""},
        {Method::post, "/job", job_text("b")},
        {Method::put, "/job/" + id, job_text("b")},
        {Method::delete_, "/job/" + id, ""},
        {Method::put, "/job/" + id + "/enable", "{}"},
        {Method::put, "/job/" + id + "/notify", "{}"},
        {Method::get, "/job/" + id + "/next", ""},
        {Method::get, "/jobstatus/" + id, ""},
        {Method::get, "/jobstatus?job_status=success", ""},
        {Method::put, "/jobstatus/x", R"([{"execute_id":"e","job_type":"timed","job_status":"success"}])"},
        {Method::post, "/jobexecution", R"({"job_id":"a"})"},
        {Method::get, "/jobexecution/e", ""},
        {Method::get, "/scheduling", ""},
        {Method::post, "/scheduling/pause", ""},
    };
    for (const Request& request : requests) {
        CAPTURE(request.target);
        const Reply reply = service.ask(request.method, request.target, request.body);
        CHECK(reply.status() == 503);
        CHECK(reply.cause() == "Service unavailable");
        CHECK(reply.at("/code") == 503009001);
        CHECK(reply.field("Retry-After") == "1");
    }
    CHECK(service.post("/preview", R"({"job_cron_time":"@daily"})").status() == 200);  // needs no store
}

TEST_CASE("a node that has not loaded its jobs serves reads and refuses writes", "[management]") {
    Service service;
    const std::string id = service.given_job("a");
    service.runs.leading = false;
    CHECK(service.get("/job?job_id=" + id).status() == 200);
    CHECK(service.get("/job/" + id + "/next").status() == 200);
    CHECK(service.get("/scheduling").status() == 200);
    const auto refused = [](const Reply& reply) {
        CHECK(reply.status() == 503);
        CHECK(reply.field("Retry-After") == "1");
    };
    refused(service.post("/job", job_text("b")));
    refused(service.put("/job/" + id, job_text("b")));
    refused(service.remove("/job/" + id));
    refused(service.put("/job/" + id + "/enable", "{}"));
    refused(service.post("/jobexecution", R"({"job_id":"a"})"));
    refused(service.post("/jobexecution/e/cancel", ""));
    refused(service.post(kCallback + "/e", "{}"));
    refused(service.post("/scheduling/pause", ""));
    CHECK(service.store.jobs.size() == 1);
}

TEST_CASE("errors of the HTTP server have the body format of the API", "[management]") {
    Service service;
    const auto [status, reason, cause] = GENERATE(table<unsigned, std::string, std::string>({
        {413, "body over the limit", "Request too large"},
        {431, "header over the limit", "Request too large"},
        {400, "bad header line", "bad header line"},
        {408, "the body did not come in time", "the body did not come in time"},
        {500, "the handler threw", "Internal error"},
    }));
    const Reply reply{service.api().error(status, reason)};
    CHECK(reply.status() == status);
    CHECK(reply.cause() == cause);
    CHECK(reply.at("/code") == status * 1'000'000 + 9'001);
    CHECK(reply.response.content_type == "application/json");
}

TEST_CASE("unexpected errors answer 500 without details", "[management]") {
    Service service;
    service.runs.answer = fail(Errc::internal, "secret of the database");
    const std::string id = service.given_job("a");
    const Reply reply = service.post("/jobexecution", R"({"job_id":")" + id + R"("})");
    CHECK(reply.status() == 500);
    CHECK(reply.cause() == "Internal error");
    CHECK(reply.text().find("secret") == std::string::npos);
}

TEST_CASE("Accept-Language selects the language of messages, otherwise lang does", "[management]") {
    Service service;
    service.options.language = Language::zh_tw;
    const std::string cn = "任务不存在。", tw = "任務不存在。", en = "There is no such job.";
    const auto [accepted, message] = GENERATE_COPY(table<std::string, std::string>({
        {"", tw},
        {"en", en},
        {"en-GB,zh-CN;q=0.9", en},
        {"zh-CN, en;q=0.9", cn},
        {"zh;q=0.5, en;q=0.8", en},
        {"ZH-hant-hk", tw},
        {"zh-Hans-HK", cn},
        {"fr, de;q=0.9", tw},
        {"fr, *;q=0.1", tw},
        {"en;q=0, zh-CN;q=0.001", cn},
        {"en;q=2", tw},
        {"en;q=x, ;;;,=,", tw},
    }));
    CAPTURE(accepted);
    const Reply reply = service.ask(Method::get, "/job/unknown", {}, {{"Accept-Language", accepted}});
    CHECK(reply.at("/message").as_string() == message);
    CHECK(reply.cause() == "This job does not exist");
    const auto message_of = [&](const std::string& target, const std::string& language) {
        return service.ask(Method::get, target, {}, {{"Accept-Language", language}}).at("/message");
    };
    CHECK(message_of("/nowhere", "en") == "There is nothing at this path.");
    CHECK(message_of("/job?x=1&strict=1", "en") == "The request holds invalid values.");
    CHECK(message_of("/job?tenant=%FF", "en") == "The request holds invalid values.");
}
