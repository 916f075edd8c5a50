#pragma once
#include <fmt/format.h>

#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "clients.hpp"
#include "ecron/base/log.hpp"
#include "history.hpp"
#include "reference.hpp"

namespace ecron::sim {

/// Proves from the history of a world, and from nothing else, that what docs promise was kept:
///   - every instant that a job should have run at has its row, or a reason why not (the
///   reference);
///   - no row stands for an instant that no definition named, none starts early or within a pause;
///   - no attempt was started twice, as the targets saw it;
///   - every attempt that ended has left its execution ended or waiting for what comes next;
///   - states change along the arrows only; what ended stays; what a node left is ended by another;
///   - only the newest term writes; the watermark of a shard never goes back, and passes nothing unclaimed;
///   - what a client was told is so.
class Checker {
public:
    Checker(const History& history, Instant end, const Clients::Promises& promises);
    [[nodiscard]] std::vector<std::string> violations();

private:
    static constexpr std::size_t kMostViolations = 20;
    /// A leader's clock may be off by a second, and it looks ahead.
    static constexpr Millis kClockSlack{1'600};
    /// By then a leader that is in touch has heard of a change, also where a reading that was cut off had to
    /// time out first.
    static constexpr Millis kLearning{12'000};

    /// A stretch of time in which a job ran at the same instants.
    struct Segment {
        Reference reference;
        Instant since{};  // exclusive
        Instant until{};
        ChangeNumber number{};  // of the change that began it
        std::size_t shard{};
    };
    struct Instants {
        std::vector<Segment> segments;
        bool may_summarise{false};  // some version has misfire once or skip
        bool may_refuse{false};     // some version has an overlap other than allow
        bool has_deadline{false};
        std::optional<Instant> gone;  // deleted: the watermark of the shard then
        Millis grace{Millis::max()};  // the least of all versions
    };

    template <class... Args> void blame(fmt::format_string<Args...> text, Args&&... args) {
        if (violations_.size() < kMostViolations)
            violations_.push_back(fmt::format(text, std::forward<Args>(args)...));
    }

    void read_jobs();
    void check_terms();
    void check_arrows();
    void check_calls();
    void check_ends();
    void check_outcomes();
    void check_promises();
    void check_planned(JobKey job, const Instants& instants);
    void check_segment(JobKey job, const Instants& instants, const Segment& segment);
    void check_rows(JobKey job, const Instants& instants);
    void check_spent();
    void check_summaries();
    void check_progress();
    [[nodiscard]] bool is_covered(JobKey job, const Instants& instants, const Segment& segment,
                                  Instant nominal, Instant due) const;
    [[nodiscard]] bool rightly_withdrawn(const RowLife& row, const Instants& instants,
                                         const Segment& segment) const;
    [[nodiscard]] bool is_summarised(JobKey job, Instant nominal) const;
    [[nodiscard]] bool is_paused(const TenantId& tenant, Instant due, Millis slack) const;
    void check_watermark_waited(JobKey job, const Segment& segment, Instant nominal);
    [[nodiscard]] ChangeNumber known_to_run(const Segment& segment, Instant nominal) const;

    const History& history_;
    const Instant end_;
    const Clients::Promises& promises_;
    std::vector<std::string> violations_;

    std::map<JobKey, Instants> jobs_;
    std::map<std::pair<JobKey, Instant>, std::vector<const RowLife*>> planned_;
    std::multimap<JobKey, std::pair<Instant, Instant>> summaries_;
    std::map<Shard, std::vector<FencedCommit>> claims_;
    Instant planned_from_{Instant::min()};   // in every shard: a store without a watermark begins at now
    Instant planned_until_{Instant::max()};  // in every shard, when the world ended
    std::unordered_map<std::string_view, const RowLife*> rows_;  // the last life of each id
    std::unordered_map<std::string_view, std::vector<const Call*>> calls_;
};

/// A number that differs where the histories differ.
std::uint64_t fingerprint(const History& history);

}  // namespace ecron::sim
