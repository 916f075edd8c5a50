#include "ecron/model/json.hpp"

namespace ecron::model {
namespace {

/// Returns the text without a leading zone.
std::string_view last_word(std::string_view text) {
    constexpr std::string_view kBlanks = " \t";
    const std::size_t end = text.find_last_not_of(kBlanks);
    if (end == std::string_view::npos) return {};
    const std::size_t space = text.find_last_of(kBlanks, end);
    const std::size_t begin = space == std::string_view::npos ? 0 : space + 1;
    return text.substr(begin, end + 1 - begin);
}

}  // namespace

std::string_view unplannable(JobType type, Mode mode) {
    if (type == JobType::unknown) return "its type is unknown";
    return mode == Mode::unknown ? "its mode is unknown" : std::string_view{};
}

std::expected<cron::Parsed, cron::ParseError> schedule_of(std::string_view cron_time, JobType type,
                                                          const Plan& plan, const JobId& id,
                                                          Instant created_at, const Rules& rules,
                                                          cron::Strictness strictness) {
    const std::string& zone_name = plan.timezone.empty() ? rules.default_timezone : plan.timezone;
    const bool create = strictness == cron::Strictness::create;
    const Result<const cron::Zone*> zone =
        create ? cron::find_zone(zone_name) : cron::find_zone_file(zone_name);
    if (!zone) return std::unexpected(cron::ParseError{zone.error().what, 0});
    if (type != JobType::timed && parse_rfc3339(last_word(cron_time)))
        return std::unexpected(cron::ParseError{"an instant is for timed jobs only", 0});

    cron::ParseOptions options;
    options.dialect = plan.dialect;
    options.strictness = strictness;
    options.dst = plan.dst;
    options.zone = *zone;
    options.hash_subject = id.value();
    options.anchor = created_at;
    return cron::parse(cron_time, options);
}

}  // namespace ecron::model
