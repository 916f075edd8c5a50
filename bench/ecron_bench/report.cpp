#include "ecron_bench/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "ecron/base/json_writer.hpp"

namespace ecron::bench {
namespace {

std::string shown(double value) {
    if (value != 0 && std::abs(value) < 0.01) return fmt::format("{:.5f}", value);
    if (std::abs(value) < 100) return fmt::format("{:.2f}", value);
    return fmt::format("{:.0f}", value);
}

std::string shown(const Target& target) {
    return fmt::format("{} {}", target.sense == Target::Sense::at_least ? "≥" : "≤", shown(target.value));
}

std::string_view verdict(const Figure& figure) {
    const std::optional<bool> met = figure.met();
    if (!met) return "";
    return *met ? "met" : "MISSED";
}

void write_figure(JsonWriter& json, const Figure& figure) {
    json.begin_object()
        .member("name", figure.name)
        .key("value")
        .number(figure.value)
        .member("unit", figure.unit);
    if (figure.limit) {
        json.member("limit_name", figure.limit->name).key("limit").number(figure.limit->value);
        json.key("ratio").number(figure.limit->ratio);
    }
    if (figure.target) {
        json.key(figure.target->sense == Target::Sense::at_least ? "at_least" : "at_most")
            .number(figure.target->value);
        json.key("met").boolean(*figure.met());
    }
    json.end_object();
}

}  // namespace

void add_server_work(Report& report, const std::string& of, const ServerWork& work, double count) {
    report.add({of + ": statements", work.statements / count, ""});
    report.add({of + ": transactions", work.transactions / count, ""});
    report.add({of + ": to the database", work.received / count, "bytes"});
    report.add({of + ": from the database", work.sent / count, "bytes"});
}

Limit limit(std::string name, double value, double reached) {
    return {std::move(name), value, value > 0 ? reached / value : 0};
}

std::optional<bool> Figure::met() const {
    if (!target) return std::nullopt;
    const double judged = limit ? limit->ratio : value;
    return target->sense == Target::Sense::at_least ? judged >= target->value : judged <= target->value;
}

void Report::check(std::string name, bool good_now, std::string detail) {
    checks.push_back({std::move(name), good_now, std::move(detail)});
}

bool Report::good() const { return std::ranges::all_of(checks, &Check::good); }

std::string Report::table() const {
    std::string out = fmt::format("ecron-bench {} on {}", scenario, database);
    for (const auto& [name, value] : settings) out += fmt::format(" {}={}", name, value);
    out += fmt::format("\nmachine: {} cores, {:.0f} % idle before, load average {:.2f}{}\n\n", machine.cores,
                       machine.idle * 100, machine.load_average,
                       machine.quiet() ? "" : "  (BUSY: the figures say little)");
    out += fmt::format("{:<46} {:>12} {:<8} {:>12} {:>7} {:>9} {}\n", "figure", "value", "unit", "limit",
                       "ratio", "target", "");
    for (const Figure& figure : figures) {
        out += fmt::format("{:<46} {:>12} {:<8} {:>12} {:>7} {:>9} {}\n", figure.name, shown(figure.value),
                           figure.unit, figure.limit ? shown(figure.limit->value) : "",
                           figure.limit ? shown(figure.limit->ratio) : "",
                           figure.target ? shown(*figure.target) : "", verdict(figure));
        if (figure.limit)
            out += fmt::format("{:<46} {:>12} {:<8} {:>12}\n", "", "", "", "= " + figure.limit->name);
    }
    out += '\n';
    for (const Check& check : checks)
        out += fmt::format("{}: {} ({})\n", check.good ? "right" : "WRONG", check.name, check.detail);
    return out;
}

std::string Report::json() const {
    std::string out;
    JsonWriter json{out};
    json.begin_object().member("scenario", scenario).member("database", database);
    json.key("settings").begin_object();
    for (const auto& [name, value] : settings) json.member(name, value);
    json.end_object();
    json.key("machine").begin_object().member("cores", std::int64_t{machine.cores});
    json.key("idle_before").number(machine.idle).key("load_average").number(machine.load_average);
    json.key("quiet").boolean(machine.quiet()).end_object();
    json.key("figures").begin_array();
    for (const Figure& figure : figures) write_figure(json, figure);
    json.end_array().key("checks").begin_array();
    for (const Check& check : checks) {
        json.begin_object().member("name", check.name).key("good").boolean(check.good);
        json.member("detail", check.detail).end_object();
    }
    json.end_array().end_object();
    return out + "\n";
}

}  // namespace ecron::bench
