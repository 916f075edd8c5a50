#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <catch2/catch.hpp>

#include "client/definitions/plan.hpp"
#include "ecron/model/json.hpp"

using namespace ecron;
using namespace ecron::client;
using Catch::Contains;

namespace {

const Instant kNow = parse_rfc3339("2026-01-05T10:00:00Z").value();

Definition definition(const std::string& text) { return {json::parse(text).as_object(), "f:1"}; }

std::string report(const std::string& more = "") {
    return R"({"job_name":"report","job_type":"scheduled","job_cron_time":"30 2 * * *","enabled":true,)"
           R"("job_context":{"mode":"http","exec":"http://h/r")" +
           more + "}}";
}

/// The job as a server that stored the definition returns it.
JobObject stored(const std::string& text, const std::string& id = "11111111-1111-4111-8111-111111111111") {
    auto input = model::read_job(text, model::Purpose::store, {}, kNow);
    REQUIRE(input);
    input->job.id = JobId{id};
    input->job.tenant = TenantId{"t"};
    input->job.created_at = input->job.updated_at = kNow;
    std::string out;
    model::append_json(out, input->job);
    return json::parse(out).as_object();
}

Plan plan_for(const std::vector<Definition>& definitions, const std::vector<JobObject>& jobs,
              const Prune& prune = {}) {
    auto plan = make_plan(definitions, jobs, prune, kNow);
    REQUIRE(plan);
    return std::move(*plan);
}

}  // namespace

TEST_CASE("a definition that the server has stored is unchanged", "[client]") {
    const std::string more = GENERATE(
        "", R"(,"timezone":"Europe/Berlin","timeout":90,"retry":{"max_attempts":2,"on":["5xx",429]})",
        R"(,"labels":{"a":"b"},"notify":{"webhook":"https://w","on":["failure"]},"jitter":"30s","priority":0)",
        R"(,"info":{"method":"put","headers":{"B":"1","A":"2"},"params":{"z":"1","a":"2"},"body":{"x":[1,{"y":null}]}})",
        R"(,"begin_at":"2026-01-01T00:00:00+01:00","dst":{"gap":"skip"},"overlap":"queue","misfire":"all")");
    CAPTURE(more);
    const Plan plan = plan_for({definition(report(more))}, {stored(report(more))});
    CAPTURE(format_plan(plan, Style{}));
    CHECK(plan.is_empty());
}

TEST_CASE("each changed member is shown with both values", "[client]") {
    const Plan plan = plan_for({definition(report(R"(,"timezone":"Europe/Berlin","timeout":"2m")"))},
                               {stored(report(R"(,"timeout":"1m","priority":3)"))});
    CHECK(summary_of(plan) == "0 to create, 1 to change, 0 to delete, 0 unchanged");
    const std::string shown = format_plan(plan, Style{});
    CHECK_THAT(shown, Catch::StartsWith("~ report\n"));
    CHECK_THAT(shown, Contains("    job_context.timezone: (none) → \"Europe/Berlin\"\n"));
    CHECK_THAT(shown, Contains("    job_context.timeout: \"1m\" → \"2m\"\n"));
    CHECK_THAT(shown, Contains("    job_context.priority: 3 → (none)\n"));
}

TEST_CASE("the order of params is a difference, the order of other members is not", "[client]") {
    const auto with = [](const std::string& info) {
        return report(R"(,"info":{"method":"GET",)" + info + "}");
    };
    CHECK(plan_for({definition(with(R"("headers":{"A":"1","B":"2"})"))},
                   {stored(with(R"("headers":{"B":"2","A":"1"})"))})
              .is_empty());
    CHECK_FALSE(plan_for({definition(with(R"("params":{"a":"1","b":"2"})"))},
                         {stored(with(R"("params":{"b":"2","a":"1"})"))})
                    .is_empty());
}

TEST_CASE("values of secret members are hidden", "[client]") {
    const std::string with =
        report(R"(,"info":{"method":"GET","headers":{"Authorization":"Bearer hunter2"}})");
    const std::string changed = format_plan(plan_for({definition(with)}, {stored(report())}), Style{});
    CHECK_THAT(changed, Contains("headers") && !Contains("hunter2"));
    CHECK_THAT(format_plan(plan_for({definition(with)}, {}), Style{}),
               Contains("headers") && !Contains("hunter2"));
}

TEST_CASE("prune deletes jobs without a definition, and only those with the labels", "[client]") {
    const JobObject other = stored(R"({"job_name":"other","job_type":"real-time","job_context":{"mode":"http",
        "exec":"http://h","labels":{"team":"a"}}})",
                                   "22222222-2222-4222-8222-222222222222");
    const std::vector<Definition> definitions{definition(report())};
    CHECK(plan_for(definitions, {other}).count(Change::Kind::remove) == 0);
    CHECK(plan_for(definitions, {other}, {.enabled = true}).count(Change::Kind::remove) == 1);
    CHECK(plan_for(definitions, {other}, {true, {{"team", "a"}}}).count(Change::Kind::remove) == 1);
    const Plan plan = plan_for(definitions, {other}, {true, {{"team", "b"}}});
    CHECK(plan.count(Change::Kind::remove) == 0);
    CHECK(plan.count(Change::Kind::create) == 1);
}

TEST_CASE("a timed job that the server has disabled after its occurrence is unchanged", "[client]") {
    const std::string text = R"({"job_name":"once","job_type":"timed","job_cron_time":"2026-01-05T11:00:00Z",
        "enabled":true,"job_context":{"mode":"http","exec":"http://h"}})";
    JobObject done = stored(text);
    done["enabled"] = false;
    const auto plan = make_plan({definition(text)}, {done}, {}, kNow + Seconds{7'200});
    REQUIRE(plan);
    CHECK(plan->is_empty());
    done["remarks"] = "other";
    const auto changed = make_plan({definition(text)}, {done}, {}, kNow + Seconds{7'200});
    REQUIRE(changed);
    CHECK_FALSE(changed->is_empty());
}

TEST_CASE("two jobs with one name are an error that lists their ids", "[client]") {
    const auto plan =
        make_plan({definition(report())},
                  {stored(report()), stored(report(), "22222222-2222-4222-8222-222222222222")}, {}, kNow);
    REQUIRE_FALSE(plan);
    CHECK_THAT(plan.error().lines.at(0),
               Contains("11111111-") && Contains("22222222-") && Contains("--tenant"));
}

TEST_CASE("labels are KEY=VALUE", "[client]") {
    CHECK(read_labels({"a=b=c", "d="}) ==
          std::vector<std::pair<std::string, std::string>>{{"a", "b=c"}, {"d", ""}});
    CHECK(read_labels({"a"}).error().lines.at(0) == "--label: \"a\" is not KEY=VALUE");
    CHECK_FALSE(read_labels({"=a"}));
}
