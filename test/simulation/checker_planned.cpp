#include <algorithm>

#include "ecron/base/time.hpp"
#include "simulation/checker.hpp"

/// Checks every occurrence of every job.
namespace ecron::sim {
namespace {

using namespace std::chrono_literals;

constexpr Millis kUnsettled{30'000};  // before the end of the world: not everything is claimed yet
constexpr Millis kMostAhead{10'000};  // claim_ahead and a clock that is a little ahead
constexpr Millis kMaxLag{90'000};     // maximum planning delay at the end, with less capacity than runs

std::string at(Instant instant) { return format_rfc3339_millis(instant); }

}  // namespace

/// Converts versions to segments.
void Checker::read_jobs() {
    for (const JobVersion& version : history_.jobs) {
        Instants& job = jobs_[version.key];
        // A watermark ahead of the clock does not state what was decided.
        const bool is_ahead = version.watermark > version.at + kMostAhead;
        if (!version.job) {
            job.gone = is_ahead ? Instant::min() : version.watermark;
            job.planned_when_gone = version.planned;
        }
        std::optional<Reference> reference = version.job ? Reference::of(*version.job) : std::nullopt;
        const bool open = !job.segments.empty() && job.segments.back().until == Instant::max();
        if (reference) {
            job.may_summarise = job.may_summarise || reference->misfire != model::Misfire::all;
            job.may_refuse = job.may_refuse || reference->overlap != model::Overlap::allow;
            job.has_deadline = job.has_deadline || reference->deadline.has_value();
            job.grace = std::min(job.grace, reference->grace);
        }
        if (open && reference && job.segments.back().reference.same_instants(*reference)) continue;
        if (open) {
            Segment& last = job.segments.back();
            last.until = version.at;
        }
        if (!reference || !reference->enabled) continue;
        job.segments.push_back({.reference = *reference,
                                .since = version.job->effective_from,
                                .until = Instant::max(),
                                .number = version.number});
    }
    for (const MissedNote& note : history_.missed)
        summaries_.emplace(note.missed.job, std::pair{note.missed.from, note.missed.to});
}

/// Occurrences beyond the watermark are late, not lost; at the end the delay must be small.
void Checker::check_progress() {
    for (const auto& [shard, claims] : claims_) {
        planned_until_ = std::min(planned_until_, claims.back().watermark);
        if (claims.back().watermark < end_ - kMaxLag)
            blame("late: shard {} is planned up to {} at the end of the world", shard,
                  at(claims.back().watermark));
    }
}

void Checker::check_planned(JobKey job, const Instants& instants) {
    for (const Segment& segment : instants.segments) check_segment(job, instants, segment);
    check_rows(job, instants);
}

void Checker::check_segment(JobKey job, const Instants& instants, const Segment& segment) {
    const Instant until = std::min({segment.until - kClockSlack, end_ - kUnsettled, planned_until_});
    // A one-shot may have been completed by an occurrence that was not owed.
    const bool once = segment.reference.once;
    const Instant first = once ? segment.since : std::max(segment.since, planned_from_);
    std::optional<Instant> scheduled_at = segment.reference.after(first);
    for (; scheduled_at && *scheduled_at <= until; scheduled_at = segment.reference.after(*scheduled_at)) {
        const Instant due = segment.reference.due(*scheduled_at);
        const bool owed = due <= until && *scheduled_at > planned_from_;
        if (owed && !is_covered(job, instants, segment, *scheduled_at, due))
            blame("lost: job {} {} should have run at {} (due {}); its schedule was valid from {} to {}", job,
                  segment.reference.job, at(*scheduled_at), at(due), at(segment.since),
                  segment.until == Instant::max() ? "the end" : at(segment.until));
        if (owed && planned_.contains({job, *scheduled_at}))
            check_watermark_waited(job, segment, *scheduled_at);
        // The first occurrence that is not missed completes the one-shot, whether or not it is due.
        const bool owed_or_ran = *scheduled_at > planned_from_ || planned_.contains({job, *scheduled_at});
        if (once && owed_or_ran && !is_summarised(job, *scheduled_at)) return;
    }
}

bool Checker::is_covered(JobKey job, const Instants& instants, const Segment& segment, Instant scheduled_at,
                         Instant due) const {
    if (const auto found = planned_.find({job, scheduled_at}); found != planned_.end())
        for (const RowLife* const row : found->second)
            if (row->deleted == 0 || rightly_withdrawn(*row, instants, segment)) return true;
    if (is_summarised(job, scheduled_at)) return true;
    if (is_paused(segment.reference.tenant, due, kClockSlack)) return true;
    // A deleted job does not run, but occurrences before the watermark had been claimed, if the planner knew
    // that they must run.
    const bool was_unknown = instants.planned_when_gone < known_to_run(segment, scheduled_at);
    return instants.gone && (segment.reference.jitter > Millis{0} || due > *instants.gone || was_unknown);
}

/// A row may be deleted because a newer definition lacks its occurrence or because a pause began.
bool Checker::rightly_withdrawn(const RowLife& row, const Instants& instants, const Segment& segment) const {
    if (row.due && is_paused(segment.reference.tenant, *row.due, kClockSlack)) return true;
    if (segment.until == Instant::max()) return false;
    const auto next = std::ranges::find_if(instants.segments,
                                           [&](const Segment& one) { return one.since >= segment.until; });
    const bool disabled_between = next == instants.segments.end() || next->since > segment.until;
    return disabled_between || !next->reference.names(*row.scheduled_at) ||
           std::ranges::any_of(next, instants.segments.end(),
                               [&](const Segment& one) { return !one.reference.names(*row.scheduled_at); });
}

bool Checker::is_summarised(JobKey job, Instant scheduled_at) const {
    const auto [first, last] = summaries_.equal_range(job);
    return std::any_of(first, last, [&](const auto& one) {
        return one.second.first <= scheduled_at && scheduled_at <= one.second.second;
    });
}

bool Checker::is_paused(const TenantId& tenant, Instant due, Millis slack) const {
    return std::ranges::any_of(history_.pauses, [&](const PauseSpan& span) {
        const bool theirs = !span.tenant || *span.tenant == tenant;
        return theirs && due >= span.from - slack && (!span.to || due <= *span.to + slack);
    });
}

/// Returns the change after which a planner knows that the occurrence must run: the job's change, or the end
/// of each pause that had begun before it.
ChangeNumber Checker::known_to_run(const Segment& segment, Instant scheduled_at) const {
    ChangeNumber known = segment.number;
    for (const PauseSpan& span : history_.pauses) {
        const bool theirs = !span.tenant || *span.tenant == segment.reference.tenant;
        if (theirs && span.to && span.from <= scheduled_at + kClockSlack &&
            *span.to <= scheduled_at + kClockSlack)
            known = std::max(known, span.resume);
    }
    return known;
}

/// The watermark passes an occurrence only with its claim once the planner knows that it must run.
void Checker::check_watermark_waited(JobKey job, const Segment& segment, Instant scheduled_at) {
    if (segment.reference.jitter > Millis{0}) return;
    const std::vector<const RowLife*>& lives = planned_.at({job, scheduled_at});
    const std::uint64_t claimed = lives.front()->inserted;
    const ChangeNumber known = known_to_run(segment, scheduled_at);
    for (const auto& [shard, claims] : claims_) {
        const auto own = std::ranges::lower_bound(claims, claimed, {}, &FencedCommit::commit);
        if (own == claims.end() || own->commit != claimed) continue;
        const auto passed = std::ranges::find_if(claims, [&](const FencedCommit& one) {
            return one.watermark >= scheduled_at && one.planned >= known;
        });
        if (passed != claims.end() && passed->commit < claimed)
            blame("watermark: passed {} at {} before job {} was claimed for it at {}", at(scheduled_at),
                  at(passed->at), job, at(lives.front()->inserted_at));
    }
}

/// Every row has a definition with its occurrence.
void Checker::check_rows(JobKey job, const Instants& instants) {
    const auto first = planned_.lower_bound({job, Instant::min()});
    for (auto one = first; one != planned_.end() && one->first.first == job; ++one) {
        const Instant scheduled_at = one->first.second;
        for (const RowLife* const row : one->second) {
            const bool named = std::ranges::any_of(instants.segments, [&](const Segment& segment) {
                const bool in_time =
                    scheduled_at > segment.since && segment.since <= row->inserted_at &&
                    (segment.until == Instant::max() || scheduled_at <= segment.until + kLearning);
                return in_time && segment.reference.names(scheduled_at);
            });
            if (!named)
                blame(
                    "ghost: {} was claimed for job {} at {}, which is not an occurrence of any definition "
                    "({})",
                    row->id, job, at(scheduled_at), at(row->inserted_at));
        }
        const auto standing = std::ranges::count(one->second, 0U, &RowLife::deleted);
        if (standing > 1) blame("doubled: job {} has {} rows for {}", job, standing, at(scheduled_at));
        for (const PauseSpan& span : history_.pauses) {
            const RowLife* const row = one->second.back();
            const bool inside = row->due && *row->due > span.from + kLearning && span.to &&
                                *row->due < *span.to - kClockSlack;
            const auto calls = calls_.find(row->id.value());
            if (!inside || row->deleted != 0 || calls == calls_.end()) continue;
            const bool theirs =
                !span.tenant || std::ranges::all_of(instants.segments, [&](const Segment& segment) {
                    return segment.reference.tenant == *span.tenant;
                });
            if (theirs)
                blame("pause: {} of job {} was due at {} in a pause but ran", row->id, job, at(*row->due));
        }
    }
}

/// A completed one-shot has its run, unless a pause or a later change of the job prevented it.
void Checker::check_spent() {
    std::map<JobKey, const JobVersion*> last;
    for (const JobVersion& version : history_.jobs) last[version.key] = &version;
    for (const auto& [job, version] : last) {
        if (!version->spent) continue;
        const auto is_there = [&](const RowLife* row) {
            return row->inserted < version->commit &&
                   (row->deleted == 0 || is_paused(version->job->tenant, *row->due, kClockSlack));
        };
        bool runs = false;
        for (auto one = planned_.lower_bound({job, Instant::min()});
             one != planned_.end() && one->first.first == job; ++one)
            runs = runs || std::ranges::any_of(one->second, is_there);
        if (!runs)
            blame("lost: one-shot job {} was completed at {} but its run does not exist", job,
                  at(version->at));
    }
}

void Checker::check_summaries() {
    for (const MissedNote& note : history_.missed) {
        const auto job = jobs_.find(note.missed.job);
        if (job == jobs_.end()) continue;
        if (!job->second.may_summarise && note.missed.count <= 1'000 - 1)
            blame("misfire: job {} runs all missed occurrences, but {} to {} were skipped", note.missed.job,
                  at(note.missed.from), at(note.missed.to));
        if (note.missed.to > note.at - job->second.grace + kClockSlack)
            blame("misfire: job {}: {} was skipped at {} within its grace period", note.missed.job,
                  at(note.missed.to), at(note.at));
    }
}

}  // namespace ecron::sim
