#include "client/import/imported.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <cctype>

#include "client/text/json_access.hpp"
#include "client/text/yaml_writer.hpp"
#include "ecron/base/utf8.hpp"
#include "ecron/cron/schedule.hpp"
#include "ecron/cron/zone.hpp"
#include "ecron/model/json.hpp"
#include "ecron/model/occurrences.hpp"

namespace ecron::client {
namespace {

constexpr std::size_t kNameLimit = 64;
constexpr std::size_t kRunsShown = 3;

std::expected<cron::Parsed, cron::ParseError> schedule_of(const json::object& job) {
    const json::object& context = object_at(job, "job_context");
    model::Plan plan;
    plan.timezone = text_at(context, "timezone");
    if (text_at(context, "dialect") == "quartz") plan.dialect = cron::Dialect::quartz;
    const auto type = model::job_type_from(text_at(job, "job_type")).value_or(model::JobType::scheduled);
    return model::schedule_of(text_at(job, "job_cron_time"), type, plan, JobId{text_at(job, "job_name")},
                              Instant{}, {}, cron::Strictness::create);
}

/// RFC 3339 with the offset of the zone.
std::string local_text(Instant instant, const cron::Zone& zone) {
    const Seconds offset = zone.offset_at(instant);
    std::string text = format_rfc3339(instant + offset);
    if (offset == Seconds{0}) return text;
    const std::chrono::hh_mm_ss<Seconds> parts{std::chrono::abs(offset)};
    text.pop_back();
    return fmt::format("{}{}{:02}:{:02}", text, offset < Seconds{0} ? '-' : '+', parts.hours().count(),
                       parts.minutes().count());
}

std::string next_line(const json::object& job, Instant now) {
    if (text_at(job, "job_cron_time").empty()) return "# next: on request only\n";
    const auto parsed = schedule_of(job);
    if (!parsed) return {};
    std::vector<std::string> runs;
    const auto type = model::job_type_from(text_at(job, "job_type")).value_or(model::JobType::scheduled);
    for (const Instant run : model::first_occurrences(parsed->schedule, type, {}, now, kRunsShown))
        runs.push_back(local_text(run, *parsed->schedule.zone()));
    return fmt::format("# {}\n# next: {}\n", parsed->schedule.describe(cron::Language::english),
                       fmt::join(runs, ", "));
}

/// The text as comments. A control character, which could end a comment, becomes a space.
std::string commented(std::string text) {
    std::ranges::replace_if(text, [](unsigned char c) { return (c < 0x20 && c != '\n') || c == 0x7f; }, ' ');
    std::string out;
    for (std::string_view rest = text; !rest.empty();) {
        const std::string_view line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(rest.size(), line.size() + 1));
        out += fmt::format("# {}\n", line);
    }
    return out;
}

}  // namespace

std::string JobNames::unique(std::string_view wanted) {
    std::string base{wanted};
    std::ranges::replace_if(base, [](unsigned char c) { return c < 0x20 || c == 0x7f; }, '-');
    while (base.starts_with(' ')) base.erase(0, 1);
    while (base.ends_with(' ')) base.pop_back();
    base = std::string{utf8_front(base.empty() ? "job" : base, kNameLimit)};
    std::string name = base;
    for (int number = 2; !used_.insert(name).second; ++number) {
        const std::string suffix = fmt::format("-{}", number);
        name = std::string{utf8_front(base, kNameLimit - suffix.size())} + suffix;
    }
    return name;
}

void check_schedule(Imported& imported) {
    if (text_at(imported.job, "job_cron_time").empty()) return;
    if (const auto parsed = schedule_of(imported.job); !parsed) {
        imported.warnings.push_back(
            fmt::format("the schedule {:?} is refused: {}; the job is written as a comment",
                        text_at(imported.job, "job_cron_time"), parsed.error().reason));
        imported.use = Imported::Use::commented;
    }
}

std::size_t active_jobs(const Import& import) {
    return static_cast<std::size_t>(std::ranges::count(import.jobs, Imported::Use::active, &Imported::use));
}

std::string format_import(const Import& import, Instant now) {
    std::string out;
    for (const std::string& error : import.errors) out += commented("error: " + error);
    for (const std::string& warning : import.warnings) out += commented("warning: " + warning);
    for (const Imported& imported : import.jobs) {
        out += "---\n" + commented(imported.origin);
        for (const std::string& warning : imported.warnings) out += commented("warning: " + warning);
        out += next_line(imported.job, now);
        const std::string yaml = to_yaml(imported.job);
        out += imported.use == Imported::Use::commented ? commented(yaml) : yaml;
    }
    return out;
}

}  // namespace ecron::client
