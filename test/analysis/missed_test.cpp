#include "analysis/shard/missed.hpp"

#include "analysis/planner_fixture.hpp"

namespace ecron::analysis::test {
namespace {

/// A summary of the schedule "each minute".
MissedSummary missed(std::string_view from, std::string_view to, std::int64_t count) {
    return {{.job = JobKey{1}, .from = at(from), .to = at(to), .count = count, .reason = "misfire"},
            model::Occurrences{schedule("0 * * * * *")}};
}

std::string shown(const MissedSummary& one) {
    return test::shown(one.missed.from) + " to " + test::shown(one.missed.to) + " " +
           std::to_string(one.missed.count);
}

MissedSummary without(MissedSummary one, std::vector<Instant> claimed) {
    leave_out(one, claimed);
    return one;
}

}  // namespace

TEST_CASE("a summary excludes runs that have a row", "[missed]") {
    const MissedSummary all = missed("01-05 10:01", "01-05 10:05", 5);
    CHECK(shown(without(all, {})) == "01-05 10:01:00 to 01-05 10:05:00 5");
    CHECK(shown(without(all, {at("01-05 10:01")})) == "01-05 10:02:00 to 01-05 10:05:00 4");
    CHECK(shown(without(all, {at("01-05 10:01"), at("01-05 10:02")})) ==
          "01-05 10:03:00 to 01-05 10:05:00 3");
    CHECK(shown(without(all, {at("01-05 10:03")})) == "01-05 10:01:00 to 01-05 10:05:00 4");
    CHECK(shown(without(all, {at("01-05 10:04"), at("01-05 10:05")})) ==
          "01-05 10:01:00 to 01-05 10:03:00 3");
    CHECK(shown(without(all, {at("01-05 10:00"), at("01-05 10:06")})) ==
          "01-05 10:01:00 to 01-05 10:05:00 5");
}

TEST_CASE("a summary is empty if all runs have rows", "[missed]") {
    CHECK(without(missed("01-05 10:01", "01-05 10:01", 1), {at("01-05 10:01")}).missed.count == 0);
    CHECK(without(missed("01-05 10:01", "01-05 10:02", 2), {at("01-05 10:01"), at("01-05 10:02")})
              .missed.count == 0);
}

TEST_CASE("a summary excludes occurrences that an earlier term recorded", "[missed]") {
    MissedSummary again = missed("01-05 10:01", "01-05 10:06", 6);
    const store::Missed told = missed("01-05 09:58", "01-05 10:04", 7).missed;
    std::vector<Instant> instants;
    append_instants(told, again, instants);
    CHECK(instants ==
          std::vector{at("01-05 10:01"), at("01-05 10:02"), at("01-05 10:03"), at("01-05 10:04")});
    leave_out(again, instants);
    CHECK(shown(again) == "01-05 10:05:00 to 01-05 10:06:00 2");
}

TEST_CASE("formats a summary for the row of the run", "[missed]") {
    CHECK(summary_text(missed("01-05 10:01", "01-05 10:05", 5).missed) ==
          R"({"from":"2026-01-05T10:01:00.000Z","to":"2026-01-05T10:05:00.000Z","count":5})");
}

}  // namespace ecron::analysis::test
