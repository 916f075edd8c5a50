#include "cron/support.hpp"

#include <fmt/format.h>

namespace ecron::cron::test {

std::string local_text(Instant instant, const Zone* zone) {
    const Seconds offset = zone->offset_at(instant);
    std::string text = format_rfc3339(instant + offset).substr(0, 19);
    text[10] = ' ';
    if (text.ends_with(":00")) text.resize(16);
    const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(offset).count();
    return fmt::format("{}{}{:02}:{:02}", text, minutes < 0 ? '-' : '+', std::abs(minutes) / 60,
                       std::abs(minutes) % 60);
}

std::string runs(const Schedule& schedule, std::string_view after, std::size_t count) {
    std::string text;
    for (const Instant run : next_runs(schedule, at(after), count))
        text += (text.empty() ? "" : ", ") + local_text(run, schedule.zone());
    return text;
}

}  // namespace ecron::cron::test
