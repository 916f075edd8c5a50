#include "ecron/model/fields.hpp"

#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <set>

#include "ecron/model/json.hpp"
#include "model/fields/job_reference_zh_cn.hpp"

using namespace ecron;
using namespace ecron::model;

namespace {

template <class Visit> void for_each_field(std::span<const Field> fields, const Visit& visit) {
    for (const Field& field : fields) {
        visit(field);
        for_each_field(field.members, visit);
    }
}

std::string text_of(const char* path) {
    std::ifstream file{path};
    return {std::istreambuf_iterator<char>{file}, {}};
}

}  // namespace

TEST_CASE("docs/jobs.md and docs/zh-CN/jobs.md match the table of members", "[model]") {
    CHECK(text_of("docs/jobs.md") == job_reference());  // generated with scripts/document
    CHECK(text_of("docs/zh-CN/jobs.md") == job_reference_zh_cn());
}

TEST_CASE("every member is described in Chinese", "[model]") {
    std::map<std::string_view, std::string_view> chinese;
    for (const ChineseText& row : kJobReferenceZhCn) CHECK(chinese.emplace(row.english, row.chinese).second);
    for_each_field(job_fields(), [&](const Field& field) {
        CAPTURE(field.name, field.doc, field.default_value);
        CHECK(chinese[field.doc].ends_with("。"));
        if (field.default_value.contains(' ')) CHECK_FALSE(chinese[field.default_value].empty());
    });
}

TEST_CASE("the Chinese reference of members is Chinese, and uses each of its texts", "[model]") {
    const std::string page = job_reference_zh_cn();
    for (const ChineseText& row : kJobReferenceZhCn) {
        CAPTURE(row.english);
        CHECK(page.contains(row.chinese.substr(0, row.chinese.find('{'))));
    }
    static const std::regex untranslatable{"`[^`]*`|\\[[^\\]]*\\]\\([^)]*\\)|## job_context.*|POSIX shell"};
    const std::string prose = std::regex_replace(page, untranslatable, "");
    CAPTURE(prose);
    CHECK_FALSE(std::regex_search(prose, std::regex{"\\b[a-z]{3,}\\b"}));
}

TEST_CASE("every member is described, and keys of the stored plan are unique", "[model]") {
    std::set<char> keys{'k', 'z'};  // the texts
    for_each_field(job_fields(), [&](const Field& field) {
        CAPTURE(field.name);
        CHECK(field.doc.ends_with('.'));
        CHECK((field.type != FieldType::choice || field.choices != nullptr));
        if (field.plan_key != 0) CHECK(keys.insert(field.plan_key).second);
    });
    CHECK(keys.size() == 14);
}

TEST_CASE("only members that change the occurrences count for the same schedule", "[model]") {
    const Plan before;
    const auto same = [&](auto change) {
        Plan after;
        change(after);
        return same_occurrences(before, after);
    };
    CHECK(same([](Plan&) {}));
    CHECK(same([](Plan& plan) { plan.misfire = Misfire::skip; }));
    CHECK(same([](Plan& plan) { plan.overlap = Overlap::queue; }));
    CHECK(same([](Plan& plan) { plan.concurrency_key = "db"; }));
    CHECK_FALSE(same([](Plan& plan) { plan.timezone = "UTC"; }));
    CHECK_FALSE(same([](Plan& plan) { plan.dialect = cron::Dialect::quartz; }));
    CHECK_FALSE(same([](Plan& plan) { plan.dst.gap = cron::Gap::skip; }));
    CHECK_FALSE(same([](Plan& plan) { plan.jitter = Millis{1}; }));
    CHECK_FALSE(same([](Plan& plan) { plan.begin_at = Instant{Seconds{1}}; }));
    CHECK_FALSE(same([](Plan& plan) { plan.end_at = Instant{Seconds{1}}; }));
    CHECK_FALSE(same([](Plan& plan) { plan.repeats = true; }));
}

TEST_CASE("a misspelt member is reported at every level", "[model]") {
    const auto input = read_job(
        R"({"job_name":"a","job_type":"real-time","enabeld":true,"job_context":{"mode":"http","exec":"http://h/",)"
        R"("info":{"header":{}},"notify":{"webhok":""},"dst":{"gab":"skip"}}})",
        Purpose::store, Rules{}, Instant{});
    REQUIRE(input);
    CHECK(input->warnings ==
          std::vector<std::string>{
              "enabeld is not known and ignored; did you mean \"enabled\"?",
              "job_context.info.header is not known and ignored; did you mean \"headers\"?",
              "job_context.notify.webhok is not known and ignored; did you mean \"webhook\"?",
              "job_context.dst.gab is not known and ignored; did you mean \"gap\"?"});
}

TEST_CASE("the path of a member is that of the uppermost object that has it", "[model]") {
    CHECK(member_path("job_name") == "job_name");
    CHECK(member_path("timezone") == "job_context.timezone");
    CHECK(member_path("overlap") == "job_context.overlap");  // dst has one, too
    CHECK(member_path("max_attempts") == "job_context.retry.max_attempts");
    CHECK(member_path("timezon").empty());
}

TEST_CASE("members with values for targets are secret", "[model]") {
    for (const char* const name : {"params", "headers", "body", "environment", "env"})
        CHECK(is_secret_field(name));
    CHECK_FALSE(is_secret_field("exec"));
}
