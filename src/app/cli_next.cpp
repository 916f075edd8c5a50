#include "app/cli_next.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <ostream>

#include "ecron/cron/schedule.hpp"
#include "ecron/cron/zone.hpp"

namespace ecron::app {
namespace {

using command_line::Arguments;

struct Question {
    std::string expression;
    const cron::Zone* zone{};
    Instant from;
    std::size_t count{};
};

Result<std::size_t> count_of(const std::string& text) {
    std::size_t count = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (error != std::errc{} || end != text.data() + text.size() || count < 1 || count > 1'000)
        return fail(Errc::invalid, fmt::format("--count: {:?} is not a number from 1 to 1000", text));
    return count;
}

Result<Question> question_of(const Cli& cli, const Arguments& flags) {
    if (flags.words.empty()) return fail(Errc::invalid, "next needs an expression, such as '*/5 * * * *'");
    const Result<const cron::Zone*> zone = cron::find_zone(flags.value("tz").value_or("UTC"));
    if (!zone) return fail(Errc::invalid, "--tz: " + zone.error().what);
    const std::optional<std::string> from_text = flags.value("from");
    const Result<Instant> from = from_text ? parse_rfc3339(*from_text) : Result<Instant>{cli.clock.now()};
    if (!from) return fail(Errc::invalid, "--from: " + from.error().what);
    const Result<std::size_t> count = count_of(flags.value("count").value_or("5"));
    if (!count) return std::unexpected(count.error());
    return Question{fmt::format("{}", fmt::join(flags.words, " ")), *zone, *from, *count};
}

/// RFC 3339 in the zone's local time: "2026-03-29T03:00:00+02:00".
std::string local_text(Instant instant, const cron::Zone& zone) {
    const Seconds offset = zone.offset_at(instant);
    const std::string shifted = format_rfc3339(instant + offset);
    const std::chrono::hh_mm_ss<Seconds> parts{std::chrono::abs(offset)};
    return fmt::format("{}{}{:02}:{:02}", shifted.substr(0, shifted.size() - 1),
                       offset < Seconds{0} ? '-' : '+', parts.hours().count(), parts.minutes().count());
}

void point_at(std::ostream& err, std::string expression, const cron::ParseError& error) {
    std::ranges::replace(expression, '\t', ' ');  // same width as its position counts
    err << fmt::format("ecron: {}\n  {}\n  {:>{}}\n", error.reason, expression, '^', error.position + 1);
}

}  // namespace

int next(const Cli& cli, const Arguments& flags) {
    const Result<Question> question = question_of(cli, flags);
    if (!question) {
        cli.err << "ecron: " << question.error().what << '\n';
        return kExitWrong;
    }
    cron::ParseOptions options;
    options.zone = question->zone;
    options.anchor = question->from;
    const auto parsed = cron::parse(question->expression, options);
    if (!parsed) {
        point_at(cli.err, question->expression, parsed.error());
        return kExitWrong;
    }
    cli.out << parsed->schedule.describe(cron::Language::english) << '\n';
    for (const std::string& warning : parsed->warnings) cli.out << "warning: " << warning << '\n';
    const std::vector<Instant> runs = cron::next_runs(parsed->schedule, question->from, question->count);
    for (const Instant run : runs) cli.out << local_text(run, *parsed->schedule.zone()) << '\n';
    if (runs.size() < question->count)
        cli.out << (runs.empty() ? "no occurrence\n" : "no further occurrence\n");
    return kExitGood;
}

}  // namespace ecron::app
