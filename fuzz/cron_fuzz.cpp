#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "ecron/cron/schedule.hpp"

/// Parses any text with any options and checks the consistency of the result. The first bytes select the
/// options, the rest is the expression.
namespace {

using namespace ecron;

void require(bool holds, const char* invariant) {
    if (holds) return;
    std::fprintf(stderr, "broken: %s\n", invariant);
    std::abort();
}

cron::ParseOptions options_from(std::uint8_t choices, std::uint8_t zone) {
    constexpr const char* kZones[]{"UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe",
                                   "Asia/Shanghai"};
    cron::ParseOptions options;
    options.dialect = (choices & 1U) != 0 ? cron::Dialect::quartz : cron::Dialect::cron;
    options.strictness = (choices & 2U) != 0 ? cron::Strictness::takeover : cron::Strictness::create;
    options.dst.gap = (choices & 4U) != 0 ? cron::Gap::skip : cron::Gap::run_after;
    options.dst.overlap = (choices & 8U) != 0 ? cron::Overlap::both : cron::Overlap::first;
    options.hash_subject = (choices & 16U) != 0 ? "job" : "";
    options.anchor = (choices & 32U) != 0 ? from_unix_seconds(1'774'000'000) : Instant{};
    options.zone = cron::find_zone(kZones[zone % std::size(kZones)]).value();
    return options;
}

void check_error(const cron::ParseError& error, std::string_view text) {
    require(!error.reason.empty(), "an error has a reason");
    require(error.position <= text.size(), "an error's position lies in the text");
}

void check_runs(const cron::Schedule& schedule, Instant around) {
    if (const auto next = schedule.next_after(around)) {
        require(*next > around, "the next run is later");
        require(schedule.names(*next), "the next run is one of its runs");
        const auto last = schedule.prev_before(*next);
        require(!last || *last <= around, "nothing lies between an instant and its next run");
        require(schedule.prev_before(*next + Millis{1}) == next, "the previous run undoes the next");
    }
    if (const auto last = schedule.prev_before(around)) {
        require(*last < around, "the previous run is earlier");
        require(schedule.names(*last), "the previous run is one of its runs");
        const auto next = schedule.next_after(*last);
        require(!next || *next >= around, "nothing lies between an instant and its previous run");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    const cron::ParseOptions options = options_from(data[0], data[1]);
    const std::string_view text{reinterpret_cast<const char*>(data) + 2, size - 2};
    const auto parsed = cron::parse(text, options);
    if (!parsed) {
        check_error(parsed.error(), text);
        return 0;
    }
    require(!parsed->schedule.describe(cron::Language::english).empty(), "a schedule can be described");
    require(!parsed->schedule.describe(cron::Language::chinese).empty(), "a schedule can be described");
    constexpr Instant kInstants[]{
        Instant::min(),
        Instant{},
        std::chrono::sys_days{std::chrono::year{1991} / 4 / 14},
        std::chrono::sys_days{std::chrono::year{2026} / 3 / 29} + std::chrono::hours{1},
        std::chrono::sys_days{std::chrono::year{2026} / 10 / 25} + std::chrono::minutes{30},
        std::chrono::sys_days{std::chrono::year{2026} / 11 / 1} + Millis{21'600'001},
        std::chrono::sys_days{std::chrono::year{2096} / 3 / 1},
        std::chrono::sys_days{std::chrono::year{2199} / 12 / 31},
        Instant::max()};
    for (const Instant instant : kInstants) check_runs(parsed->schedule, instant);
    return 0;
}
