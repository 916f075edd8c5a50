#include <algorithm>
#include <functional>
#include <map>

#include "ecron/model/execute_id.hpp"
#include "management/guarded.hpp"
#include "management/routes.hpp"

/// Every route, called by a second tenant for objects of the first one.
using namespace ecron;
using namespace ecron::management;
using namespace ecron::management::test;

namespace {

/// The objects of the first tenant.
struct Theirs {
    std::string job, execution, letter;
};

/// What a route may reveal to another tenant: 404 wherever an id is named, and none of the first tenant's
/// data elsewhere.
struct Rule {
    std::function<Reply(Guarded&, const Theirs&)> ask;
    unsigned status;
};

const std::string kStatus = R"([{"execute_id":"their-run","job_type":"timed","job_status":"failure"}])";

/// Replaces JOB, RUN and LETTER in a text by the ids of the first tenant.
std::string filled(std::string text, const Theirs& theirs) {
    const std::map<std::string, std::string> ids{
        {"JOB", theirs.job}, {"RUN", theirs.execution}, {"LETTER", theirs.letter}};
    for (const auto& [name, id] : ids)
        if (const std::size_t at = text.find(name); at != text.npos) text.replace(at, name.size(), id);
    return text;
}

Rule send(Method method, std::string path, std::string body, unsigned status) {
    return {[=](Guarded& api, const Theirs& theirs) {
                return api.as("you", method, filled(path, theirs), filled(body, theirs));
            },
            status};
}
Rule get(std::string path, unsigned status) { return send(Method::get, std::move(path), "", status); }

const std::map<std::string, Rule, std::less<>>& rules() {
    constexpr Method post = Method::post, put = Method::put, delete_ = Method::delete_;
    constexpr Method patch = Method::patch;
    static const std::map<std::string, Rule, std::less<>> all{
        {"listJobs", get("/job?job_id=JOB", 404)},
        {"createJob", send(post, "/job", job_text("their name"), 201)},  // names are unique per tenant
        {"putJobByName", send(put, "/job/by-name/their%20name", job_text("their name"), 201)},  // its own
        {"showJob", get("/job/JOB", 404)},
        {"patchJob", send(patch, "/job/JOB", R"({"enabled":false})", 404)},
        {"replaceJob", send(put, "/job/JOB", job_text("mine now"), 404)},
        {"deleteJobs", send(delete_, "/job/JOB", "", 200)},  // as for any unknown id; nothing is deleted
        {"enableJobs", send(put, "/job/JOB/enable", R"({"enable":false})", 404)},
        {"notifyJobs", send(put, "/job/JOB/notify", R"({"webhook":"http://localhost/"})", 404)},
        {"nextRuns", get("/job/JOB/next", 404)},
        {"explainRun", get("/job/JOB/explain?at=2026-01-05T00:00:00Z", 404)},
        {"countJobs", get("/jobtotal", 200)},
        {"preview", send(post, "/preview", R"({"job_id":"JOB","job_cron_time":"@daily"})", 200)},
        {"listStatuses", get("/jobstatus?job_id=JOB", 404)},
        {"statusesOfJob", get("/jobstatus/JOB", 404)},
        {"putStatuses", send(put, "/jobstatus/x", kStatus, 200)},  // as for any unknown id
        {"runJob", send(post, "/jobexecution", R"({"job_id":"JOB"})", 404)},
        {"listExecutions", get("/jobexecution", 200)},
        {"listMissed", get("/missed", 200)},
        {"showOverview", get("/overview?next=5", 200)},
        {"showForecast", get("/forecast", 200)},
        {"showHistory", get("/history?job_id=JOB", 200)},
        {"streamEvents", get("/events", 200)},
        {"showExecution", get("/jobexecution/RUN", 404)},
        {"showOutput", get("/jobexecution/RUN/output", 404)},
        {"cancelExecution", send(post, "/jobexecution/RUN/cancel", "", 404)},
        {"reportResult", send(post, kCallback + "/RUN", "{}", 404)},
        {"listDeadLetters", get("/deadletter", 200)},
        {"redeliver", send(post, "/deadletter/LETTER/redeliver", "", 404)},
        {"showScheduling", get("/scheduling", 200)},
        {"pauseScheduling", send(post, "/scheduling/pause", "", 200)},  // its own
        {"resumeScheduling", send(post, "/scheduling/resume", "", 200)},
        {"showCluster", get("/cluster", 403)},
        {"showConfiguration", get("/configuration", 403)},
        {"listAudit", get("/audit", 200)},
        {"showCaller", get("/caller", 200)},
        {"alive", get("/health/alive", 200)},
        {"ready", get("/health/ready", 200)},
        {"metrics", get("/metrics", 200)},
        {"showSignIn", get("/auth", 200)},
        {"openapi", get("/openapi.json", 200)},
    };
    return all;
}

Theirs given_theirs(Guarded& api) {
    Theirs theirs{api.job_of("me", "their name"), "their-run", "1"};
    api.given_execution(theirs.execution, theirs.job, model::ExecutionState::executing).tenant =
        TenantId{"me"};
    api.runs.owners[ExecuteId{theirs.execution}] = TenantId{"me"};
    api.store.letters.dead.push_back(
        {.key = 1, .execution = ExecuteId{theirs.execution}, .tenant = TenantId{"me"}});
    return theirs;
}

}  // namespace

TEST_CASE("no route reveals or changes objects of another tenant", "[management][tenants]") {
    for (const Route& route : routes()) {
        CAPTURE(route.name);
        const auto rule = rules().find(route.name);
        REQUIRE(rule != rules().end());  // a new route needs a rule here
        Guarded api;
        const Theirs theirs = given_theirs(api);
        const std::vector<store::AuditEntry> told = api.store.audited.entries;
        const Reply reply = rule->second.ask(api, theirs);
        CHECK(reply.status() == rule->second.status);
        if (route.access != Access::anonymous && route.access != Access::scrape) {
            CHECK(reply.text().find(theirs.job) == std::string::npos);
            CHECK(reply.text().find(theirs.execution) == std::string::npos);
        }
        // Everything is unchanged.
        const Reply job = api.as("me", Method::get, "/job?job_id=" + theirs.job);
        REQUIRE(job.status() == 200);
        CHECK(job.at("/0/job_name") == "their name");
        CHECK(job.at("/0/enabled") == true);
        CHECK(job.at("/0/revision") == 1);
        CHECK(api.as("me", Method::get, "/jobexecution/" + theirs.execution).at("/job_status") ==
              "executing");
        CHECK(api.store.letters.put_back.empty());
        CHECK(api.as("me", Method::get, "/scheduling").at("/paused") == false);
    }
}

TEST_CASE("every route except the open ones authenticates the caller", "[management][tenants]") {
    for (const Route& route : routes()) {
        CAPTURE(route.name);
        Guarded api;
        const Theirs theirs = given_theirs(api);
        api.authenticator.tokens.clear();
        const bool open = route.access == Access::anonymous;
        const Reply reply = rules().at(std::string{route.name}).ask(api, theirs);
        CHECK((reply.status() == 401) == !open);
        if (!open) CHECK(reply.field("WWW-Authenticate") == "Bearer");
    }
}

TEST_CASE("every route requires its permission, and 403 names the scope", "[management][tenants]") {
    for (const Route& route : routes()) {
        CAPTURE(route.name);
        Guarded api;
        const Theirs theirs = given_theirs(api);
        api.given_token("you", "you", "");
        const Reply reply = rules().at(std::string{route.name}).ask(api, theirs);
        if (route.access == Access::anonymous || route.access == Access::authenticated) {
            CHECK(reply.status() == 200);
            continue;
        }
        CHECK(reply.status() == 403);
        CHECK(reply.cause() == "Permission denied");
        const std::string scope{reply.at("/detail/parameters/0").as_string()};
        api.given_token("you", "you", scope);
        CHECK(rules().at(std::string{route.name}).ask(api, theirs).status() != 403);
    }
}

TEST_CASE("a run as sent cannot use another tenant's ids", "[management][tenants]") {
    Guarded api;
    const Theirs theirs = given_theirs(api);
    const std::string id = R"(,"execute_id":")" + theirs.execution + '"';
    const Reply own = api.as("you", Method::post, "/jobexecution", job_text("x", "", id));
    const Reply unknown =
        api.as("you", Method::post, "/jobexecution", job_text("x", "", R"(,"execute_id":"unknown")"));
    CHECK(own.status() == 200);  // as for an unknown id: each tenant has its own id space
    CHECK(unknown.status() == 200);
    CHECK(own.at("/execute_id").as_string() == theirs.execution);
    CHECK(api.runs.started.at(0).second == model::marked_id(ExecuteId{theirs.execution}, TenantId{"you"}));
    std::string job = job_text("x", "");
    job.insert(1, R"("job_id":")" + theirs.job + "\",");
    CHECK(api.as("you", Method::post, "/jobexecution", job).status() == 404);
}

TEST_CASE("an administrator sees the named tenant or all tenants; other callers may not name one",
          "[management][tenants]") {
    Guarded api;
    const Theirs theirs = given_theirs(api);
    api.job_of("you", "yours");
    const auto count = [&](const std::string& query) {
        return api.as("boss", Method::get, "/job" + query).json().as_array().size();
    };
    CHECK(count("") == 0);
    CHECK(count("?tenant=me") == 1);
    CHECK(count("?tenant=*") == 2);
    CHECK(api.as("boss", Method::put, "/job/" + theirs.job + "/enable?tenant=me", "{}").status() == 200);
    CHECK(api.as("boss", Method::get, "/cluster").status() == 200);
    CHECK(api.as("boss", Method::get, "/configuration").status() == 200);
    const Reply denied = api.as("you", Method::get, "/job?tenant=me");
    CHECK(denied.status() == 403);
    CHECK(denied.at("/detail/parameters/0") == "ecron.admin");
    CHECK(api.as("you", Method::get, "/job?tenant=you").status() == 200);
    api.given_token("star", "*", "all");
    CHECK(api.as("star", Method::get, "/job?tenant=*").status() == 403);
}

TEST_CASE("headers do not make a caller an administrator", "[management][tenants]") {
    Guarded api;
    given_theirs(api);
    const Reply reply =
        api.ask(Method::get, "/job?tenant=*", "",
                {{"Authorization", "Bearer you"}, {"Secret", "x"}, {"Code", "y"}, {"X-Tenant", "me"}});
    CHECK(reply.status() == 403);
}

TEST_CASE("members in a job's text that name a tenant are ignored", "[management][tenants]") {
    Guarded api;
    std::string text = job_text("x");
    text.insert(1, R"("tenant_id":"you",)");
    const Reply reply = api.as("me", Method::post, "/job", text);
    REQUIRE(reply.status() == 201);
    CHECK(api.as("me", Method::get, "/job?job_id=" + std::string{reply.at("/job_id").as_string()})
              .at("/0/tenant_id") == "me");
}

TEST_CASE("without authentication every caller sees and changes the jobs of all tenants",
          "[management][tenants]") {
    Service api;
    const std::string own = api.given_job("mine");
    const std::string other = api.given_job("theirs");
    api.store.jobs.back().tenant = TenantId{"you"};
    api.given_execution("their-run", other, model::ExecutionState::success).tenant = TenantId{"you"};
    CHECK(api.get("/jobtotal").at("/total") == 2);
    CHECK(api.get("/job").json().as_array().size() == 2);
    CHECK(api.get("/job?tenant=me").json().as_array().size() == 1);
    CHECK(api.get("/jobstatus/" + other).at("/0/execute_id") == "their-run");
    CHECK(api.put("/job/" + other + "/enable", R"({"enable":false})").status() == 200);
    CHECK(api.put("/jobstatus/x", R"([{"execute_id":"their-run","job_type":"timed","job_status":"failure"}])")
              .text() == R"({"failed_job_id":[]})");
    CHECK(api.get("/jobexecution/their-run").at("/ext_info/tenant_id") == "you");
    CHECK(api.get("/job?job_id=" + own).at("/0/tenant_id") == "me");
    CHECK(api.remove("/job/" + other).status() == 200);
    CHECK(api.get("/jobtotal").at("/total") == 1);
}
