#include <catch2/catch.hpp>
#include <random>

#include "ecron/model/json.hpp"
#include "ecron/model/messages.hpp"

using namespace ecron;
using namespace ecron::model;
using namespace std::chrono_literals;

namespace {

const Instant kNow = parse_rfc3339("2026-06-01T12:00:00Z").value();

/// Returns a valid job; `members` replaces or adds members (the last of a name counts), `context` does the
/// same in job_context.
std::string job_text(const std::string& members = "", const std::string& context = "") {
    const auto with_comma = [](const std::string& text) { return text.empty() ? text : "," + text; };
    return R"({"job_name":"report","job_cron_time":"0 0 * * *","job_type":"scheduled","job_context":{"mode":"http",)"
           R"("exec":"https://api.example.com/x")" +
           with_comma(context) + "}" + with_comma(members) + "}";
}

auto read(const std::string& json, Purpose purpose = Purpose::store, const Job* replaces = nullptr) {
    return read_job(json, purpose, Rules{}, kNow, replaces);
}

/// Returns "cause@field" of each problem in order, separated by blanks and bars.
std::string problems_of(const std::string& json, Purpose purpose = Purpose::store) {
    const auto input = read(json, purpose);
    if (input) return "none";
    std::string out;
    for (const Problem& problem : input.error())
        out += (out.empty() ? "" : " | ") + problem.cause + "@" + problem.field;
    return out;
}

std::string explanation_of(const std::string& json) {
    const auto input = read(json);
    return input ? "none" : input.error().front().explanation;
}

std::string repeated(const std::string& text, int times) {
    std::string out;
    for (int i = 0; i < times; ++i) out += text;
    return out;
}

}  // namespace

TEST_CASE("parses a job as received", "[model]") {
    const auto input = read(R"({"job_name":"n","job_cron_time":"*/5 * * * *","job_type":"cron","enabled":true,
        "remarks":"r","job_id":"mine","tenant_id":"t","created_at":7,"unknown":{},
        "job_context":{"mode":"https","exec":"http://h/p?q=1","info":{"method":"PUT","params":{"b":"2","a":"1"},
        "headers":{"X-A":"v","X-None":null},"body":{ "k" : [1, 2] },"kubernetes":null},
        "notify":{"webhook":"https://w/"},"begin_at":"2026-01-01T00:00:00.9+08:00","end_at":""}})");
    REQUIRE(input);
    const Job& job = input->job;
    CHECK(job.name == "n");
    CHECK(job.cron_time == "*/5 * * * *");
    CHECK(job.type == JobType::scheduled);
    CHECK(job.enabled);
    CHECK(job.remarks == "r");
    CHECK(job.id.value() == "mine");
    const Context& context = input->context;
    CHECK(context.mode == Mode::https);
    CHECK(context.method == "PUT");
    CHECK(context.params == NameValues{{"b", "2"}, {"a", "1"}});
    CHECK(context.headers == NameValues{{"X-A", "v"}, {"X-None", ""}});
    CHECK(context.body == R"({"k":[1,2]})");
    CHECK_FALSE(context.kubernetes);
    CHECK(context.webhook == "https://w/");
    CHECK(format_rfc3339_millis(context.plan.begin_at.value()) == "2025-12-31T16:00:00.000Z");
    CHECK_FALSE(context.plan.end_at);
    CHECK(job.context == write_context(context));
    CHECK(input->warnings.empty());
}

TEST_CASE("parses the members specific to ecron", "[model]") {
    const auto input = read(job_text("", R"("timezone":"Europe/Berlin","dst":{"gap":"skip","overlap":"both"},
        "misfire":"all","misfire_grace":"2m","start_deadline":30,"overlap":"queue","jitter":1.5,"timeout":"1h",
        "retry":{"max_attempts":5,"initial":"2s","multiplier":1.5,"max":"1m","on":[404,"5xx","420-429"]},
        "completion":"auto","callback_timeout":"1d","on_node_loss":"interrupt","priority":-3,"concurrency_key":"db",
        "max_concurrency":2,"labels":{"team":"ops"},"retention":"30d","notify":{"on":["success","abandon"]})"));
    REQUIRE(input);
    const Context& context = input->context;
    CHECK(context.plan.timezone == "Europe/Berlin");
    CHECK(context.plan.dst == cron::DstPolicy{cron::Gap::skip, cron::Overlap::both});
    CHECK(context.plan.misfire == Misfire::all);
    CHECK(context.plan.misfire_grace == 2min);
    CHECK(context.plan.start_deadline == 30s);
    CHECK(context.plan.overlap == Overlap::queue);
    CHECK(context.plan.jitter == 1500ms);
    CHECK(context.timeout == 1h);
    CHECK(context.retry == Retry{5, 2s, 1.5, 1min, {}, {{404, 404}, {500, 599}, {420, 429}}});
    CHECK(context.completion == Completion::automatic);
    CHECK(context.callback_timeout == 24h);
    CHECK(context.on_node_loss == NodeLoss::interrupt);
    CHECK(context.priority == -3);
    CHECK(context.plan.concurrency_key == "db");
    CHECK(context.plan.max_concurrency == 2);
    CHECK(context.labels == R"({"team":"ops"})");
    CHECK(context.retention == 30 * 24h);
    CHECK(context.notify_on == std::vector<std::string>{"success", "abandon"});
}

TEST_CASE("events can be notified, and need the limit that they report", "[model]") {
    const auto read = [](const std::string& more) {
        return read_job(
            job_text("", R"("notify":{"webhook":"http://h/","on":["late","running_long","missed"]})" + more),
            Purpose::store, Rules{}, kNow);
    };
    const auto input = read(R"(,"max_lateness":"5m","max_duration":"2h")");
    REQUIRE(input);
    CHECK(input->context.notify_on == std::vector<std::string>{"late", "running_long", "missed"});
    CHECK(input->context.max_lateness == 5min);
    CHECK(input->context.max_duration == 2h);
    CHECK(read_context(input->job.context) == input->context);
    const auto refused = read(R"(,"max_duration":"2h")");
    REQUIRE_FALSE(refused);
    REQUIRE(refused.error().size() == 1);
    CHECK(refused.error()[0].field == "job_context.max_lateness");
    CHECK(refused.error()[0].explanation.contains("is required by notify.on: late"));
}

TEST_CASE("absent members of retry take the defaults", "[model]") {
    Rules rules;
    rules.retry.max_attempts = 7;
    const auto input = read_job(job_text("", R"("retry":{"max":"500ms"})"), Purpose::store, rules, kNow);
    REQUIRE(input);
    CHECK(input->context.retry == Retry{7, 500ms, 2, 500ms, {}});
}

TEST_CASE("a valid job has no problems", "[model]") {
    const auto [members, context] = GENERATE(table<std::string, std::string>({
        {"", ""},
        {R"("enabled":null,"remarks":null,"job_id":null)", R"("info":null,"notify":null,"begin_at":null)"},
        {R"("job_name":"a' or 1=1; -- #")", ""},
        {R"("job_name":"\"quoted\" \\ \u00e9 \ud83d\ude00 😀")", ""},
        {R"("remarks":"line\nbreak\u0001")", ""},
        {R"("job_name":null,"job_name":"the last counts")", ""},
        {R"("job_type":"real-time","job_cron_time":"")", ""},
        {R"("job_type":"real-time","job_cron_time":null)", ""},
        {R"("job_type":"real-time")", ""},
        {R"("job_type":"timed","job_cron_time":"2026-06-01T12:00:01Z")", ""},
        {R"("job_type":"timed")", ""},
        {"", R"("begin_at":"2026-01-01T00:00:00Z","end_at":"2026-01-01T00:00:00Z")"},
        {"", R"("begin_at":"0001-01-01T00:00:00Z")"},
        {"", R"("mode":"exe","exec":"/bin/true")"},
        {"",
         R"("mode":"exe","exec":"a 'b c' \"d\"","info":{"environment":{"A_1":""},"working_directory":"/tmp"})"},
        {"", R"("mode":"exe","exec":"","info":{"kubernetes":{"addr":"k","port":8001,"image":"i"}})"},
        {"", R"("exec":"HTTP://h")"},
        {"", R"("exec":"http://user:pw@[::1]:80/a b?x=1")"},
        {"", R"("exec":"http://h/ ")"},
        {"", R"("exec":"http://b\u00fccher.example/")"},
        {"", R"("mode":"exe","exec":"","info":{"kubernetes":{"addr":"::1","image":"i"}})"},
        {"", R"("info":{"method":"get"})"},
        {"", R"("info":{"body":{}})"},
    }));
    CAPTURE(members, context);
    CHECK(problems_of(job_text(members, context)) == "none");
}

TEST_CASE("rejects an invalid job with cause and member", "[model]") {
    const auto [members, context, problems] = GENERATE(table<std::string, std::string, std::string>({
        {R"("job_name":"")", "", "Job name is empty@job_name"},
        {R"("job_name":null)", "", "Job name is empty@job_name"},
        {R"("job_name":")" + repeated("é", 65) + "\"", "", "Invalid parameter@job_name"},
        {R"("job_name":"a\u0000b")", "", "Invalid parameter@job_name"},
        {R"("remarks":")" + repeated("é", 257) + "\"", "", "Invalid parameter@remarks"},
        {"", R"("begin_at":"tomorrow")", "Illegal time @begin_at"},
        {"", R"("end_at":"2026-02-30T00:00:00Z")", "Illegal time @end_at"},
        {"", R"("begin_at":"2026-01-01T00:00:01Z","end_at":"2026-01-01T00:00:00Z")",
         "End time is earlier than start time@end_at"},
        {"", R"("mode":"HTTP")", "Unsupported execution mode@mode"},
        {"", R"("mode":null)", "Unsupported execution mode@mode"},
        {R"("job_cron_time":"")", "", "Cron time error@job_cron_time"},
        {R"("job_cron_time":null)", "", "Cron time error@job_cron_time"},
        {R"("job_cron_time":"0 0 30 2 *")", "", "Cron time error@job_cron_time"},
        {R"("job_cron_time":"0 0 0 1 1 ? 2020")", "", "Cron time error@job_cron_time"},
        {R"("job_cron_time":"2030-01-01T00:00:00Z")", "", "Cron time error@job_cron_time"},
        {R"("job_cron_time":")" + repeated("1", 257) + "\"", "", "Cron time error@job_cron_time"},
        {R"("job_type":"timed","job_cron_time":"2026-06-01T12:00:00Z")", "", "Cron time error@job_cron_time"},
        {R"("job_type":"Scheduled")", "", "Illegal job type@job_type"},
        {R"("job_type":null)", "", "Illegal job type@job_type"},
        {"", R"("exec":null)", "Invalid parameter@job_context.exec"},
        {"", R"("exec":"ftp://h/")", "Invalid parameter@job_context.exec"},
        {"", R"("exec":"http:///path")", "Invalid parameter@job_context.exec"},
        {"", R"("exec":"http://h/\r\nX: y")", "Invalid parameter@job_context.exec"},
        {"", R"("exec":"http://h:99999/")", "Invalid parameter@job_context.exec"},
        {"", R"("exec":"http://h:abc/")", "Invalid parameter@job_context.exec"},
        {"", R"("exec":"http://[::1/")", "Invalid parameter@job_context.exec"},
        {"", R"("exec":"http://*/")", "Invalid parameter@job_context.exec"},
        {"", R"("notify":{"webhook":"http://h:99999/"})", "Invalid parameter@job_context.notify.webhook"},
        {"", R"("notify":{"webhook":"http://*/"})", "Invalid parameter@job_context.notify.webhook"},
        {"", R"("mode":"exe","exec":"","info":{"kubernetes":{"addr":"[::1","image":"i"}})",
         "Invalid parameter@job_context.info.kubernetes.addr"},
        {"", R"("mode":"exe","exec":"","info":{"kubernetes":{}})", "Invalid parameter@job_context.exec"},
        {"", R"("mode":"exe","exec":" ")", "Invalid parameter@job_context.exec"},
        {"", R"("mode":"exe","exec":"/bin/echo 'a")", "Invalid parameter@job_context.exec"},
        {"", R"("info":{"environment":{"A-B":"v"}})", "Invalid parameter@job_context.info.environment"},
        {"", R"("info":{"environment":{"ECRON_X":"v"}})", "Invalid parameter@job_context.info.environment"},
        {"", R"("info":{"environment":{"1A":"v"}})", "Invalid parameter@job_context.info.environment"},
        {"", R"("info":{"working_directory":"tmp"})", "Invalid parameter@job_context.info.working_directory"},
        {"", R"("info":{"headers":{"X Y":"v"}})", "Invalid parameter@job_context.info.headers"},
        {"", R"("info":{"headers":{"X":"a\r\nb"}})", "Invalid parameter@job_context.info.headers"},
        {"", R"("info":{"headers":{"X":"a\u0001"}})", "Invalid parameter@job_context.info.headers"},
        {"", R"("notify":{"webhook":"nowhere"})", "Invalid parameter@job_context.notify.webhook"},
        {"", R"("notify":{"on":["pending"]})", "Invalid parameter@job_context.notify.on[0]"},
        {"", R"("timezone":"Mars/Olympus")", "Invalid parameter@job_context.timezone"},
        {"", R"("overlap":"both")", "Invalid parameter@job_context.overlap"},
        {"", R"("timeout":0)", "Invalid parameter@job_context.timeout"},
        {"", R"("timeout":-1)", "Invalid parameter@job_context.timeout"},
        {"", R"("timeout":1e300)", "Invalid parameter@job_context.timeout"},
        {"", R"("timeout":"25h")", "Invalid parameter@job_context.timeout"},
        {"", R"("timeout":"soon")", "Invalid parameter@job_context.timeout"},
        {"", R"("priority":99999999999999999999)", "Invalid parameter@job_context.priority"},
        {"", R"("priority":1.5)", "Invalid parameter@job_context.priority"},
        {"", R"("max_concurrency":0)", "Invalid parameter@job_context.max_concurrency"},
        {"", R"("retry":{"max_attempts":0})", "Invalid parameter@job_context.retry.max_attempts"},
        {"", R"("retry":{"after_max":-1})", "Invalid parameter@job_context.retry.after_max"},
        {"", R"("retry":{"after_max":"31d"})", "Invalid parameter@job_context.retry.after_max"},
        {"", R"("retry":{"multiplier":0.5})", "Invalid parameter@job_context.retry.multiplier"},
        {"", R"("retry":{"initial":"2m","max":"1m"})", "Invalid parameter@job_context.retry.max"},
        {"", R"("retry":{"on":[0,"6xx","9-1",true]})",
         "Invalid parameter@job_context.retry.on[0] | Invalid parameter@job_context.retry.on[1] | "
         "Invalid parameter@job_context.retry.on[2] | Invalid parameter@job_context.retry.on[3]"},
        {"", R"("labels":{"":"x"})", "Invalid parameter@job_context.labels"},
    }));
    CAPTURE(members, context);
    CHECK(problems_of(job_text(members, context)) == problems);
}

TEST_CASE("lists all members of the wrong type before every other problem", "[model]") {
    CHECK(problems_of(
              R"({"job_name":5,"job_cron_time":[],"job_type":{},"enabled":"yes","remarks":1,"job_context":
        {"mode":1,"exec":2,"info":{"params":{"a":1},"headers":[],"body":"text","kubernetes":[]},"notify":"x",
        "begin_at":0,"execute_id":1,"timeout":true,"priority":"1","retry":[],"labels":{"a":{}}}})") ==
          "Invalid parameter@job_name | Invalid parameter@job_cron_time | Invalid parameter@enabled | "
          "Invalid parameter@remarks | Invalid parameter@job_context.begin_at | Invalid "
          "parameter@job_context.mode | "
          "Invalid parameter@job_type | Invalid parameter@job_context.exec | "
          "Invalid parameter@job_context.info.params.a | "
          "Invalid parameter@job_context.info.headers | Invalid parameter@job_context.info.body | "
          "Invalid parameter@job_context.info.kubernetes | Invalid parameter@job_context.notify | "
          "Invalid parameter@job_context.execute_id | "
          "Invalid parameter@job_context.timeout | Invalid parameter@job_context.retry | "
          "Invalid parameter@job_context.priority | Invalid parameter@job_context.labels.a");
    CHECK(problems_of(job_text(R"("job_context":[])")) ==
          "Invalid parameter@job_context | Unsupported execution mode@mode");
}

TEST_CASE("problems are in the order of the previous service's checks", "[model]") {
    const std::string json = R"({"job_name":"","job_cron_time":"x","job_type":"y","job_context":
        {"timeout":-1,"mode":"z","begin_at":"b","end_at":"e"}})";
    CHECK(problems_of(json) ==
          "Job name is empty@job_name | Illegal time @begin_at | Illegal time @end_at | "
          "Unsupported execution mode@mode | Cron time error@job_cron_time | Illegal job type@job_type | "
          "Invalid parameter@job_context.timeout");
    const auto input = read(json);
    std::string order;
    for (const Problem& problem : input.error()) order += problem.after_lookup ? 'l' : 'e';
    CHECK(order == "eeeeell");  // "no such job" precedes the type
}

TEST_CASE("an empty object yields all errors at once", "[model]") {
    CHECK(problems_of("{}") ==
          "Job name is empty@job_name | Unsupported execution mode@mode | "
          "Cron time error@job_cron_time | Illegal job type@job_type");
}

TEST_CASE("a position in a command or an expression counts characters", "[model]") {
    CHECK(explanation_of(job_text("", R"("mode":"exe","exec":"echo 你好 'x")")) ==
          "a ' is not closed (at position 8)");
    CHECK(explanation_of(job_text(R"("job_cron_time":"0 0 1,每天 * *")")) ==
          "\"每天\" is not a valid day of month: numbers go from 1 to 31 (at position 6)");
}

TEST_CASE("rejects text that is not a JSON object with the position", "[model]") {
    const auto [json, explanation] = GENERATE(table<std::string, std::string>({
        {"", "incomplete JSON at line 1, column 1 (byte 0)"},
        {"{\n  \"é\": tru }", "syntax error at line 2, column 8 (byte 10)"},
        {"{} x", "text after the end of the value at line 1, column 4 (byte 3)"},
        {"[]", "must be an object, is a list"},
        {"null", "must be an object, is null"},
        {"{\"job_name\":\"\xC0\xAF\"}", "syntax error at line 1, column 14 (byte 13)"},
        {"{\"job_name\":\"\xED\xA0\x80\"}", "syntax error at line 1, column 14 (byte 13)"},
        {R"({"a":"\ud800"})", "syntax error at line 1, column 13 (byte 12)"},
    }));
    CAPTURE(json);
    CHECK(problems_of(json) == "Invalid parameter@");
    CHECK(explanation_of(json) == explanation);
}

TEST_CASE("limits the nesting depth", "[model]") {
    const auto nested = [](int depth) {
        return job_text("", R"("info":{"body":{"a":)" + repeated("[", depth) + repeated("]", depth) + "}}");
    };
    CHECK(problems_of(nested(60)) == "none");
    CHECK(explanation_of(nested(61)).starts_with("nested deeper than 64 levels at line 1, column "));
    CHECK(explanation_of(repeated("[", 10'000)).starts_with("nested deeper than 64 levels"));
    CHECK(explanation_of(repeated(R"({"a":)", 10'000)).starts_with("nested deeper than 64 levels"));
}

TEST_CASE("preserves numbers and order in a body", "[model]") {
    const std::string body =
        R"({"z":18446744073709551616,"a":0.1000000000000000055511151231257827,"m":1E400,"a":-0})";
    const auto input = read(job_text("", R"("info":{"body": )" + body + "}"));
    REQUIRE(input);
    CHECK(input->context.body == body);
    CHECK(read_context(input->job.context)->body == body);
}

TEST_CASE("limits the number of problems", "[model]") {
    std::string headers;
    for (int i = 0; i < 1'000; ++i) headers += "\"h" + std::to_string(i) + "\":1,";
    headers.pop_back();
    const auto input = read(job_text("", R"("info":{"headers":{)" + headers + "}}"));
    REQUIRE_FALSE(input);
    CHECK(input.error().size() == 50);
}

TEST_CASE("warns of a misspelled member", "[model]") {
    const auto [context, warning] = GENERATE(table<std::string, std::string>({
        {R"("time_out":5)", R"(job_context.time_out is not known and ignored; did you mean "timeout"?)"},
        {R"("timeZone":"UTC")", R"(job_context.timeZone is not known and ignored; did you mean "timezone"?)"},
        {R"("retry":{"max_atempts":5})",
         R"(job_context.retry.max_atempts is not known and ignored; did you mean "max_attempts"?)"},
        {R"("something_else":1)", ""},
        {R"("method":"GET")",
         R"(job_context.method is not known and ignored; did you mean "job_context.info.method"?)"},
        {R"("info":{"body":{"labels":{"method":"x"}}})", ""},
        {R"("enabled":true)", R"(job_context.enabled is not known and ignored; did you mean "enabled"?)"},
    }));
    CAPTURE(context);
    const auto input = read(job_text("", context));
    REQUIRE(input);
    CHECK((input->warnings.empty() ? "" : input->warnings.front()) == warning);
    CHECK(input->warnings.size() == (warning.empty() ? 0U : 1U));
}

TEST_CASE("accepts known methods in any case and replaces others by POST with a warning", "[model]") {
    const auto [given, method, warns] = GENERATE(table<std::string, std::string, bool>({
        {"GET", "GET", false},
        {"get", "GET", false},
        {"Delete", "DELETE", false},
        {"put", "PUT", false},
        {"PATCH", "PATCH", false},
        {"patch", "PATCH", false},
        {"HEAD", "HEAD", false},
        {"post", "POST", false},
        {"", "POST", false},
        {"FOO", "POST", true},
        {" GET", "POST", true},
        {"OPTIONS", "POST", true},
    }));
    CAPTURE(given);
    const auto input = read(job_text("", R"("info":{"method":")" + given + "\"}"));
    REQUIRE(input);
    CHECK(input->context.method == method);
    CHECK(read_context(input->job.context)->method == method);
    REQUIRE(input->warnings.size() == (warns ? 1U : 0U));
    if (warns)
        CHECK(input->warnings.front() ==
              "info.method \"" + given +
                  "\" is not known: POST is sent (known are GET, HEAD, POST, PUT, PATCH, DELETE)");
}

TEST_CASE("an immediate job needs a mode or an id, but neither name nor schedule", "[model]") {
    const auto problems = [](const std::string& json) { return problems_of(json, Purpose::run_now); };
    CHECK(problems(R"({"job_context":{"mode":"http","exec":"http://h/"}})") == "none");
    CHECK(problems(R"({"job_id":"a"})") == "none");
    CHECK(problems(R"({"job_cron_time":"nonsense","job_context":{"mode":"exe","exec":"x"}})") == "none");
    CHECK(problems("{}") == "Unsupported execution mode@mode");
    CHECK(problems(R"({"job_id":"a","job_context":{"mode":"ftp"}})") == "Unsupported execution mode@mode");
    CHECK(problems(R"({"job_id":"a","job_type":"daily"})") == "Illegal job type@job_type");
    CHECK(problems(R"({"job_id":")" + repeated("x", 37) + "\"}") == "Invalid parameter@job_id");

    CHECK(problems(R"({"job_id":" a","job_context":{"mode":"exe","exec":"x"}})") ==
          "Invalid parameter@job_id");
    for (const std::string id : {" a", "a ", "a\\tb", "\\n", "x\\r\\nEvil: 1", "\\u00a0a"})
        CHECK(problems(R"({"job_id":"a","job_context":{"execute_id":")" + id + "\"}}") ==
              "Invalid parameter@job_context.execute_id");
    CHECK(problems(R"({"job_id":"a","job_context":{"execute_id":"a/b c"}})") == "none");

    const auto stored = read(R"({"job_id":"a"})", Purpose::run_now);
    CHECK_FALSE(stored->has_mode);
    CHECK_FALSE(stored->has_type);
    CHECK(stored->job.type == JobType::real_time);
    const auto sent =
        read(R"({"job_type":"timed","job_context":{"mode":"exe","exec":"x"}})", Purpose::run_now);
    CHECK(sent->has_mode);
    CHECK(sent->has_type);
}

TEST_CASE("rejects a name with leading or trailing white space or control characters unless it is stored",
          "[model]") {
    const std::string name = GENERATE("report ", " report", "report\\u3000", "re\\tport", "report\\u0000");
    CAPTURE(name);
    const std::string text = job_text(R"("job_name":")" + name + '"');
    CHECK(problems_of(text) == "Invalid parameter@job_name");
    Job stored;
    stored.name = "report ";
    CHECK(read(text, Purpose::store, &stored).has_value() == (name == stored.name));
}

TEST_CASE("a replaced job keeps an expression that a new one could not have", "[model]") {
    Job old;
    old.id = JobId{"old"};
    old.cron_time = "0 0 0 31 2 ?";
    const std::string json = job_text(R"("job_cron_time":"0 0 0 31 2 ?")");
    CHECK(read(json, Purpose::store, &old));
    CHECK_FALSE(read(json));
    old.cron_time = "0 0 0 30 2 ?";
    CHECK_FALSE(read(json, Purpose::store, &old));
}

TEST_CASE("a replaced job keeps a target that a new one could not have, with a warning", "[model]") {
    const auto [stored, field] = GENERATE(table<std::string, std::string>({
        {R"("notify":{"webhook":"callback.example.com/hook"})", "notify.webhook"},
        {R"("exec":"")", "exec"},
        {R"("exec":"/relative")", "exec"},
        {R"("mode":"exe","exec":"")", "exec"},
        {R"("info":{"headers":{"X-Ecron-Attempt":"7"}})", "info.headers"},
    }));
    CAPTURE(stored);
    const Job old{.context = "{" + stored + "}"};
    const std::string json = job_text(R"("remarks":"changed")", stored);
    CHECK_FALSE(read(json));
    const auto kept = read(json, Purpose::store, &old);
    REQUIRE(kept);
    REQUIRE(kept->warnings.size() == 1);
    CHECK_THAT(kept->warnings[0], Catch::StartsWith("job_context." + field) && Catch::EndsWith("before"));
    const Job other{.context = R"({"mode":"http","exec":"https://api.example.com/x"})"};
    CHECK_FALSE(read(json, Purpose::store, &other));
}

TEST_CASE("rejects a reserved header", "[model]") {
    for (const char* name : {"X-Ecron-Attempt", "x-ecron-scheduled-at", "X-ECRON-Mine"})
        CHECK(problems_of(job_text("", R"("info":{"headers":{")" + std::string{name} + R"(":"1"}})")) ==
              "Invalid parameter@job_context.info.headers");
    CHECK(problems_of(job_text("", R"("info":{"headers":{"Idempotency-Key":"1","X-Ecro":"1"}})")) == "none");
}

TEST_CASE("warns of a header that is sent with another value", "[model]") {
    const auto [name, says] = GENERATE(table<std::string, std::string>({
        {"Webhook", "is replaced by the URL for the callback"},
        {"content-length", "is not sent: it follows from the body"},
        {"Transfer-Encoding", "is not sent: it follows from the body"},
        {"EXPECT", "is not sent: it follows from the body"},
    }));
    const auto warnings = [](const std::string& context) {
        return read_job(job_text("", context), Purpose::store, Rules{}, Instant{}).value().warnings;
    };
    CHECK(warnings(R"("info":{"headers":{"A":"1",")" + name + R"(":"2"}})") ==
          std::vector<std::string>{"info.headers \"" + name + "\" " + says});
    CHECK(warnings(R"("info":{"headers":{"Content-Type":"text/plain","Webhooks":"2"}})").empty());
}

TEST_CASE("parses small bodies", "[model]") {
    CHECK(read_enable(R"({"enable":true})") == true);
    CHECK(read_enable("{}") == false);
    CHECK(read_enable(R"({"enable":1})").error().front().field == "enable");
    CHECK(read_enable(R"({"enabled":true})").error().front().field == "enable");
    CHECK(read_enable(R"({"enabled":1,"enable":true})") == true);
    CHECK(read_webhook(R"({"webhook":"https://w/"})")->url == "https://w/");
    CHECK_FALSE(read_webhook(R"({"webhook":"https://w/"})")->problem);
    CHECK(read_webhook(R"({"webhook":"https://w:99999/"})")->problem);
    CHECK(read_webhook(R"({"webhook":""})")->url.empty());
    CHECK_FALSE(read_webhook(R"({"webhook":""})")->problem);
    CHECK(read_webhook(R"({"webhook":"w"})")->problem.value().field == "webhook");
    CHECK(read_webhook("[").error().front().cause == "Invalid parameter");

    CHECK(read_result(R"( {"n": 12345678901234567890.50} )") == R"({"n":12345678901234567890.50})");
    CHECK(read_result("{\"m\":\"a\xff\"}") == "{\"m\":\"a\uFFFD\"}");
    CHECK(read_result("null") == "");
    CHECK(read_result("[]") == std::nullopt);
    CHECK(read_result("") == std::nullopt);
}

TEST_CASE("no text crashes the reader, and accepted text is canonical", "[model]") {
    const std::string good = job_text(
        R"("enabled":true,"remarks":"é")",
        R"("info":{"params":{"a":"b"},"headers":{"X":"y"},"body":{"n":1.50}},"retry":{"on":[500]},"jitter":"5s")");
    std::mt19937 random{7};
    const auto below = [&](std::size_t bound) {
        return std::uniform_int_distribution<std::size_t>{0, bound - 1}(random);
    };
    constexpr std::string_view kLetters = "\"{}[]:,\\0-eE.tfn x\xC3\x01";
    int accepted = 0;
    for (int i = 0; i < 5'000; ++i) {
        std::string text = good;
        for (std::size_t edits = 1 + below(3); edits > 0; --edits) {
            const std::size_t at = below(text.size());
            switch (below(4)) {
                case 0:
                    text.erase(at, 1 + below(8));
                    break;
                case 1:
                    text.insert(at, 1, kLetters[below(kLetters.size())]);
                    break;
                case 2:
                    text[at] = kLetters[below(kLetters.size())];
                    break;
                default:
                    text.insert(at, text.substr(below(text.size()), below(40)));
            }
        }
        CAPTURE(text);
        const auto input = read(text);
        if (!input) {
            REQUIRE_FALSE(input.error().empty());
            continue;
        }
        ++accepted;
        REQUIRE(read_context(input->job.context) == input->context);
    }
    CHECK(accepted > 100);
}

TEST_CASE("a job that retries faster than permitted is accepted with a warning", "[model]") {
    const auto [retry, warning] = GENERATE(table<std::string, std::string>({
        {R"("retry":{"initial":"1ms","max_attempts":1000})",
         "retry.initial is 1ms; attempts are at least 100ms apart here"},
        {R"("retry":{"initial":"100ms"})", ""},
        {R"("retry":{"max_attempts":3})", ""},
        {"", ""},
    }));
    CAPTURE(retry);
    const auto input = read_job(job_text("", retry), Purpose::store,
                                Rules{.retry_floor = std::chrono::milliseconds{100}}, kNow);
    REQUIRE(input);
    CHECK(input->warnings.size() == (warning.empty() ? 0U : 1U));
    CHECK((input->warnings.empty() ? "" : input->warnings.front()) == warning);
}
