#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "management/guarded.hpp"
#include "management/routes.hpp"

using namespace ecron;
using namespace ecron::management;
using namespace ecron::management::test;

namespace {

std::string command_text(std::string_view name, std::string_view info = "") {
    return R"({"job_name":")" + std::string{name} +
           R"(","job_type":"scheduled","job_cron_time":"0 0 * * *","job_context":{"mode":"exe","exec":"/bin/true")" +
           std::string{info} + "}}";
}
const std::string kCluster = R"(,"info":{"kubernetes":{"image":"x"}})";
const std::string kProxy = R"(,"info":{"kubernetes":{"addr":"proxy","image":"x"}})";

}  // namespace

TEST_CASE("authentication errors use the texts that clients match", "[management][permissions]") {
    Guarded api;
    const auto [header, cause] = GENERATE(table<std::string, std::string>({
        {"", "Empty token"},
        {"me", "Invalid token"},
        {"Bearer ", "Empty token"},
        {"Bearer nobody", "Token expired"},
    }));
    const Reply reply = api.ask(Method::get, "/job", "", {{"Authorization", header}});
    CHECK(reply.status() == 401);
    CHECK(reply.cause() == cause);
    CHECK(reply.at("/code") == 401009001);
    CHECK(reply.detail() == bj::parse(R"({"parameters":["Authorization"]})"));
}

TEST_CASE("while the issuer is unreachable, the response is 503", "[management][permissions]") {
    Guarded api;
    api.authenticator.away = true;
    const Reply reply = api.as("me", Method::get, "/job");
    CHECK(reply.status() == 503);
    CHECK(reply.field("Retry-After") == "1");
}

TEST_CASE("a client id that no job can have is refused", "[management][permissions]") {
    Guarded api;
    const auto tenant = GENERATE(std::string{}, std::string(200, 'x'), std::string{"\xff"});
    api.given_token("odd", tenant, "all");
    CHECK(api.as("odd", Method::get, "/job").status() == 401);
}

TEST_CASE("commands need a separate scope, which all does not include", "[management][permissions]") {
    Guarded api;
    const auto denied = [&](const Reply& reply) {
        CHECK(reply.status() == 403);
        CHECK(reply.at("/detail/parameters/0") == "ecron.command");
    };
    const std::string http_job = api.job_of("me", "plain");
    api.given_token("operator", "me", "all ecron.command");
    const Reply created = api.as("operator", Method::post, "/job", command_text("command"));
    REQUIRE(created.status() == 201);
    const std::string id{created.at("/job_id").as_string()};

    denied(api.as("me", Method::post, "/job", command_text("another")));
    denied(api.as("me", Method::put, "/job/" + http_job, command_text("plain")));
    denied(api.as("me", Method::put, "/job/" + id + "/enable", R"({"enable":true})"));
    denied(api.as("me", Method::post, "/jobexecution", R"({"job_id":")" + id + "\"}"));
    denied(api.as("me", Method::post, "/jobexecution", command_text("as sent")));
    CHECK(api.as("me", Method::put, "/job/" + id + "/enable", R"({"enable":false})").status() == 200);
    CHECK(api.as("operator", Method::put, "/job/" + id + "/enable", R"({"enable":true})").status() == 200);
}

TEST_CASE("a command is created only with permitted variables", "[management][permissions]") {
    Guarded api;
    api.options.command_environment = {"COLOUR"};
    api.given_token("operator", "me", "all ecron.command");
    const std::string good = R"(,"info":{"environment":{"COLOUR":"blue"}})";
    const std::string bad = R"(,"info":{"environment":{"COLOUR":"blue","BASH_ENV":"/tmp/x","PATH":"/tmp"}})";
    const Reply created = api.as("operator", Method::post, "/job", command_text("good", good));
    REQUIRE(created.status() == 201);
    const std::string id{created.at("/job_id").as_string()};
    for (const Reply& reply :
         {api.as("operator", Method::post, "/job", command_text("bad", bad)),
          api.as("operator", Method::put, "/job/" + id, command_text("good", bad)),
          api.as("operator", Method::post, "/jobexecution", command_text("as sent", bad))}) {
        CHECK(reply.status() == 400);
        CHECK(reply.cause() == "Invalid parameter");
        CHECK(reply.at("/detail/parameters/0") == "job_context.info.environment");
        CHECK(reply.at("/detail/reasons/0/reason") ==
              "\"BASH_ENV\" is not among the variables that commands may be given (command_environment)");
    }
    const std::string in_cluster =
        R"(,"info":{"kubernetes":{"addr":"a","image":"x"},"environment":{"BASH_ENV":"/tmp/x"}})";
    CHECK(api.as("operator", Method::post, "/job", command_text("c", in_cluster)).status() == 201);
}

TEST_CASE("without configured programs any variable is permitted", "[management][permissions]") {
    Guarded api;
    api.given_token("operator", "me", "all ecron.command");
    const std::string info = R"(,"info":{"environment":{"BASH_ENV":"/tmp/x"}})";
    CHECK(api.as("operator", Method::post, "/job", command_text("a", info)).status() == 201);
}

TEST_CASE("the execute scope runs stored jobs, but no job as sent", "[management][permissions]") {
    Guarded api;
    api.given_token("runner", "me", "ecron.execute");
    api.given_token("editor", "me", "ecron.execute ecron.write");
    const std::string id = api.job_of("me", "stored");
    const std::string sent = job_text("sent", "0 0 * * *", R"(,"info":{"headers":{"A":"${secret:door}"}})");
    const Reply denied = api.as("runner", Method::post, "/jobexecution", sent);
    CHECK(denied.status() == 403);
    CHECK(denied.at("/detail/parameters/0") == "ecron.write");
    CHECK(api.as("runner", Method::post, "/jobexecution", R"({"job_id":")" + id + "\"}").status() == 200);
    CHECK(api.as("editor", Method::post, "/jobexecution", sent).status() == 200);
}

TEST_CASE("a target may report with a token that has no other permission", "[management][permissions]") {
    Guarded api;
    api.given_token("target", "me", "ecron.report");
    api.given_token("released", "me", "ecron.execute");
    api.given_token("reader", "me", "ecron.read");
    const std::string id = api.job_of("me", "job");
    api.given_execution("run", id, model::ExecutionState::executing).tenant = TenantId{"me"};
    for (const char* reporter : {"target", "released"})
        CHECK(api.as(reporter, Method::post, kCallback + "/run", "{}").status() == 200);
    const Reply denied = api.as("reader", Method::post, kCallback + "/run", "{}");
    CHECK(denied.status() == 403);
    CHECK(denied.at("/detail/parameters/0") == "ecron.report");
    for (const Route& route : routes()) {
        if (route.access == Access::anonymous || route.access == Access::authenticated ||
            route.access == Access::report)
            continue;
        std::string path{route.pattern};
        if (const std::size_t begin = path.find(':'); begin != path.npos)
            path.replace(begin, std::min(path.find('/', begin), path.size()) - begin, id);
        CAPTURE(route.name);
        CHECK(api.as("target", route.method, path, "{}").status() == 403);
    }
}

TEST_CASE("Jobs with ecron's credentials need a scope that all does not include",
          "[management][permissions]") {
    Guarded api;
    api.given_token("operator", "me", "all ecron.kubernetes");
    api.given_token("admin", "me", "all ecron.admin ecron.command");
    const std::string body = command_text("a", kCluster);
    const Reply created = api.as("operator", Method::post, "/job", body);
    REQUIRE(created.status() == 201);
    const std::string id{created.at("/job_id").as_string()};
    for (const char* const caller : {"me", "admin"})
        for (const Reply& denied :
             {api.as(caller, Method::post, "/job", command_text("b", kCluster)),
              api.as(caller, Method::put, "/job/" + id, body),
              api.as(caller, Method::put, "/job/" + id + "/enable", R"({"enable":true})"),
              api.as(caller, Method::post, "/jobexecution", R"({"job_id":")" + id + "\"}"),
              api.as(caller, Method::post, "/jobexecution", body)}) {
            CHECK(denied.status() == 403);
            CHECK(denied.at("/detail/parameters/0") == "ecron.kubernetes");
        }
    CHECK(api.as("operator", Method::post, "/jobexecution", R"({"job_id":")" + id + "\"}").status() == 200);
}

TEST_CASE("Jobs through an API proxy need the same scopes as before", "[management][permissions]") {
    Guarded api;
    api.given_token("writer", "me", "ecron.write");
    api.given_token("operator", "me", "ecron.write ecron.kubernetes");
    CHECK(api.as("me", Method::post, "/job", command_text("a", kProxy)).status() == 201);
    CHECK(api.as("operator", Method::post, "/job", command_text("b", kProxy)).status() == 201);
    const Reply denied = api.as("writer", Method::post, "/job", command_text("c", kProxy));
    CHECK(denied.status() == 403);
    CHECK(denied.at("/detail/parameters/0") == "ecron.kubernetes");
}

TEST_CASE("a caller reads its permissions with any valid token", "[management][permissions]") {
    Guarded api;
    api.given_token("nothing", "me", "");
    api.given_token("target", "me", "ecron.report");
    api.given_token("operator", "me", "all ecron.command");
    const auto permissions = [&](const std::string& token, const std::string& query = "") {
        const Reply reply = api.as(token, Method::get, "/caller" + query);
        REQUIRE(reply.status() == 200);
        CHECK(reply.at("/subject") == (token + "-subject").c_str());
        return bj::serialize(reply.at("/permissions"));
    };
    CHECK(permissions("nothing") == "[]");
    CHECK(permissions("target") == R"(["report"])");
    CHECK(permissions("operator") == R"(["read","write","execute","report","command","kubernetes_proxy"])");
    CHECK(permissions("boss", "?tenant=me") ==
          R"(["read","write","execute","report","kubernetes_proxy","admin"])");
    CHECK(api.as("boss", Method::get, "/caller?tenant=me").at("/tenant_id") == "boss");
    CHECK(api.as("me", Method::get, "/caller?tenant=you").status() == 403);
    CHECK(api.as("unknown", Method::get, "/caller").status() == 401);
}

TEST_CASE("a manifest that violates the pod policy is refused in the request", "[management][permissions]") {
    Guarded api;
    api.options.cluster_rules = model::ClusterRules{.name_space = "jobs-{tenant}"};
    api.restart();
    api.given_token("operator", "me", "all ecron.kubernetes");
    const std::string good = command_text("a", kCluster);
    const Reply created = api.as("operator", Method::post, "/job", good);
    REQUIRE(created.status() == 201);
    const std::string id{created.at("/job_id").as_string()};
    const std::string bad =
        command_text("a", R"(,"info":{"kubernetes":{"namespace":"jobs-me"},"body":)"
                          R"({"spec":{"template":{"spec":{"hostNetwork":true,"containers":)"
                          R"([{"name":"c","image":"i"}]}}}}})");
    for (const Reply& refused :
         {api.as("operator", Method::post, "/job", bad), api.as("operator", Method::put, "/job/" + id, bad),
          api.as("operator", Method::post, "/jobexecution", bad)}) {
        CHECK(refused.status() == 400);
        CHECK(refused.at("/detail/reasons/0/field") ==
              "job_context.info.body.spec.template.spec.hostNetwork");
    }
    const std::string foreign =
        command_text("b", R"(,"info":{"kubernetes":{"image":"i","namespace":"jobs-you"}})");
    CHECK(api.as("operator", Method::post, "/job", foreign).at("/detail/parameters/0") ==
          "job_context.info.kubernetes.namespace");
    const std::string proxied =
        command_text("c", R"(,"info":{"kubernetes":{"addr":"proxy"},"body":{"spec":{"template":{"spec":)"
                          R"({"hostNetwork":true,"containers":[{"name":"c","image":"i"}]}}}}})");
    CHECK(api.as("me", Method::post, "/job", proxied).status() == 201);
}

TEST_CASE("only an administrator may pause the scheduling of all tenants", "[management][permissions]") {
    Guarded api;
    CHECK(api.as("me", Method::post, "/scheduling/pause", R"({"all":true})").status() == 403);
    CHECK(api.as("boss", Method::post, "/scheduling/pause", R"({"all":true})").status() == 200);
    CHECK(api.as("me", Method::get, "/scheduling").at("/all") == true);
}

TEST_CASE("metrics may be public", "[management][permissions]") {
    Guarded api;
    CHECK(api.get("/metrics").status() == 401);
    api.options.metrics_public = true;
    api.restart();
    CHECK(api.get("/metrics").status() == 200);
}

TEST_CASE("metrics count the results of tokens", "[management][permissions]") {
    Guarded api;
    api.authenticator.counts = {.accepted = 4, .refused = 3, .unknown = 2, .asked = 6, .cached = 1};
    const std::string text{api.as("boss", Method::get, "/metrics").text()};
    for (const char* line :
         {R"(ecron_tokens_total{event="accepted"} 4)", R"(ecron_tokens_total{event="refused"} 3)",
          R"(ecron_tokens_total{event="unknown"} 2)", "ecron_token_issuer_requests_total 7",
          "ecron_tokens_cached 1"})
        CHECK_THAT(text, Catch::Contains(std::string{"\n"} + line + "\n"));
}

namespace {

/// Returns the decision about a request's body when its header has arrived.
std::expected<http::BodyPermit, http::Response> permit(Guarded& api, const http::Request& request) {
    boost::asio::io_context io;
    std::expected<http::BodyPermit, http::Response> answer;
    boost::asio::co_spawn(io, api.api().permit_body(request),
                          [&](const std::exception_ptr&, auto permitted) { answer = std::move(permitted); });
    io.run();
    return answer;
}
std::expected<http::BodyPermit, http::Response> permit(Guarded& api, Method method, const std::string& path,
                                                       const std::string& token) {
    http::Request request{.method = method, .path = path};
    if (!token.empty()) request.headers = {{"Authorization", "Bearer " + token}};
    return permit(api, request);
}

}  // namespace

TEST_CASE("the caller is authenticated before the body is read", "[management][permissions]") {
    Guarded api;
    api.given_token("reader", "me", "ecron.read");
    const std::string job = kPrefix + "/job";
    CHECK(permit(api, Method::post, job, "me")->account == "me");
    CHECK(permit(api, Method::post, job, "you")->account == "you");
    CHECK(permit(api, Method::post, job, "").error().status == 401);
    CHECK(permit(api, Method::post, job, "made-up").error().status == 401);
    CHECK(permit(api, Method::post, job, "reader").error().status == 403);
    CHECK(permit(api, Method::post, kCallback + "/e-1", "").error().status == 401);
    CHECK(permit(api, Method::post, "/nowhere", "").error().status == 404);
    CHECK(permit(api, Method::patch, job, "").error().status == 405);
    const auto open = permit(api, Method::get, "/health/alive", "");
    REQUIRE(open);
    CHECK_FALSE(open->counted);
    CHECK(open->limit <= 1'024);
}

TEST_CASE("without authentication, every body is read", "[management]") {
    Guarded api;
    api.options.authenticator = nullptr;
    api.restart();
    CHECK(permit(api, Method::post, kPrefix + "/job", "")->account.empty());
    CHECK(permit(api, Method::post, "/nowhere", ""));
}

TEST_CASE("a tenant that exceeds its rate gets 429 with Retry-After", "[management][limits]") {
    Guarded api;
    api.options.limits.requests_per_second = 2;
    api.restart();
    const Reply first = api.as("me", Method::get, "/job");
    CHECK(first.status() == 200);
    CHECK(first.field("RateLimit-Policy") == R"("requests";q=2;w=1)");
    CHECK(first.field("RateLimit") == R"("requests";r=1;t=1)");
    CHECK(api.as("me", Method::get, "/job").status() == 200);
    const Reply refused = api.as("me", Method::get, "/job");
    CHECK(refused.status() == 429);
    CHECK(refused.field("Retry-After") == "1");
    CHECK(refused.field("RateLimit") == R"("requests";r=0;t=1)");
    CHECK(api.get("/health/alive").field("RateLimit").empty());
    CHECK(api.as("you", Method::get, "/job").status() == 200);
    CHECK(api.get("/health/alive").status() == 200);
    api.clock.advance(Millis{500});
    CHECK(api.as("me", Method::get, "/job").status() == 200);
}

TEST_CASE("refused requests count toward the tenant's rate", "[management][limits]") {
    Guarded api;
    api.options.limits.requests_per_second = 2;
    api.restart();
    api.given_token("reader", "me", "ecron.read");
    CHECK(api.as("reader", Method::post, "/job", "{}").status() == 403);
    CHECK(permit(api, Method::post, kPrefix + "/job", "reader").error().status == 403);
    CHECK(api.as("reader", Method::post, "/job", "{}").status() == 429);
    CHECK(permit(api, Method::post, kPrefix + "/job", "reader").error().status == 429);
    CHECK(api.as("me", Method::get, "/job").status() == 429);
    CHECK(api.as("you", Method::get, "/job").status() == 200);
}

TEST_CASE("reports have a separate rate, and the first report of each execution is always accepted",
          "[management][limits]") {
    Guarded api;
    api.options.limits.requests_per_second = 2;
    api.restart();
    api.given_token("target", "me", "ecron.report");
    for (int i = 0; i < 3; ++i) api.as("me", Method::get, "/job");  // uses up the rate for requests
    const auto report = [&](const std::string& id) {
        return api.as("target", Method::post, kCallback + "/" + id, "{}").status();
    };
    for (const char* id : {"e-1", "e-2", "e-3"})
        api.given_execution(id, "j", model::ExecutionState::executing).tenant = TenantId{"me"};
    CHECK(report("e-1") == 200);
    CHECK(api.as("target", Method::post, kCallback + "/none", "{}")
              .field("RateLimit")
              .starts_with("\"reports\""));
    CHECK(report("unknown") == 429);
    CHECK(report("e-2") == 200);
    api.store.executions.at(2).result = "{}";  // it has received a report
    CHECK(report("e-3") == 429);
    api.clock.advance(Millis{500});
    CHECK(report("e-3") == 200);
}

TEST_CASE("the results of the checks at the header also apply to the body", "[management][permissions]") {
    Guarded api;
    api.options.limits.requests_per_second = 2;
    api.restart();
    const std::string job = kPrefix + "/job";
    const auto permitted = permit(api, Method::post, job, "me");
    REQUIRE(permitted);
    const std::uint64_t asked = api.authenticator.counts.asked;
    http::Request request{.method = Method::post,
                          .path = job,
                          .headers = {{"Authorization", "Bearer me"}},
                          .body = job_text("a"),
                          .peer = {},
                          .admission = permitted->admission};
    CHECK(api.answer(request).status == 201);
    CHECK(api.authenticator.counts.asked == asked);
    CHECK(api.as("me", Method::get, "/job").status() == 200);  // one of two requests was used
    CHECK(api.as("me", Method::get, "/job").status() == 429);
}

TEST_CASE("the body of a request from another origin is refused by its header", "[management][permissions]") {
    Guarded api;
    http::Request request{.method = Method::post,
                          .path = kPrefix + "/job",
                          .headers = {{"Authorization", "Bearer me"}, {"Sec-Fetch-Site", "cross-site"}}};
    SECTION("with tokens") {}
    SECTION("without") {
        api.options.authenticator = nullptr;
        api.restart();
    }
    CHECK(permit(api, request).error().status == 403);
    CHECK(api.authenticator.counts.asked == 0);
    request.path = "/nowhere";
    CHECK(permit(api, request).error().status == 403);
}

TEST_CASE("a schedule that runs too often is refused when it is created or changed", "[management][limits]") {
    Service api;
    api.options.limits.interval = Millis{60'000};
    const auto [cron, status] = GENERATE(table<std::string, unsigned>({
        {"* * * * *", 201},
        {"* * * * * *", 400},
        {"0,59 * * * * *", 400},
        {"@every 59s", 400},
        {"@every 1m", 201},
        {"0 0 1 1 *", 201},
    }));
    CAPTURE(cron);
    const Reply reply = api.post("/job", job_text("x", cron));
    CHECK(reply.status() == status);
    if (status == 400) CHECK(reply.cause() == "Cron time error");
    const std::string id = api.given_job("y");
    CHECK(api.put("/job/" + id, job_text("y", cron)).status() == (status == 201 ? 200 : status));
}

TEST_CASE("changes are recorded with caller, address and difference", "[management][audit]") {
    Guarded api;
    const std::string id = api.job_of("me", "a");
    CHECK(api.as("me", Method::put, "/job/" + id, job_text("a", "0 1 * * *")).status() == 200);
    CHECK(api.as("me", Method::put, "/job/" + id + "/enable", R"({"enable":false})").status() == 200);
    CHECK(api.as("me", Method::delete_, "/job/" + id).status() == 200);
    const Reply told = api.as("me", Method::get, "/audit?object=" + id);
    REQUIRE(told.status() == 200);
    const bj::array entries = told.json().as_array();
    REQUIRE(entries.size() == 4);
    CHECK(entries[3].at("action") == "createJob");
    CHECK(entries[3].at("difference").at("job_context.exec") == bj::parse(R"({"to":"http://localhost/x"})"));
    CHECK(entries[2].at("action") == "replaceJob");
    CHECK(entries[2].at("difference") ==
          bj::parse(R"({"job_cron_time":{"from":"0 0 * * *","to":"0 1 * * *"}})"));
    CHECK(entries[1].at("difference") == bj::parse(R"({"enabled":{"to":false}})"));
    CHECK(entries[0].at("action") == "deleteJobs");
    for (const bj::value& entry : entries) {
        CHECK(entry.at("client_id") == "me");
        CHECK(entry.at("subject") == "me-subject");
        CHECK(entry.at("tenant_id") == "me");
    }
}

TEST_CASE("an administrator's change of a tenant's job is recorded in that tenant's audit log",
          "[management][audit]") {
    Guarded api;
    const std::string id = api.job_of("me", "a");
    CHECK(api.as("boss", Method::delete_, "/job/" + id + "?tenant=me").status() == 200);
    const Reply told = api.as("me", Method::get, "/audit");
    CHECK(told.at("/0/client_id") == "boss");
    CHECK(api.as("you", Method::get, "/audit").json().as_array().empty());
    CHECK(api.as("boss", Method::get, "/audit?tenant=*").json().as_array().size() == 2);
}

TEST_CASE("reads and refused requests are not in the audit log", "[management][audit]") {
    Guarded api;
    CHECK(api.as("me", Method::get, "/job").status() == 200);
    CHECK(api.as("me", Method::post, "/preview", R"({"job_cron_time":"@daily"})").status() == 200);
    CHECK(api.as("me", Method::post, "/job", "{}").status() == 400);
    CHECK(api.store.audited.entries.empty());
}

TEST_CASE("the audit log contains no credentials of a job, in any member", "[management][audit]") {
    Guarded api;
    api.given_token("operator", "me", "all ecron.command");
    const auto text = [](const std::string& with) {
        return R"({"job_name":"a","job_type":"scheduled","job_cron_time":"@daily","remarks":"token=canary)" +
               with +
               R"(","job_context":{"mode":"exe","exec":"/bin/true --password=canary --token canary -H 'Authorization: Bearer canary')" +
               with +
               R"( https://user:canary@host/","notify":{"webhook":"https://user:canary@host/?k=canary)" +
               with + R"("},"labels":{"a":"secret=canary"},"info":{"headers":{"X-Any":"canary)" + with +
               R"("},"params":{"p":"canary"},"body":{"deep":[{"a":"canary"},8231764501]},"environment":{"A":"canary"}}}})";
    };
    const Reply created = api.as("operator", Method::post, "/job", text(""));
    REQUIRE(created.status() == 201);
    const std::string id{created.at("/job_id").as_string()};
    REQUIRE(api.as("operator", Method::put, "/job/" + id, text("2")).status() == 200);
    const std::string pod =
        R"(,"info":{"kubernetes":{"addr":"a","image":"i","env":{"A":"canary"},"command":["x","--token","canary","-v"],"args":["--token=canary"]}})";
    REQUIRE(api.as("me", Method::put, "/job/" + id, command_text("a", pod)).status() == 200);
    for (const std::string webhook : {"https://user:canary@hook/x?token=canary", "http://h/?anything=canary"})
        REQUIRE(api.as("me", Method::put, "/job/" + id + "/notify", R"({"webhook":")" + webhook + R"("})")
                    .status() == 200);
    CHECK_THAT(api.as("me", Method::get, "/audit?limit=2").text(),
               Catch::Contains("https://***@hook/x?token=***") && !Catch::Contains("canary"));
    const Reply audit = api.as("me", Method::get, "/audit");
    CHECK_THAT(audit.text(), !Catch::Contains("canary") && !Catch::Contains("8231764501"));
    // The names of changed members are recorded, and so are references, which are not secrets.
    CHECK(audit.at("/3/difference").as_object().contains("job_context.info.headers"));
    CHECK(audit.at("/3/difference").as_object().contains("job_context.exec"));
    const std::string reference = R"(,"info":{"headers":{"Authorization":"${secret:door}"}})";
    REQUIRE(api.as("me", Method::post, "/job", job_text("b", "@daily", reference)).status() == 201);
    CHECK_THAT(api.as("me", Method::get, "/audit").text(), Catch::Contains("${secret:door}"));
}

TEST_CASE("long values are recorded by their size", "[management][audit]") {
    Guarded api;
    const std::string body = R"(,"info":{"body":{"text":")" + std::string(2'000, 'x') + "\"}}";
    REQUIRE(api.as("me", Method::post, "/job", job_text("a", "@daily", body)).status() == 201);
    const Reply told = api.as("me", Method::get, "/audit");
    CHECK(told.at("/0/difference").as_object().at("job_context.info.body").at("to").at("size").as_int64() >
          2'000);
}

TEST_CASE("a long audit log is streamed, with only a part of it in memory", "[management][audit]") {
    Guarded api;
    const std::string difference = R"({"text":")" + std::string(20'000, 'd') + "\"}";
    for (int i = 1; i <= 400; ++i)
        api.store.audited.entries.push_back({.key = i, .tenant = TenantId{"me"}, .difference = difference});
    const auto [limit, newest_after, rows] = GENERATE(table<const char*, const char*, std::size_t>(
        {{"300", "101", 300}, {"400", "", 400}, {"1000", "", 400}, {"2", "399", 2}, {"25", "376", 25}}));
    const Reply reply = api.as("me", Method::get, std::string{"/audit?limit="} + limit);
    REQUIRE(reply.status() == 200);
    CHECK(reply.field("X-Next-After") == newest_after);
    const bj::value list = reply.json();
    REQUIRE(list.as_array().size() == rows);
    for (std::size_t i = 0; i < rows; ++i)
        CHECK(list.as_array().at(i).at("audit_id").as_string() == std::to_string(400 - i));
    CHECK((reply.response.stream != nullptr) == (rows > 2));
    CHECK(api.store.audited.most_read < 2 * 512 * 1'024);
}
