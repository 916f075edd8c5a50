#include <boost/json/serialize.hpp>
#include <catch2/catch.hpp>

#include "client/import/imported.hpp"
#include "client/text/json_access.hpp"
#include "ecron/model/json.hpp"

using namespace ecron;
using namespace ecron::client;
using Catch::Contains;

namespace {

constexpr const char* kManifests = R"(apiVersion: batch/v1
kind: CronJob
metadata:
  name: report
  namespace: billing
  labels: {team: billing}
spec:
  schedule: "30 2 * * 1-5"
  timeZone: Europe/Berlin
  concurrencyPolicy: Forbid
  startingDeadlineSeconds: 600
  successfulJobsHistoryLimit: 3
  jobTemplate:
    metadata: {labels: {app: report}}
    spec:
      backoffLimit: 2
      activeDeadlineSeconds: 3600
      ttlSecondsAfterFinished: 600
      template:
        spec:
          restartPolicy: OnFailure
          containers:
            - name: report
              image: registry.example.com/report:1
              args: ["--day", "1"]
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: cleanup, annotations: {a: b}}
spec:
  schedule: "@hourly"
  suspend: true
  concurrencyPolicy: Replace
  jobTemplate: {spec: {template: {spec: {restartPolicy: Never, serviceAccountName: cleaner, containers: [{name: c, image: "c:1"}]}}}}
---
apiVersion: batch/v1beta1
kind: CronJob
metadata: {name: legacy}
spec:
  schedule: "TZ=Asia/Shanghai */15 * * * *"
  jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: "c:1"}]}}}}
---
apiVersion: v1
kind: List
items:
  - apiVersion: batch/v1
    kind: CronJob
    metadata: {name: listed}
    spec:
      schedule: "0 0 31 2 *"
      timeZone: Etc/UTC
      jobTemplate: {spec: {activeDeadlineSeconds: 86400, template: {spec: {restartPolicy: Never, containers: [{name: c, image: "c:1"}]}}}}
  - apiVersion: batch/v1
    kind: CronJob
    metadata: {name: report}
    spec:
      schedule: "0 6 * * SUN"
      timeZone: Etc/UTC
      jobTemplate: {spec: {activeDeadlineSeconds: 60, template: {spec: {restartPolicy: Never, containers: [{name: c, image: "c:1"}]}}}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: other}
)";

Import import() {
    auto result = import_cronjobs(kManifests, {.file = "f", .timezone = "UTC"});
    REQUIRE(result);
    return std::move(*result);
}

const json::object& context_of(const Imported& imported) { return object_at(imported.job, "job_context"); }

}  // namespace

TEST_CASE("a CronJob becomes a job with its template as manifest", "[import]") {
    const Import result = import();
    REQUIRE(result.jobs.size() == 5);
    const Imported& report = result.jobs[0];
    CHECK(report.origin == "f:1: CronJob billing/report");
    CHECK(report.warnings ==
          std::vector<std::string>{
              "successfulJobsHistoryLimit does not carry over: executions are kept for history_days "
              "or retention"});
    CHECK(
        json::serialize(report.job) ==
        R"({"job_name":"report","job_type":"scheduled","job_cron_time":"30 2 * * 1-5","enabled":true,"job_context":)"
        R"({"mode":"exe","exec":"","info":{"body":{"apiVersion":"batch/v1","kind":"Job","metadata":{"labels":)"
        R"({"app":"report"}},"spec":{"backoffLimit":2,"activeDeadlineSeconds":3600,"ttlSecondsAfterFinished":600,)"
        R"("template":{"spec":{"restartPolicy":"OnFailure","containers":[{"name":"report",)"
        R"("image":"registry.example.com/report:1","args":["--day","1"]}]}}}},"kubernetes":{"namespace":"billing"}},)"
        R"("timezone":"Europe/Berlin","overlap":"skip","misfire":"once","start_deadline":"600s",)"
        R"("retry":{"max_attempts":1},"timeout":"3660s","labels":{"team":"billing"}}})");
    const auto read = model::read_job(json::serialize(report.job), model::Purpose::store, {}, Instant{});
    CHECK(read);
}

TEST_CASE("policies of a CronJob carry over or are a warning", "[import]") {
    const Import result = import();
    const Imported &cleanup = result.jobs[1], &legacy = result.jobs[2], &listed = result.jobs[3],
                   &second = result.jobs[4];
    CHECK_FALSE(flag_at(cleanup.job, "enabled"));
    CHECK(text_at(context_of(cleanup), "overlap") == "replace");
    REQUIRE(cleanup.warnings.size() == 4);
    CHECK_THAT(cleanup.warnings[0], Contains("timeZone"));
    CHECK_THAT(cleanup.warnings[1], Contains("activeDeadlineSeconds"));
    CHECK_THAT(cleanup.warnings[2], Contains("annotations"));
    CHECK_THAT(cleanup.warnings[3], Contains("service account cleaner"));

    CHECK(text_at(legacy.job, "job_cron_time") == "*/15 * * * *");
    CHECK(text_at(context_of(legacy), "timezone") == "Asia/Shanghai");
    CHECK(text_at(context_of(legacy), "overlap") == "allow");

    CHECK(listed.use == Imported::Use::commented);
    CHECK_THAT(listed.warnings.at(0), Contains("refused"));
    CHECK(text_at(second.job, "job_name") == "report-2");
    CHECK(second.warnings.empty());
    REQUIRE(result.warnings.size() == 2);
    CHECK_THAT(result.warnings[0], Contains("kubernetes_enabled"));
    CHECK_THAT(result.warnings[1], Contains("\"ConfigMap\" is not a CronJob"));
}

TEST_CASE("jobs of Dkron carry over or are a warning", "[import]") {
    const auto result = import_dkron(R"([
        {"name":"shell","schedule":"0 30 2 * * *","timezone":"Europe/Berlin","concurrency":"forbid","retries":2,
         "executor":"shell","executor_config":{"shell":"true","command":"dump | gzip","env":"A=1,B=2","cwd":"/srv",
         "timeout":"30m"},"metadata":{"team":"a"}},
        {"name":"call","displayname":"Call it","schedule":"@every 90s","disabled":true,"executor":"http",
         "executor_config":{"method":"POST","url":"https://h/x","headers":"[\"X-A: 1\"]","body":"{\"a\":1}",
         "timeout":"10","expectCode":"204"}},
        {"name":"child","schedule":"@daily","parent_job":"shell","executor":"shell","executor_config":{"command":"true"},
         "tags":{"role":"web:1"}},
        {"name":"rare","schedule":"@manually","executor":"kafka","executor_config":{}},
        {"elephant":1}])",
                                     {.file = "f", .timezone = "UTC"});
    REQUIRE(result);
    REQUIRE(result->jobs.size() == 4);
    const Imported &shell = result->jobs[0], &call = result->jobs[1], &child = result->jobs[2],
                   &rare = result->jobs[3];
    CHECK(
        json::serialize(shell.job) ==
        R"({"job_name":"shell","job_type":"scheduled","job_cron_time":"0 30 2 * * *","enabled":true,"job_context":)"
        R"({"mode":"exe","exec":"/bin/sh -c 'dump | gzip'","info":{"working_directory":"/srv","environment":)"
        R"({"A":"1","B":"2"}},"timeout":"30m","timezone":"Europe/Berlin","overlap":"skip",)"
        R"("retry":{"max_attempts":3},"misfire":"skip","labels":{"team":"a"}}})");
    CHECK_FALSE(flag_at(call.job, "enabled"));
    CHECK(json::serialize(object_at(context_of(call), "info")) ==
          R"({"method":"POST","headers":{"X-A":"1"},"body":{"a":1}})");
    CHECK(call.warnings.empty());
    CHECK(text_at(child.job, "job_type") == "real-time");
    CHECK(child.warnings.size() == 2);
    CHECK(rare.use == Imported::Use::commented);
    CHECK(result->warnings.size() == 1);
}

TEST_CASE("the window of a Dkron job carries over; a body that does not disables it", "[import]") {
    const auto result = import_dkron(R"([
        {"name":"window","schedule":"@daily","timezone":"UTC","starts_at":"2026-01-01T00:00:00.5Z",
         "expires_at":"2026-12-31T00:00:00+01:00","executor":"shell","executor_config":{"command":"true"}},
        {"name":"body","schedule":"@daily","timezone":"UTC","executor":"http",
         "executor_config":{"method":"POST","url":"https://h/x","body":"plain"}},
        {"name":"when","schedule":"@daily","timezone":"UTC","expires_at":"soon","executor":"shell",
         "executor_config":{"command":"true"}}])",
                                     {.file = "f", .timezone = "UTC"});
    REQUIRE(result);
    const Imported &window = result->jobs.at(0), &body = result->jobs.at(1), &when = result->jobs.at(2);
    CHECK(text_at(context_of(window), "begin_at") == "2026-01-01T00:00:00Z");
    CHECK(text_at(context_of(window), "end_at") == "2026-12-30T23:00:00Z");
    CHECK(flag_at(window.job, "enabled"));
    CHECK_FALSE(flag_at(body.job, "enabled"));
    CHECK_FALSE(flag_at(when.job, "enabled"));
    CHECK_THAT(when.warnings.at(0), Contains("expires_at \"soon\""));
}

TEST_CASE("jobs of XXL-JOB carry over or are a warning", "[import]") {
    const auto result =
        import_xxl_job(R"({"recordsTotal":3,"data":[
        {"id":7,"jobGroup":1,"jobDesc":"日报","author":"li","scheduleType":"CRON","scheduleConf":"0 0 2 ? * MON-FRI",
         "misfireStrategy":"FIRE_ONCE_NOW","executorHandler":"dailyReport","executorParam":"a=1",
         "executorBlockStrategy":"DISCARD_LATER","executorTimeout":30,"executorFailRetryCount":2,"glueType":"BEAN",
         "triggerStatus":1},
        {"id":8,"jobGroup":1,"jobDesc":"shell","scheduleType":"FIX_RATE","scheduleConf":"30","glueType":"GLUE_SHELL",
         "glueSource":"echo \"$1\"","executorParam":"x y","triggerStatus":0},
        {"id":9,"job_group":1,"job_desc":"old","job_cron":"0 0 12 * * ?","glue_type":"GLUE_PYTHON",
         "child_jobid":"7","executor_route_strategy":"SHARDING_BROADCAST"}]})",
                       {.file = "f", .timezone = "Asia/Shanghai", .executor_url = "http://e:9999"});
    REQUIRE(result);
    REQUIRE(result->jobs.size() == 3);
    const Imported &daily = result->jobs[0], &shell = result->jobs[1], &old = result->jobs[2];
    CHECK(text_at(daily.job, "job_name") == "日报");
    CHECK(text_at(context_of(daily), "exec") == "http://e:9999/run");
    CHECK(text_at(context_of(daily), "dialect") == "quartz");
    CHECK(text_at(context_of(daily), "overlap") == "skip");
    CHECK(text_at(object_at(object_at(context_of(daily), "info"), "body"), "executorHandler") ==
          "dailyReport");
    CHECK(daily.use == Imported::Use::active);
    CHECK(text_at(shell.job, "job_cron_time") == "@every 30s");
    CHECK(text_at(context_of(shell), "exec") == "/bin/bash -c 'echo \"$1\"' bash 'x y'");
    CHECK_FALSE(flag_at(shell.job, "enabled"));
    CHECK(text_at(context_of(shell), "timeout") == "1d");
    CHECK_THAT(shell.warnings.at(0), Contains("no time limit"));
    CHECK(text_at(context_of(daily), "timeout") == "30s");
    CHECK(old.use == Imported::Use::commented);
    CHECK(old.warnings.size() == 4);
    for (const Imported* imported : {&daily, &shell})
        CHECK(model::read_job(json::serialize(imported->job), model::Purpose::store, {}, Instant{}));
}
