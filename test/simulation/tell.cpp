#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "simulation/world.hpp"

namespace ecron::sim {
namespace {

/// Lines by instant; lines of the same instant keep their order.
using Lines = std::multimap<Instant, std::string>;

void tell_rows(const History& history, const std::string& about, Lines& lines) {
    const auto concerned = [&](const RowLife& row) {
        return row.id.value() == about || std::to_string(row.job.value()) == about;
    };
    for (const RowLife& row : history.rows)
        if (concerned(row))
            lines.emplace(row.inserted_at, fmt::format("{} inserted for job {}, due {}{}", row.id, row.job,
                                                       row.due ? format_rfc3339_millis(*row.due) : "now",
                                                       row.deleted == 0 ? "" : ", deleted later"));
    for (const Transition& change : history.transitions)
        if (const RowLife& row = history.rows[change.row]; concerned(row))
            lines.emplace(change.at,
                          fmt::format("{} {} (attempt {}) becomes {} (attempt {}) on '{}'", row.id,
                                      model::to_text(change.from), change.attempt_before,
                                      model::to_text(change.to), change.attempt_after, change.node));
    for (const Call& call : history.calls)
        if (std::ranges::any_of(history.rows,
                                [&](const RowLife& row) { return row.id == call.id && concerned(row); }))
            lines.emplace(call.at,
                          fmt::format("{} attempt {} is started by {}", call.id, call.attempt, call.node));
}

void tell_job(const History& history, const std::string& about, Lines& lines) {
    for (const JobVersion& version : history.jobs) {
        if (std::to_string(version.key.value()) != about) continue;
        lines.emplace(version.at, version.job
                                      ? fmt::format("change {}: '{}' enabled {} since {} {}", version.number,
                                                    version.job->cron_time, version.job->enabled,
                                                    format_rfc3339_millis(version.job->effective_from),
                                                    version.job->context)
                                      : fmt::format("change {}: deleted", version.number));
    }
    for (const MissedNote& note : history.missed)
        if (std::to_string(note.missed.job.value()) == about)
            lines.emplace(note.at, fmt::format("missed {} from {} to {}", note.missed.count,
                                               format_rfc3339_millis(note.missed.from),
                                               format_rfc3339_millis(note.missed.to)));
}

}  // namespace

std::vector<std::string> tell(std::uint64_t seed, const Scale& scale, const std::string& about) {
    World world{seed, scale, {}};
    static_cast<void>(world.run());
    const History& history = world.history();
    Lines lines;
    for (const Remark& remark : history.remarks) lines.emplace(remark.at, "-- " + remark.text);
    for (const PauseSpan& span : history.pauses) {
        const std::string whose = span.tenant ? span.tenant->value() : "everything";
        lines.emplace(span.from, "-- pause of " + whose);
        if (span.to) lines.emplace(*span.to, "-- resume of " + whose);
    }
    for (const FencedCommit& commit : history.fenced)
        lines.emplace(commit.at, fmt::format("-- term {} of shard {} {}, watermark {}, planned {}",
                                             commit.epoch, commit.shard,
                                             commit.what == Fenced::begin    ? "begins"
                                             : commit.what == Fenced::claim  ? "claims"
                                             : commit.what == Fenced::rewind ? "is rewound"
                                                                             : "withdraws",
                                             format_rfc3339_millis(commit.watermark), commit.planned));
    tell_rows(history, about, lines);
    tell_job(history, about, lines);
    std::vector<std::string> told;
    for (const auto& [at, text] : lines) told.push_back(format_rfc3339_millis(at) + " " + text);
    for (std::string& line : world.standings()) told.push_back(std::move(line));
    return told;
}

}  // namespace ecron::sim
