#include <catch2/catch.hpp>

#include <random>

#include "ecron/model/json.hpp"

using namespace ecron;
using namespace ecron::model;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view kDefaults =
    R"({"mode":"http","exec":"","info":{"method":"POST","params":null,"headers":null,"body":null,"kubernetes":null},)"
    R"("notify":{"webhook":""},"begin_at":"","end_at":"","execute_id":""})";

/// Random contexts; a seed determines which members are set.
class Whim {
public:
    explicit Whim(unsigned seed) : random_(seed) {}

    Context context() {
        Context out;
        out.mode = pick<Mode>({Mode::http, Mode::exe, Mode::https});
        out.exec = text();
        out.method = pick<std::string>({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"});
        if (maybe()) out.params = names();
        if (maybe()) out.headers = names();
        if (maybe()) out.body = object();
        if (maybe()) out.environment = names();
        if (maybe()) out.working_directory = text();
        out.shell = maybe();
        if (maybe())
            out.kubernetes = pick<std::string>({"{}", R"({"addr":"a","port":1,"image":"i","more":[]})"});
        out.webhook = text();
        if (maybe()) out.notify_on = {"success", "failure"};
        out.execute_id = pick<std::string>({"", "0198c0de-0000-8000-8000-000000000000"});
        out.plan = plan();
        if (maybe()) out.timeout = duration(1'000);
        if (maybe()) out.retry = retry();
        if (maybe()) out.completion = pick<Completion>({Completion::response, Completion::automatic});
        if (maybe()) out.callback_timeout = duration(1'000);
        if (maybe()) out.on_node_loss = pick<NodeLoss>({NodeLoss::retry, NodeLoss::interrupt});
        if (maybe()) out.priority = number(-1'000, 1'000);
        if (maybe()) out.plan.concurrency_key = text();
        if (maybe()) out.plan.max_concurrency = number(1, 10'000);
        if (maybe()) out.labels = R"({"a":"b"})";
        if (maybe()) out.retention = duration(60'000);
        return out;
    }

    Plan plan() {
        Plan out;
        if (maybe()) out.timezone = pick<std::string>({"UTC", "Europe/Berlin", "Etc/GMT+5"});
        if (maybe()) out.dialect = cron::Dialect::quartz;
        if (maybe()) out.dst.gap = cron::Gap::skip;
        if (maybe()) out.dst.overlap = cron::Overlap::both;
        if (maybe()) out.misfire = pick<Misfire>({Misfire::once, Misfire::all, Misfire::skip});
        if (maybe()) out.misfire_grace = duration(0);
        if (maybe()) out.start_deadline = duration(1);
        if (maybe())
            out.overlap = pick<Overlap>({Overlap::skip, Overlap::allow, Overlap::queue, Overlap::replace});
        if (maybe()) out.jitter = duration(0);
        if (maybe()) out.begin_at = from_unix_seconds(number(1, 2'000'000'000));
        if (maybe()) out.end_at = out.begin_at.value_or(from_unix_seconds(1)) + Seconds{number(0, 1'000'000)};
        out.repeats = maybe();
        return out;
    }

private:
    int number(int least, int most) { return std::uniform_int_distribution{least, most}(random_); }
    bool maybe() { return number(0, 1) == 1; }
    Millis duration(int least) { return Millis{number(least, 86'400'000)}; }
    template <class T> T pick(std::vector<T> values) {
        return values[static_cast<std::size_t>(number(0, static_cast<int>(values.size()) - 1))];
    }
    std::string text() {
        return pick<std::string>(
            {"", "plain", "\"'\\/;--#", "line\nbreak\t\x01", "caf\xC3\xA9 \xF0\x9F\x98\x80", "{}"});
    }
    NameValues names() {
        NameValues out;
        for (int i = number(0, 3); i > 0; --i) out.emplace_back(std::to_string(i) + text(), text());
        return out;
    }
    std::string object() {
        return pick<std::string>({"{}", R"({"n":9007199254740993,"f":1.10,"e":1E+400,"a":[],"a":"}]\"{"})",
                                  R"({"z":null,"\u0061":" spaces stay "})"});
    }
    Retry retry() {
        Retry out;
        out.max_attempts = number(1, 1'000);
        out.initial = duration(1);
        out.multiplier = number(100, 10'000) / 100.0;
        out.max = out.initial + duration(0);
        if (maybe()) out.after_max = duration(0);
        if (maybe()) out.on = {{404, 404}, {500, 599}};
        return out;
    }

    std::mt19937 random_;
};

}  // namespace

TEST_CASE("a context round-trips", "[model]") {
    Whim whim{20'261'122};
    for (int i = 0; i < 2'000; ++i) {
        const Context context = whim.context();
        const std::string text = write_context(context);
        CAPTURE(text);
        const auto again = read_context(text);
        REQUIRE(again);
        REQUIRE(*again == context);
        REQUIRE(write_context(*read_context(text)) == text);
    }
}

TEST_CASE("a plan round-trips", "[model]") {
    Whim whim{42};
    for (int i = 0; i < 2'000; ++i) {
        const Plan plan = whim.plan();
        const std::string text = write_plan(plan);
        CAPTURE(text);
        REQUIRE(read_plan(text) == plan);
    }
}

TEST_CASE("a plan's text is short, and empty for the defaults", "[model]") {
    CHECK(write_plan(Plan{}).empty());
    CHECK(read_plan("") == Plan{});
    Plan plan;
    plan.timezone = "Europe/Berlin";
    plan.misfire = Misfire::all;
    plan.jitter = 30s;
    CHECK(write_plan(plan) == "m1 j30000 zEurope/Berlin");
}

TEST_CASE("an unknown plan text is an error", "[model]") {
    const auto text = GENERATE("q1", "k", "k5:abc", "k-1:", "x", "m", "m9", "m-1", "j5m1",
                               "j99999999999999999999", " ", "m1  j5", "g2");
    CAPTURE(text);
    CHECK_FALSE(read_plan(text));
}

TEST_CASE("contexts of the previous service become canonical", "[model]") {
    const auto [stored, member, canonical] = GENERATE(table<std::string, std::string, std::string>({
        {"", "", ""},
        {"null", "", ""},
        {"{}", "", ""},
        {"{broken", "", ""},
        {"[]", "", ""},
        {R"({"mode":null,"info":null,"notify":null,"begin_at":null})", "", ""},
        {R"({"mode":2})", R"("mode":"http")", R"("mode":"exe")"},
        {R"({"mode":"https"})", R"("mode":"http")", R"("mode":"https")"},
        {R"({"begin_at":1767225600,"end_at":0})", R"("begin_at":"")", R"("begin_at":"2026-01-01T00:00:00Z")"},
        {R"({"end_at":"2026-01-01T08:00:00+08:00"})", R"("end_at":"")", R"("end_at":"2026-01-01T00:00:00Z")"},
        {R"({"begin_at":-5,"end_at":99999999999999999})", "", ""},
        {R"({"info":{"method":"PATCH","body":[1]},"unknown":1})", "", ""},
        {R"({"info":{"method":"get"}})", "", ""},  // for these the previous service sent POST
        {R"({"info":{"method":"HEAD"}})", "", ""},
        {R"({"info":{"method":"GET"}})", R"("method":"POST")", R"("method":"GET")"},
        {R"({"exec":"no url"})", R"("exec":"")", R"("exec":"no url")"},
        {R"({"info":{"body":{"a" : 1.0}}})", R"("body":null)", R"("body":{"a":1.0})"},
        {R"({"info":{"headers":{"bad name":"v"}}})", R"("headers":null)", R"("headers":{"bad name":"v"})"},
    }));
    CAPTURE(stored);
    std::string expected{kDefaults};
    if (!member.empty()) expected.replace(expected.find(member), member.size(), canonical);
    CHECK(canonical_context(stored) == expected);
}

TEST_CASE("only invalid text is not a context", "[model]") {
    CHECK(read_context(""));
    CHECK(read_context("null"));
    CHECK_FALSE(read_context("{"));
    CHECK_FALSE(read_context("\"text\""));
}

TEST_CASE("finds escaped names", "[model]") {
    const auto context = read_context(R"({"inf\u006f":{"b\u006fdy":{"a":1},"body":{"b":2.50}}})");
    REQUIRE(context);
    CHECK(context->body == R"({"b":2.50})");
}
