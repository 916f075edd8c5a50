#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <random>
#include <sstream>
#include <vector>

#include "cron/support.hpp"

using namespace ecron;
using namespace ecron::cron;
using namespace ecron::cron::test;

/// Differential tests against independent programs (test/oracle). Near DST transitions the answers may differ
/// by design (dst_test.cpp tests the rule), and the oracles have known defects. Those comparisons are
/// excluded; the number of the remaining ones has a minimum.
namespace {

constexpr std::size_t kRuns = 20;
constexpr std::string_view kZones[]{"UTC",           "Europe/Berlin",       "America/New_York",
                                    "Asia/Shanghai", "Australia/Lord_Howe", "America/Sao_Paulo"};

struct Question {
    std::string zone;
    Instant start;
    std::string expression;
};

struct Answer {
    std::string error;  // empty: accepted
    std::vector<Instant> runs;
};

/// Returns the command that runs an oracle. Without it, the comparison is skipped; in continuous integration
/// it fails.
std::optional<std::string> oracle_command(const char* variable) {
    const char* const command = std::getenv(variable);
    if (command != nullptr && *command != '\0') return command;
    std::printf("skipped: %s does not name the oracle's command (see test/oracle)\n", variable);
    const char* const ci = std::getenv("CI");
    if (ci != nullptr && std::string_view{ci} == "true")
        FAIL(variable << " is not set, but CI=true asks for all tests");
    return std::nullopt;
}

class TemporaryDirectory {
public:
    TemporaryDirectory() {
        std::string name = std::filesystem::temp_directory_path() / "ecron-oracle-XXXXXX";
        REQUIRE(mkdtemp(name.data()) != nullptr);
        path_ = name;
    }
    ~TemporaryDirectory() { std::filesystem::remove_all(path_); }
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
    [[nodiscard]] std::string file(std::string_view name) const { return path_ / name; }

private:
    std::filesystem::path path_;
};

Answer parse_answer(const std::string& line) {
    if (line.starts_with("error:")) return {line, {}};
    Answer answer;
    std::istringstream numbers{line};
    for (std::int64_t second = 0; numbers >> second;) answer.runs.push_back(from_unix_seconds(second));
    return answer;
}

std::vector<Answer> ask(const std::string& command, const std::vector<Question>& questions) {
    const TemporaryDirectory directory;
    {
        std::ofstream in{directory.file("in")};
        for (const Question& question : questions)
            in << kRuns << '\t' << question.zone << '\t' << to_unix_seconds(question.start) << '\t'
               << question.expression << '\n';
    }
    const std::string call = command + " < " + directory.file("in") + " > " + directory.file("out");
    REQUIRE(std::system(call.c_str()) == 0);
    std::ifstream out{directory.file("out")};
    std::vector<Answer> answers;
    for (std::string line; std::getline(out, line);) answers.push_back(parse_answer(line));
    REQUIRE(answers.size() == questions.size());
    return answers;
}

bool clocks_change_near(const Zone* zone, Instant instant) {
    constexpr std::chrono::hours kNear{26};
    return zone->interval_at(std::chrono::floor<Seconds>(instant - kNear)) !=
           zone->interval_at(std::chrono::floor<Seconds>(instant + kNear));
}

struct Tally {
    std::size_t compared{}, left_out{};
};

/// Checks that each of the oracle's occurrences is ecron's next one after its predecessor.
void compare_runs(const Question& question, const Answer& answer, const Schedule& schedule, Tally& tally) {
    const Zone* const zone_of_question = zone(question.zone);
    Instant after = question.start;
    for (const Instant expected : answer.runs) {
        const std::optional<Instant> found = schedule.next_after(after);
        const bool near = clocks_change_near(zone_of_question, after) ||
                          clocks_change_near(zone_of_question, expected) ||
                          (found && clocks_change_near(zone_of_question, *found));
        if (near) {
            ++tally.left_out;
        } else {
            ++tally.compared;
            if (found != expected) {
                CAPTURE(question.expression, question.zone, format_rfc3339(after), format_rfc3339(expected));
                FAIL_CHECK("the oracle expects a different occurrence than "
                           << (found ? format_rfc3339(*found) : "never"));
                return;
            }
        }
        after = expected;
    }
    if (answer.runs.size() == kRuns) return;
    // The oracle gave up: robfig/cron searches five years ahead, Quartz a hundred years from today.
    const std::optional<Instant> found = schedule.next_after(after);
    const bool far = found && (*found - after > std::chrono::years{5} || *found > at("2100-01-01T00:00:00Z"));
    CAPTURE(question.expression, question.zone, format_rfc3339(after));
    if (found && !far) FAIL_CHECK("the oracle expects no occurrence at " << format_rfc3339(*found));
}

class Random {
public:
    explicit Random(unsigned seed) : engine_(seed) {}
    int between(int low, int high) { return std::uniform_int_distribution{low, high}(engine_); }
    bool one_in(int n) { return between(1, n) == 1; }
    Instant instant(std::string_view first, std::string_view last) {
        return from_unix_seconds(
            std::uniform_int_distribution{to_unix_seconds(at(first)), to_unix_seconds(at(last))}(engine_));
    }
    template <std::size_t Size> std::string of(const char* const (&choices)[Size]) {
        return choices[between(0, static_cast<int>(Size) - 1)];
    }

private:
    std::mt19937_64 engine_;
};

constexpr const char* kMonthNames[]{"JAN", "feb", "Mar", "APR", "may", "JUN",
                                    "jul", "AUG", "SEP", "oct", "NOV", "DEC"};
constexpr const char* kWeekdayNames[]{"SUN", "mon", "Tue", "WED", "thu", "FRI", "sat"};

/// Returns one list element in a notation common to all dialects.
std::string element(Random& random, int low, int high) {
    const int first = random.between(low, high);
    switch (random.between(1, 6)) {
        case 1:
            return std::to_string(first) + '-' + std::to_string(random.between(first, high));
        case 2:
            return "*/" + std::to_string(random.between(1, (high - low) / 2 + 1));
        case 3:
            return std::to_string(first) + '/' + std::to_string(random.between(1, (high - low) / 2 + 1));
        case 4:
            return std::to_string(low) + '-' + std::to_string(first) + '/' +
                   std::to_string(random.between(1, (high - low) / 2 + 1));
        default:
            return std::to_string(first);
    }
}

std::string list(Random& random, int low, int high) {
    std::string text = element(random, low, high);
    while (random.one_in(3)) text += ',' + element(random, low, high);
    return text;
}

std::string field(Random& random, int low, int high, const char* star) {
    return random.one_in(3) ? star : list(random, low, high);
}

std::string robfig_expression(Random& random) {
    if (random.one_in(50))
        return random.of({"@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"});
    const char* const star = random.one_in(4) ? "?" : "*";
    const std::string month = random.one_in(8) ? random.of(kMonthNames) : field(random, 1, 12, star);
    const std::string weekday = random.one_in(8)   ? random.of(kWeekdayNames) + ",sun"
                                : random.one_in(2) ? star
                                                   : list(random, 0, 6);
    const std::string seconds = random.one_in(2) ? "0" : field(random, 0, 59, "*");
    return seconds + ' ' + field(random, 0, 59, star) + ' ' + field(random, 0, 23, star) + ' ' +
           field(random, 1, 31, star) + ' ' + month + ' ' + weekday;
}

/// Applies a small random modification, to test texts that robfig/cron accepts by accident.
std::string damaged(Random& random, std::string text) {
    constexpr std::string_view kCharacters = "0123456789*?/-,+ @LWHTZ=\t#abc";
    for (int i = random.between(1, 2); i > 0 && !text.empty(); --i) {
        const auto position = static_cast<std::size_t>(random.between(0, static_cast<int>(text.size()) - 1));
        const char character = kCharacters[static_cast<std::size_t>(
            random.between(0, static_cast<int>(kCharacters.size()) - 1))];
        if (random.one_in(3))
            text.erase(position, 1);
        else if (random.one_in(2))
            text.insert(position, 1, character);
        else
            text[position] = character;
    }
    std::ranges::replace(text, '\t', ' ');  // tabs separate the parts of a question
    return text;
}

constexpr DstPolicy kOfOracles{Gap::skip, Overlap::both};

ParseOptions as_robfig(const std::string& zone_name) {
    ParseOptions options = in_zone(zone_name, kOfOracles);
    options.strictness = Strictness::takeover;
    return options;
}

std::string day_fields_of_quartz(Random& random) {
    const std::string month = field(random, 1, 12, "*");
    const std::string day = std::to_string(random.between(1, 28)),
                      weekday = std::to_string(random.between(1, 7));
    switch (random.between(1, 9)) {
        case 1:
            return "L " + month + " ?";
        case 2:
            return "L-" + std::to_string(random.between(1, 27)) + ' ' + month + " ?";
        case 3:
            return "LW " + month + " ?";
        case 4:
            return day + "W " + month + " ?";
        case 5:
            return "? " + month + ' ' + weekday + 'L';
        case 6:
            return "? " + month + ' ' + weekday + '#' + std::to_string(random.between(1, 5));
        case 7:
            return "? " + month + " FRI-MON";
        case 8:
            return "? " + month + ' ' + list(random, 1, 7);
        default:
            return field(random, 1, 28, "*") + ' ' + month + " ?";
    }
}

std::string quartz_expression(Random& random) {
    const std::string hours = random.one_in(6) ? "22-2" : field(random, 0, 23, "*");
    std::string text = (random.one_in(2) ? "0" : field(random, 0, 59, "*")) + ' ' +
                       field(random, 0, 59, "*") + ' ' + hours + ' ' + day_fields_of_quartz(random);
    if (random.one_in(3)) {
        const int first = random.between(2020, 2090);
        text += ' ' + std::to_string(first) + '-' + std::to_string(random.between(first, 2099));
        if (random.one_in(2)) text += "/2";
    }
    return text;
}

}  // namespace

TEST_CASE("occurrences match robfig/cron v3", "[cron][oracle]") {
    const auto command = oracle_command("ECRON_ROBFIG_ORACLE");
    if (!command) return;
    Random random{20261122};
    std::vector<Question> questions;
    for (int i = 0; i < 2'000; ++i) {
        const std::string expression = robfig_expression(random);
        // Not before 1985: in 1981 Lord Howe skipped half an hour at midnight, after which robfig/cron, which
        // steps by whole months and hours, is half an hour off.
        const Instant start = random.instant("1985-01-01T00:00:00Z", "2090-01-01T00:00:00Z");
        for (const std::string_view zone_name : kZones)
            questions.push_back({std::string{zone_name}, start, expression});
    }
    const std::vector<Answer> answers = ask(*command, questions);
    Tally tally;
    for (std::size_t i = 0; i < questions.size(); ++i) {
        CAPTURE(questions[i].expression);
        REQUIRE(answers[i].error.empty());
        const auto parsed = parse(questions[i].expression, as_robfig(questions[i].zone));
        REQUIRE(parsed);
        compare_runs(questions[i], answers[i], parsed->schedule, tally);
    }
    std::printf("robfig/cron: %zu runs compared, %zu near a change of the clocks left out\n", tally.compared,
                tally.left_out);
    CHECK(tally.compared > 150'000);
}

TEST_CASE("takeover loads every text that robfig/cron v3 accepts with the same meaning", "[cron][oracle]") {
    const auto command = oracle_command("ECRON_ROBFIG_ORACLE");
    if (!command) return;
    Random random{4711};
    std::vector<Question> questions;
    for (int i = 0; i < 20'000; ++i)
        questions.push_back(
            {"Europe/Berlin", at("2026-05-05T05:05:05Z"), damaged(random, robfig_expression(random))});
    const std::vector<Answer> answers = ask(*command, questions);
    Tally tally;
    std::size_t accepted = 0;
    for (std::size_t i = 0; i < questions.size(); ++i) {
        if (!answers[i].error.empty() || questions[i].expression.starts_with("@every")) continue;
        ++accepted;
        CAPTURE(questions[i].expression);
        const auto parsed = parse(questions[i].expression, as_robfig(questions[i].zone));
        if (!parsed) FAIL(parsed.error().reason);
        compare_runs(questions[i], answers[i], parsed->schedule, tally);
    }
    std::printf("robfig/cron: %zu damaged texts accepted, %zu runs compared\n", accepted, tally.compared);
    CHECK(accepted > 2'000);
}

TEST_CASE("occurrences match Quartz", "[cron][oracle]") {
    const auto command = oracle_command("ECRON_QUARTZ_ORACLE");
    if (!command) return;
    Random random{19700101};
    std::vector<Question> questions;
    for (int i = 0; i < 1'000; ++i) {
        const std::string expression = quartz_expression(random);
        const Instant start = random.instant("2020-01-01T00:00:00Z", "2060-01-01T00:00:00Z");
        for (const char* const zone_name : {"UTC", "Europe/Berlin", "America/New_York"})
            questions.push_back({zone_name, start, expression});
    }
    const std::vector<Answer> answers = ask(*command, questions);
    Tally tally;
    for (std::size_t i = 0; i < questions.size(); ++i) {
        ParseOptions options = in_zone(questions[i].zone, kOfOracles);
        options.dialect = Dialect::quartz;
        CAPTURE(questions[i].expression);
        const auto parsed = parse(questions[i].expression, options);
        if (!answers[i].error.empty()) FAIL(answers[i].error);
        if (!parsed && answers[i].runs.empty()) continue;  // rejected because it would never run
        if (!parsed) FAIL(parsed.error().reason);
        compare_runs(questions[i], answers[i], parsed->schedule, tally);
    }
    std::printf("Quartz: %zu runs compared, %zu near a change of the clocks left out\n", tally.compared,
                tally.left_out);
    CHECK(tally.compared > 30'000);
}
