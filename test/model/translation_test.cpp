#include "ecron/model/translation.hpp"

#include <catch2/catch.hpp>
#include <regex>
#include <set>

#include "ecron/cron/schedule.hpp"
#include "ecron/model/json.hpp"
#include "model/translation_table.hpp"

using namespace ecron;
using namespace ecron::model;

namespace {

/// Returns the numbers of the parts that a pattern names.
std::multiset<char> parts_in(std::string_view pattern) {
    std::multiset<char> parts;
    for (std::size_t at = pattern.find('{'); at != pattern.npos; at = pattern.find('{', at + 1))
        if (at + 2 < pattern.size() && pattern[at + 2] == '}') parts.insert(pattern[at + 1]);
    return parts;
}

std::size_t count_in(std::string_view pattern) {
    std::size_t count = 0;
    for (std::size_t at = pattern.find("{}"); at != pattern.npos; at = pattern.find("{}", at + 2)) ++count;
    return count;
}

/// Returns true if a text has two English words in a row outside of quotation marks.
bool has_prose(const std::string& text) {
    static const std::regex quoted("\"[^\"]*\"|CRON_TZ|@every [0-9a-z]+");
    static const std::regex prose("[A-Za-z]{2,} [a-z]{2,}");
    return std::regex_search(std::regex_replace(text, quoted, "?"), prose);
}

void check_translated(const std::string& english) {
    CAPTURE(english);
    for (const Language language : {Language::zh_cn, Language::zh_tw}) {
        CHECK(translated(english, language) != english);
        CHECK_FALSE(has_prose(translated(english, language)));
    }
    CHECK(translated(english, Language::en_us) == english);
}

}  // namespace

TEST_CASE("texts have their parts in every language", "[model]") {
    const auto [english, expected] = GENERATE(table<std::string, std::string>({
        {"must not be empty", "不能为空"},
        {"hour 25 is above 23 (at position 2)", "时 25 大于 23（位置 2）"},
        {"must be an object, is a list", "必须是对象，实际是列表"},
        {"the second is missing", "缺少秒"},
        {"\"second\" is not a valid minute: numbers go from 0 to 59",
         "\"second\" 不是有效的分：数字范围 0 到 59"},
        {"it was \"minute\"", "it was \"minute\""},
        {"there is no time zone \"CST\"; did you mean \"Asia/Shanghai\", \"America/Chicago\" or "
         "\"America/Havana\"?",
         "没有时区 \"CST\"；您是否想用 \"Asia/Shanghai\"、\"America/Chicago\" 或 \"America/Havana\"？"},
        {"there is no time zone \"UTC+8\"; the zone 8 hours ahead of UTC is \"Etc/GMT-8\"",
         "没有时区 \"UTC+8\"；比 UTC 早 8 小时的时区是 \"Etc/GMT-8\""},
        {"It was planned and ended without a run. Reason: overlap.",
         "已触发，但没有运行就结束了。原因：overlap。"},
        {"job_context.exec must not be empty; the job had this value before",
         "job_context.exec 不能为空；任务原来就是该值"},
    }));
    CHECK(translated(english, Language::zh_cn) == expected);
    CHECK(translated(english, Language::en_us) == english);
}

TEST_CASE("reasons of conflicts are translated", "[model]") {
    for (const char* reason :
         {"the execution has already ended (success); POST /jobexecution runs the job again",
          "the execution has ended in the meantime; GET /jobexecution/:execute_id shows its state",
          "is the id of an execution of another job; use another execute_id, or another Idempotency-Key",
          "is the id of an existing job; change that job, or use another id",
          "a record with the same key exists; read it again",
          "several jobs have this name: 1 (tenant a) 2 (tenant b); change one of them by its id, or name one "
          "tenant (?tenant=)"}) {
        CAPTURE(reason);
        CHECK_FALSE(translated(reason, Language::zh_cn).contains(std::string_view{reason}.substr(0, 9)));
        CHECK(translated(reason, Language::zh_tw) != reason);
    }
}

TEST_CASE("reasons of attempts and executions are translated", "[model]") {
    const auto [english, expected] = GENERATE(table<std::string, std::string>({
        {"the target answered 503", "目标返回 503"},
        {"could not resolve host a.example", "无法解析主机 a.example"},
        {"no complete answer within 1m", "在 1m 内未收到完整响应"},
        {"redirect to another origin, https://b:443, is not followed: the request carries secrets",
         "不跟随到其他源 https://b:443 的重定向：请求含有密钥"},
        {"/bin/x is not executable", "/bin/x 不可执行"},
        {"exit code 3", "退出码 3"},
        {"OOMKilled (exit code 137); the Job failed", "OOMKilled（退出码 137）；Job 失败"},
        {"no end within 1h; SIGTERM ended it", "在 1h 内未结束；已由 SIGTERM 终止"},
        {"no end within 1h; its pod waits: ImagePullBackOff: x",
         "在 1h 内未结束；其 Pod 在等待：ImagePullBackOff: x"},
        {"not delivered within 1d: the receiver answered 500", "在 1d 内未能送达：接收方返回 500"},
        {"cancelled by alice", "由 alice 取消"},
        {"node_lost", "node_lost"},  // for programs
        {"a target's own words", "a target's own words"},
    }));
    CHECK(translated(english, Language::zh_cn) == expected);
}

TEST_CASE("each translation names the parts of its text", "[model]") {
    std::set<std::string_view> texts;
    for (const Translation& row : kTranslations) {
        CAPTURE(row.english);
        CHECK(texts.insert(row.english).second);
        CHECK(parts_in(row.zh_cn) == parts_in(row.zh_tw));
        CHECK(parts_in(row.zh_cn).size() <= count_in(row.english));
        for (const char part : parts_in(row.zh_cn))
            CHECK(static_cast<std::size_t>(part - '0') < count_in(row.english));
    }
}

TEST_CASE("reasons and warnings of expressions are translated", "[model]") {
    const std::string text = GENERATE(
        "", "* * * *", "0 25 * * *", "0 0 0 31 2 ?", "0 0 30 2 *", "x * * * *", "*/0 * * * *", "*/99 * * * *",
        "1, * * * *", "1- * * * *", "1-2-3 * * * *", "1/2/3 * * * *", "? * * * *", "0 0 ? * ?", "0 0 * * 9",
        "0 0 0 * * * 1800", "0 0 * 13 *", "0 0 L-40 * *", "0 0 * * MON#9", "0 0 * * L", "@never", "@every",
        "@every x", "@every 1ms", "@daily x", "TZ=", "TZ=CST 0 0 * * *", "TZ=UTC+8 0 0 * * *",
        "TZ=Nowhere 0 0 * * *", "2026-01-31T08:30", "2026-01-31 08:30:00", "2026-01-31T08:30:00Z x",
        "1800-01-31T08:30:00Z", "0 0 1 1 ? 2026", "0\n0 * * *", "0\u30000 * * *", "0 0 31 * *", "0 0 1 * 1",
        "* * 3 * * *", "* 3 * * *", "0 0 */7 * *", "*/7 * * * *", "H * * * *", "H(5-1) * * * *", "H( * * * *",
        "0 0 * * 5#5", "TZ=Etc/GMT-1 0 0 * * *", "0 0 0 1 1 ? 2020-2010");
    CAPTURE(text);
    for (const cron::Dialect dialect : {cron::Dialect::cron, cron::Dialect::quartz}) {
        const auto parsed = cron::parse(text, {.dialect = dialect});
        if (!parsed) check_translated(parsed.error().reason);
        if (parsed)
            for (const std::string& warning : parsed->warnings) check_translated(warning);
    }
}

TEST_CASE("reasons and warnings of jobs are translated", "[model]") {
    const std::string context = GENERATE(
        R"({})", R"({"mode":"ftp"})", R"({"mode":"http"})", R"({"mode":"http","exec":7})",
        R"({"mode":"http","exec":"http://h/","timeout":"x"})",
        R"({"mode":"http","exec":"http://h/","timeout":true})",
        R"({"mode":"http","exec":"http://h/","jitter":"99d"})",
        R"({"mode":"http","exec":"http://h/","timezone":"CST"})",
        R"({"mode":"http","exec":"http://h/","retry":{"max_attempts":0}})",
        R"({"mode":"http","exec":"http://h/","retry":{"initial":"2s","max":"1s"}})",
        R"({"mode":"http","exec":"http://h/","retry":{"on":["x"]}})",
        R"({"mode":"http","exec":"http://h/","labels":{"":"x"}})",
        R"({"mode":"http","exec":"http://h/","labels":[]})",
        R"({"mode":"http","exec":"http://h/","overlap":"x"})",
        R"({"mode":"http","exec":"http://h/","begin_at":"2026-01-02T00:00:00Z","end_at":"2026-01-01T00:00:00Z"})",
        R"({"mode":"http","exec":"http://h/","begin_at":"2020-01-01T00:00:00Z","end_at":"2020-01-02T00:00:00Z"})",
        R"({"mode":"http","exec":"http://h/","jitter":"10h"})",
        R"({"mode":"http","exec":"http://h/","retri":{}})",
        R"({"mode":"http","exec":"http://h/","info":{"method":"JUMP"}})",
        R"({"mode":"http","exec":"http://h/","info":{"headers":{"X-Ecron-A":"b"}}})",
        R"({"mode":"http","exec":"http://h/","info":{"headers":{"a b":"b"}}})",
        R"({"mode":"http","exec":"http://h/","info":{"headers":{"Content-Length":"1"}}})",
        R"({"mode":"http","exec":"http://h/","info":{"headers":{"a":"\u0001"}}})",
        R"({"mode":"http","exec":"http://h/","notify":{"webhook":"x"}})", R"({"mode":"exe","exec":""})",
        R"({"mode":"exe","exec":"a '"})", R"({"mode":"exe","exec":"a \\"})",
        R"({"mode":"exe","exec":"a","info":{"environment":{"1":"x"}}})",
        R"({"mode":"exe","exec":"a","info":{"working_directory":"x"}})",
        R"({"mode":"exe","exec":"","info":{"kubernetes":{"addr":"a b"}}})",
        R"({"mode":"exe","exec":"","info":{"kubernetes":{"image":"a b","namespace":"A"}}})",
        R"({"mode":"exe","exec":"","info":{"kubernetes":{"addr":"h"},"body":{"apiVersion":"v1","kind":"Pod"}}})");
    CAPTURE(context);
    const std::string body =
        R"({"job_name":"a","job_type":"scheduled","job_cron_time":"0 * * * *","job_context":)" + context +
        "}";
    const Instant now{std::chrono::sys_days{std::chrono::year{2026} / 1 / 5}};
    const auto input = read_job(body, Purpose::store, Rules{}, now);
    if (!input)
        for (const Problem& problem : input.error()) check_translated(problem.explanation);
    if (input)
        for (const std::string& warning : input->warnings) check_translated(warning);
}
