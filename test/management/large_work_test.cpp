#include "ecron/base/large_work.hpp"

#include "management/service.hpp"

using namespace ecron;
using namespace ecron::management;
using namespace ecron::management::test;

namespace {

const std::string kPadding(2 * kLargeWork, 'x');

std::string large_body() { return R"("info":{"body":{"text":")" + kPadding + R"("}})"; }

/// A service with the audit log and a stored job of that size.
class LargeService : public Service {
public:
    LargeService() {
        options.audits = true;
        static_cast<void>(document());
        id = given_large_job("large");
        small = given_job("small");
        given_execution("run", id, model::ExecutionState::executing);
    }
    std::string given_large_job(std::string_view name) {
        const Reply reply = post("/job", job_text(name, "0 0 * * *", "," + large_body()));
        REQUIRE(reply.status() == 201);
        return std::string{reply.at("/job_id").as_string()};
    }
    std::string id, small;
};

struct Case {
    Method method;
    std::string target;  // ID: the stored job, SMALL: another one, which is not large
    std::string body;
    unsigned status{};
};

std::string job_as_sent(const std::string& more = "") {
    return R"({"job_name":"sent","job_type":"real-time","job_context":{"mode":"http",)" + more +
           R"("exec":"http://localhost/x",)" + large_body() + "}}";
}

std::string padded(const std::string& members) { return "{" + members + R"("pad":")" + kPadding + R"("})"; }

}  // namespace

TEST_CASE("no route carries out large work on the loop", "[management]") {
    const Case one = GENERATE(values<Case>({
        {Method::post, "/job", job_text("new", "0 0 * * *", "," + large_body()), 201},
        {Method::put, "/job/ID", job_text("large", "0 1 * * *", "," + large_body()), 200},
        {Method::delete_, "/job/ID", "", 200},
        {Method::put, "/job/ID/enable", padded(R"("enable":false,)"), 200},
        // The store in memory changes the context on this thread, so the job is a small one.
        {Method::put, "/job/SMALL/notify", padded(R"("webhook":"http://localhost/hook",)"), 200},
        {Method::put, "/job/ID/notify", R"({"webhook":"not a URL"})", 400},
        {Method::get, "/job/ID/next", "", 200},
        {Method::get, "/job/ID/explain?at=2026-01-05T09:00:00Z", "", 200},
        {Method::post, "/preview", R"({"job_cron_time":"0 0 * * *","job_context":{)" + large_body() + "}}",
         200},
        {Method::post, "/preview", R"({"job_cron_time":"0 0 x * *","job_context":{)" + large_body() + "}}",
         400},
        {Method::post, "/jobexecution", R"({"job_id":"ID"})", 200},
        {Method::post, "/jobexecution", job_as_sent(), 200},
        {Method::post, "/jobexecution", job_as_sent(R"("execute_id":"given",)"), 200},
        {Method::put, "/jobstatus/1",
         R"([{"execute_id":"run","job_id":"ID","job_name":"large","job_type":"scheduled","job_status":"success",)"
         R"("begin_at":"2026-01-01T00:00:00Z","end_at":"2026-01-01T00:00:01Z","executor":[],"execute_times":1,)"
         R"("ext_info":{}}])",
         200},
        {Method::post, kCallback + "/run", padded(""), 200},
        {Method::post, "/scheduling/pause", padded(""), 200},
        {Method::post, "/scheduling/resume", padded(""), 200},
    }));
    LargeService service;
    const auto with_id = [&](std::string text) {
        const auto replace = [&](std::string_view name, const std::string& id) {
            if (const std::size_t at = text.find(name); at != text.npos) text.replace(at, name.size(), id);
        };
        replace("ID", service.id);
        replace("SMALL", service.small);
        return text;
    };
    CAPTURE(one.method, one.target, one.status);
    const LargeWorkCount on_loop;
    const Reply reply = service.ask(one.method, with_id(one.target), with_id(one.body));
    CHECK(on_loop.pieces() == 0);
    CAPTURE(reply.text());
    CHECK(reply.status() == one.status);
}
