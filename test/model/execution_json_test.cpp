#include <catch2/catch.hpp>

#include "ecron/model/json.hpp"

using namespace ecron;
using namespace ecron::model;

namespace {

Instant at(const char* text) { return parse_rfc3339(text).value(); }

template <class T, class... More> std::string json_of(const T& value, More... more) {
    std::string out;
    append_json(out, value, more...);
    return out;
}

Execution ended() {
    Execution execution;
    execution.id = ExecuteId{"e"};
    execution.job_id = JobId{"j"};
    execution.job_name = "n";
    execution.state = ExecutionState::success;
    execution.begin_at = at("2026-01-01T00:00:00Z");
    execution.executors = {{"node", at("2026-01-01T00:00:00.7Z")}};
    execution.execute_times = 1;
    execution.tenant = TenantId{"t"};
    return execution;
}

std::string causes_of(std::string_view json) {
    const auto statuses = read_statuses(json);
    if (statuses) return "none";
    std::string out;
    for (const Problem& problem : statuses.error()) out += problem.cause + "@" + problem.field + ";";
    return out;
}

}  // namespace

TEST_CASE("the JSON of a job has every member", "[model]") {
    Job job;
    job.id = JobId{"i"};
    job.name = "a \"name\"";
    job.cron_time = "0 0 * * *";
    job.context = canonical_context("");
    job.tenant = TenantId{"t"};
    job.created_at = at("2026-01-01T00:00:00.999Z");
    CHECK(json_of(job) ==
          R"({"job_id":"i","job_name":"a \"name\"","job_cron_time":"0 0 * * *","job_type":"scheduled",)"
          R"("job_context":)" +
              job.context +
              R"(,"tenant_id":"t","enabled":false,"remarks":"","created_at":"2026-01-01T00:00:00Z",)"
              R"("updated_at":""})");
    job.revision = ChangeNumber{7};
    CHECK(json_of(job).ends_with(R"("updated_at":"","revision":7})"));
}

TEST_CASE("the JSON of an execution has the previous service's members, then ecron's", "[model]") {
    Execution execution = ended();
    CHECK(json_of(execution) ==
          R"({"execute_id":"e","job_id":"j","job_type":"scheduled","job_name":"n","job_status":"success",)"
          R"("begin_at":"2026-01-01T00:00:00Z","end_at":"","executor":[{"executor_id":"node",)"
          R"("executed_at":"2026-01-01T00:00:00Z"}],"execute_times":1,)"
          R"("ext_info":{"tenant_id":"t","is_deleted":0,"result":{}}})");

    execution.result = R"({"a":1})";
    execution.reason = "overlap";
    execution.missed = R"({"count":2})";
    execution.deleted = true;
    execution.scheduled_at = at("2026-01-01T00:00:00Z");
    execution.attempt = 2;
    CHECK(json_of(execution).ends_with(
        R"("ext_info":{"tenant_id":"t","is_deleted":1,"result":{"a":1},"reason":"overlap","missed":{"count":2}},)"
        R"("scheduled_at":"2026-01-01T00:00:00.000Z","attempt":2})"));
    CHECK(json_of(execution, ExtInfo::empty).find(R"("ext_info":{})") != std::string::npos);
    CHECK(json_of(Execution{}).find(R"("executor":[])") != std::string::npos);
    CHECK(json_of(Execution{}).find(R"("job_status":"pending")") != std::string::npos);
}

TEST_CASE("an attempt keeps output of any bytes", "[model]") {
    Attempt attempt;
    attempt.number = 1;
    attempt.begin_at = at("2026-01-01T00:00:00.25Z");
    attempt.end_at = at("2026-01-01T00:00:01Z");
    attempt.node = NodeId{"n"};
    attempt.code = 500;
    attempt.reason = "HTTP 500";
    attempt.output = "\xFF\"";
    CHECK(
        json_of(attempt) ==
        R"({"attempt":1,"executor_id":"n","begin_at":"2026-01-01T00:00:00.250Z",)"
        R"("end_at":"2026-01-01T00:00:01.000Z","job_status":"failure","code":500,"reason":"HTTP 500","detail":{},)"
        "\"output\":\"\xEF\xBF\xBD\\\"\"}");
}

TEST_CASE("ext_info round-trips", "[model]") {
    Execution written = ended();
    written.result = R"({"n":12345678901234567890})";
    written.reason = "node_lost";
    written.missed = R"({"from":"a","to":"b","count":3})";
    written.deleted = true;
    Execution read;
    read_ext_info(write_ext_info(written), read);
    CHECK(read.tenant == written.tenant);
    CHECK(read.deleted);
    CHECK(read.result == written.result);
    CHECK(read.reason == written.reason);
    CHECK(read.missed == written.missed);
}

TEST_CASE("a row with ext_info of the previous service is visible only to its tenant", "[model]") {
    const auto [text, tenant, deleted] = GENERATE(table<std::string, std::string, bool>({
        {R"({"tenant_id":"t","is_deleted":0,"result":{}})", "t", false},
        {R"({"tenant_id":"t","is_deleted":1})", "t", true},
        {R"({"tenant_id":"t","is_deleted":true,"result":null})", "t", true},
        {R"({"tenant_id":"t"})", "", false},
        {R"({"is_deleted":0})", "", false},
        {R"({"tenant_id":5,"is_deleted":0})", "", false},
        {"null", "", false},
        {"", "", false},
        {"{", "", false},
        {"[]", "", false},
    }));
    CAPTURE(text);
    Execution execution;
    read_ext_info(text, execution);
    CHECK(execution.tenant.value() == tenant);
    CHECK(execution.deleted == deleted);
    CHECK(execution.result.empty());
}

TEST_CASE("counts all attempts and keeps the newest executors", "[model]") {
    Execution execution;
    const int attempts = static_cast<int>(kMaxExecutors) + 5;
    for (int attempt = 1; attempt <= attempts; ++attempt)
        add_executor(execution, {std::to_string(attempt), Instant{}});
    CHECK(execution.execute_times == attempts);
    REQUIRE(execution.executors.size() == kMaxExecutors);
    CHECK(execution.executors.front().executor_id == "6");
    CHECK(execution.executors.back().executor_id == std::to_string(attempts));
    CHECK(entered_attempts(execution) == attempts);
}

TEST_CASE("an attempt counted before its executor was added counts once", "[model]") {
    Execution execution;
    execution.execute_times = 1;
    CHECK(entered_attempts(execution) == 0);
    add_executor(execution, {"node", Instant{}});
    CHECK(execution.execute_times == 1);
    CHECK(entered_attempts(execution) == 1);
}

TEST_CASE("executors round-trip", "[model]") {
    const auto read = read_executors(write_executors(ended().executors));
    REQUIRE(read.size() == 1);
    CHECK(read[0].executor_id == "node");
    CHECK(read[0].executed_at == at("2026-01-01T00:00:00Z"));
    CHECK(write_executors({}) == "[]");

    const auto [text, count] = GENERATE(table<std::string, std::size_t>({
        {"", 0},
        {"null", 0},
        {"{}", 0},
        {"[", 0},
        {"[null,5,{}]", 1},
        {R"([{"executor_id":"a","executed_at":1767225600},{"executor_id":null,"executed_at":"never"}])", 2},
    }));
    CAPTURE(text);
    CHECK(read_executors(text).size() == count);
}

TEST_CASE("parses statuses and omits those with an invalid type or status", "[model]") {
    const auto statuses = read_statuses(R"([
        {"execute_id":"a","job_id":"j","job_type":"timed","job_name":"n","job_status":"executing",
         "begin_at":"2026-01-01T00:00:00.5Z","executor":null},
        {"execute_id":"b","job_type":"daily","job_status":"success"},
        {"execute_id":"c","job_type":"scheduled","job_status":"pending"},
        {"execute_id":"d","job_type":"cron","job_status":"failure","execute_times":3,"ext_info":
         {"tenant_id":"t","is_deleted":0,"result":{"x":1.50}},"executor":[{"executor_id":"x"}]},
        {"execute_id":"a","job_type":"timed","job_status":"success"}])");
    REQUIRE(statuses);
    REQUIRE(statuses->accepted.size() == 2);
    CHECK(statuses->refused.empty());
    const Execution& failed = statuses->accepted.at(0);
    CHECK(failed.id.value() == "d");
    CHECK(failed.job_type == JobType::scheduled);
    CHECK(failed.execute_times == 3);
    CHECK(failed.tenant.value() == "t");
    CHECK(failed.result == R"({"x":1.50})");
    CHECK(failed.executors.size() == 1);
    CHECK(statuses->accepted.at(1).state == ExecutionState::success);  // the last of a repeated id
    CHECK_FALSE(statuses->accepted.at(1).begin_at);
}

TEST_CASE("rejects a status that ends before it begins and accepts the others", "[model]") {
    const auto statuses = read_statuses(R"([
        {"execute_id":"a","job_type":"timed","job_status":"success",
         "begin_at":"2026-01-01T00:00:01Z","end_at":"2026-01-01T00:00:00Z"},
        {"execute_id":"b","job_type":"timed","job_status":"success",
         "begin_at":"2026-01-01T00:00:01Z","end_at":"2026-01-01T00:00:01Z"}])");
    REQUIRE(statuses);
    CHECK(statuses->refused == std::vector<ExecuteId>{ExecuteId{"a"}});
    REQUIRE(statuses->accepted.size() == 1);
    CHECK(statuses->accepted.front().id == ExecuteId{"b"});
}

TEST_CASE("preserves unknown members of ext_info and executor", "[model]") {
    const auto statuses = read_statuses(R"([{"execute_id":"a","job_type":"timed","job_status":"success",
        "executor":[{"executor_id":"x", "zone" : "b", "load":1.50}, 7, {"executor_id":"y"}],
        "ext_info":{"tenant_id":"t","x":[1, 2.0],"is_deleted":0,"\u0079":null,"result":{}}}])");
    REQUIRE(statuses);
    const Execution& read = statuses->accepted.at(0);
    CHECK(read.extra == R"("x":[1,2.0],"\u0079":null)");
    REQUIRE(read.executors.size() == 2);
    CHECK(read.executors[0].extra == R"("zone":"b","load":1.50)");
    CHECK(read.executors[1].extra.empty());
    CHECK(write_ext_info(read) ==
          R"({"tenant_id":"t","is_deleted":0,"result":{},"x":[1,2.0],"\u0079":null})");
    Execution again;
    read_ext_info(write_ext_info(read), again);
    CHECK(again.extra == read.extra);
    CHECK(read_executors(write_executors(read.executors)).at(0).extra == read.executors[0].extra);
}

TEST_CASE("marking ext_info as deleted keeps all else", "[model]") {
    const auto [before, after] = GENERATE(table<std::string, std::string>({
        {R"({"tenant_id":"t", "is_deleted": 0, "x": 1.50})", R"({"tenant_id":"t","is_deleted":1,"x":1.50})"},
        {R"({"is_deleted":"0"})", R"({"is_deleted":1})"},
        {R"({"tenant_id":"t"})", R"({"tenant_id":"t","is_deleted":1})"},
        {"{}", R"({"is_deleted":1})"},
        {"null", "null"},
        {"", ""},
        {"{broken", "{broken"},
    }));
    CHECK(mark_deleted(before) == after);
}

TEST_CASE("rejects invalid lists of statuses", "[model]") {
    const auto [json, causes] = GENERATE(table<std::string, std::string>({
        {"[]", "Empty status@;"},
        {R"([{"execute_id":"a","job_type":"x","job_status":"success"}])", "Empty status@;"},
        {"{}", "Invalid parameter@;"},
        {"[", "Invalid parameter@;"},
        {"[1]", "Invalid parameter@[0];"},
        {R"([{"job_type":"timed","job_status":"success"}])", "Invalid parameter@[0].execute_id;"},
        {R"([{"execute_id":"a","job_type":"timed","job_status":"success","begin_at":"x"}])",
         "Illegal time @[0].begin_at;"},
        {R"([{"execute_id":"a","job_type":"timed","job_status":"success","execute_times":-1}])",
         "Invalid parameter@[0].execute_times;"},
    }));
    CAPTURE(json);
    CHECK(causes_of(json) == causes);
}

TEST_CASE("ext_info keeps the trace and the announced events", "[model]") {
    Execution execution = ended();
    execution.traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    execution.announced = {Event::late, Event::running_long};
    const std::string text = write_ext_info(execution);
    CHECK(text.contains(R"("announced":["late","running_long"])"));
    Execution read;
    read_ext_info(text, read);
    CHECK(read.traceparent == execution.traceparent);
    CHECK(read.announced == execution.announced);
    CHECK(read.extra.empty());
    read_ext_info(R"({"is_deleted":0,"traceparent":"00-x","announced":["late","late","new",1]})", read);
    CHECK(read.traceparent.empty());
    CHECK(read.announced == std::vector{Event::late});
}
