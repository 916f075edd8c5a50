#include <algorithm>
#include <catch2/catch.hpp>
#include <numeric>
#include <random>
#include <set>
#include <unordered_set>
#include <vector>

#include "cron/support.hpp"

using namespace ecron;
using namespace ecron::cron;
using namespace ecron::cron::test;
using std::chrono::sys_days;
using std::chrono::sys_seconds;

/// Compares schedules with a slow, simple model that checks every second or every day.
namespace {

class Random {
public:
    explicit Random(unsigned seed) : engine_(seed) {}
    int between(int low, int high) { return std::uniform_int_distribution{low, high}(engine_); }
    bool one_in(int n) { return between(1, n) == 1; }
    template <class T> const T& of(const std::vector<T>& choices) {
        return choices[static_cast<std::size_t>(between(0, static_cast<int>(choices.size()) - 1))];
    }

private:
    std::mt19937 engine_;
};

/// A field's text and its meaning.
struct Field {
    std::string text;
    std::set<int> values;
    bool star{false}, stepped{false};
};

Field star(int low, int high) {
    Field field{"*", {}, true};
    for (int value = low; value <= high; ++value) field.values.insert(value);
    return field;
}

Field stepped(Random& random, int low, int high) {
    const int step = random.between(2, (high - low) / 2);
    Field field{"*/" + std::to_string(step), {}, false, true};
    for (int value = low; value <= high; value += step) field.values.insert(value);
    return field;
}

Field listed(Random& random, int low, int high) {
    Field field;
    for (int i = random.between(1, 3); i > 0; --i) {
        const int first = random.between(low, high),
                  last = random.one_in(3) ? random.between(first, high) : first;
        if (!field.text.empty()) field.text += ',';
        field.text += std::to_string(first) + (first == last ? "" : "-" + std::to_string(last));
        for (int value = first; value <= last; ++value) field.values.insert(value);
    }
    return field;
}

Field any_field(Random& random, int low, int high) {
    if (random.one_in(4)) return star(low, high);
    if (random.one_in(4)) return stepped(random, low, high);
    return listed(random, low, high);
}

struct TimeModel {
    Field second, minute, hour;

    [[nodiscard]] bool matches(std::int64_t local) const {
        const auto time = static_cast<int>(local % 86'400);
        return hour.values.contains(time / 3600) && minute.values.contains(time / 60 % 60) &&
               second.values.contains(time % 60);
    }
    [[nodiscard]] bool fixed() const {
        const auto is_fixed = [](const Field& field) { return !field.star && !field.stepped; };
        return is_fixed(second) && is_fixed(minute) && is_fixed(hour);
    }
};

/// Returns every occurrence in [begin, end) according to the DST policy, second by second.
std::vector<Instant> runs_by_model(const TimeModel& model, const Zone* zone, DstPolicy dst, Instant begin,
                                   Instant end) {
    std::vector<Instant> runs;
    std::unordered_set<std::int64_t> shown;  // local times of the first pass
    std::int64_t before = 0;
    for (Instant now = begin - std::chrono::hours{6}; now < end; now += Seconds{1}) {
        const std::int64_t local = to_unix_seconds(now + zone->offset_at(now));
        bool run = model.matches(local);
        if (model.fixed()) {
            if (dst.overlap == Overlap::first && shown.contains(local)) run = false;
            if (dst.gap == Gap::run_after && before != 0)
                for (std::int64_t skipped = before + 1; skipped < local; ++skipped)
                    run = run || model.matches(skipped);
        }
        shown.insert(local);
        before = local;
        if (run && now >= begin) runs.push_back(now);
    }
    return runs;
}

struct Change {
    std::string zone, around;
};
const std::vector<Change> kChanges{
    {"Europe/Berlin", "2026-03-29T01:00:00Z"},       {"Europe/Berlin", "2026-10-25T01:00:00Z"},
    {"America/New_York", "2026-03-08T07:00:00Z"},    {"America/New_York", "2026-11-01T06:00:00Z"},
    {"Australia/Lord_Howe", "2026-04-04T15:00:00Z"}, {"Australia/Lord_Howe", "2026-10-03T15:30:00Z"},
    {"Asia/Shanghai", "1991-04-13T18:00:00Z"},       {"Asia/Shanghai", "1991-09-14T17:00:00Z"},
    {"America/Sao_Paulo", "2018-11-04T03:00:00Z"},   {"America/Sao_Paulo", "2018-02-18T02:00:00Z"},
    {"Pacific/Apia", "2011-12-30T10:00:00Z"},        {"Antarctica/Troll", "2026-10-25T01:00:00Z"},
    {"Africa/Casablanca", "2026-02-15T02:00:00Z"},   {"Europe/Berlin", "2100-10-31T01:00:00Z"},
};

std::vector<Instant> forwards(const Schedule& schedule, Instant begin, Instant end) {
    std::vector<Instant> runs;
    for (auto run = schedule.next_after(begin - Millis{1}); run && *run < end;
         run = schedule.next_after(*run))
        runs.push_back(*run);
    return runs;
}

std::vector<Instant> backwards(const Schedule& schedule, Instant begin, Instant end) {
    std::vector<Instant> runs;
    for (auto run = schedule.prev_before(end); run && *run >= begin; run = schedule.prev_before(*run))
        runs.push_back(*run);
    std::ranges::reverse(runs);
    return runs;
}

}  // namespace

TEST_CASE("occurrences around a DST transition match the model", "[cron][model]") {
    const unsigned seed = GENERATE(range(0U, 42U));
    Random random{seed};
    const Change& change = kChanges[seed % kChanges.size()];
    const TimeModel model{random.one_in(8) ? any_field(random, 0, 59) : listed(random, 0, 59),
                          any_field(random, 0, 59),
                          random.one_in(2) ? any_field(random, 0, 23) : listed(random, 0, 4)};
    const DstPolicy dst{random.one_in(3) ? Gap::skip : Gap::run_after,
                        random.one_in(3) ? Overlap::both : Overlap::first};
    const std::string text = model.second.text + ' ' + model.minute.text + ' ' + model.hour.text + " * * *";
    CAPTURE(seed, change.zone, change.around, text, dst.gap, dst.overlap);

    const Schedule read = schedule(text, in_zone(change.zone, dst));
    const Instant begin = at(change.around) - std::chrono::hours{12},
                  end = at(change.around) + std::chrono::hours{16};
    const auto expected = runs_by_model(model, zone(change.zone), dst, begin, end);
    CHECK(forwards(read, begin, end) == expected);
    CHECK(backwards(read, begin, end) == expected);

    const std::set<Instant> named(expected.begin(), expected.end());
    for (int i = 0; i < 200; ++i) {
        const Instant instant = begin + Seconds{random.between(0, 20 * 3600 - 1)};
        REQUIRE(read.names(instant) == named.contains(instant));
        REQUIRE_FALSE(read.names(instant + Millis{500}));
    }
}

namespace {

/// The day fields of an expression and their meaning for one day.
struct DayModel {
    Field day, month, weekday, year;
    int from_end{-1}, nearest{-1}, nth{0}, nth_weekday{0}, last_weekday{-1};

    [[nodiscard]] bool matches(std::chrono::year_month_day date) const {
        const int week_day = static_cast<int>(std::chrono::weekday{sys_days{date}}.c_encoding());
        const int day_of_month = static_cast<int>(static_cast<unsigned>(date.day()));
        if (!year.values.contains(static_cast<int>(date.year()))) return false;
        if (!month.values.contains(static_cast<int>(static_cast<unsigned>(date.month())))) return false;
        const bool by_month = day.values.contains(day_of_month) || is_from_end(date) || is_nearest(date);
        const bool by_week = weekday.values.contains(week_day) || is_last(date, week_day) ||
                             (nth > 0 && nth_weekday == week_day && (day_of_month - 1) / 7 == nth - 1);
        return day.star || weekday.star ? by_month && by_week : by_month || by_week;
    }

private:
    static sys_days last_of(std::chrono::year_month_day date) {
        return sys_days{date.year() / date.month() / std::chrono::last};
    }
    [[nodiscard]] bool is_from_end(std::chrono::year_month_day date) const {
        return from_end >= 0 && sys_days{date} + std::chrono::days{from_end} == last_of(date);
    }
    [[nodiscard]] bool is_last(std::chrono::year_month_day date, int week_day) const {
        return last_weekday == week_day && sys_days{date} + std::chrono::days{7} > last_of(date);
    }
    /// Returns true if the date is the working day with the smallest distance; Friday and Monday never tie.
    [[nodiscard]] bool is_nearest(std::chrono::year_month_day date) const {
        if (nearest < 0) return false;
        const sys_days wanted{date.year() / date.month() / nearest};
        if (wanted > last_of(date)) return false;
        sys_days best{};
        for (sys_days each{date.year() / date.month() / 1}; each <= last_of(date);
             each += std::chrono::days{1}) {
            const bool working = std::chrono::weekday{each}.iso_encoding() <= 5;
            if (working && std::chrono::abs(each - wanted) < std::chrono::abs(best - wanted)) best = each;
        }
        return best == sys_days{date};
    }
};

DayModel any_days(Random& random) {
    DayModel model;
    model.day = random.one_in(3) ? star(1, 31) : any_field(random, 1, 31);
    model.month = any_field(random, 1, 12);
    model.weekday = random.one_in(2) ? star(0, 6) : any_field(random, 0, 6);
    model.year = random.one_in(2) ? star(1970, 2199) : Field{};
    if (model.year.text.empty()) {
        const int first = random.between(1970, 2150), last = random.between(first, 2199),
                  step = random.between(1, 5);
        model.year.text = std::to_string(first) + '-' + std::to_string(last);
        if (step <= (last - first)) model.year.text += '/' + std::to_string(step);
        for (int year = first; year <= last; year += step <= last - first ? step : 1)
            model.year.values.insert(year);
    }
    if (!model.day.star) {
        if (random.one_in(4))
            model.day.text += ",L-" + std::to_string(model.from_end = random.between(0, 30));
        if (random.one_in(4))
            model.day.text += ',' + std::to_string(model.nearest = random.between(1, 31)) + 'W';
    }
    if (!model.weekday.star) {
        if (random.one_in(3)) {
            model.nth_weekday = random.between(0, 6);
            model.nth = random.between(1, 5);
            model.weekday.text += ',' + std::to_string(model.nth_weekday) + '#' + std::to_string(model.nth);
        }
        if (random.one_in(3))
            model.weekday.text += ',' + std::to_string(model.last_weekday = random.between(0, 6)) + 'L';
    }
    return model;
}

}  // namespace

TEST_CASE("the days of a schedule match the model from 1970 to 2199", "[cron][model]") {
    const unsigned seed = GENERATE(range(1000U, 1040U));
    Random random{seed};
    const DayModel model = any_days(random);
    const std::string text = "0 30 12 " + model.day.text + ' ' + model.month.text + ' ' + model.weekday.text +
                             ' ' + model.year.text;
    CAPTURE(seed, text);

    std::vector<Instant> expected;
    const sys_days begin{std::chrono::year{1970} / 1 / 1}, end{std::chrono::year{2200} / 1 / 1};
    for (sys_days day = begin; day < end; day += std::chrono::days{1})
        if (model.matches(day))
            expected.emplace_back(day + std::chrono::hours{12} + std::chrono::minutes{30});
    const auto parsed = parse(text, {});
    REQUIRE(parsed.has_value() == !expected.empty());
    if (!parsed) return;
    CHECK(forwards(parsed->schedule, begin, end) == expected);
    CHECK(backwards(parsed->schedule, begin, end) == expected);
}
