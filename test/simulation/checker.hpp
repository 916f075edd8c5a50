#pragma once
#include <fmt/format.h>

#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "ecron/base/log.hpp"
#include "simulation/clients.hpp"
#include "simulation/history.hpp"
#include "simulation/reference.hpp"

namespace ecron::sim {

/// Verifies the documented guarantees using only the history of a world:
/// - every occurrence has its row or a recorded reason why it did not run (the reference);
/// - no row exists for an occurrence that no definition had, and none starts early or in a pause;
/// - no attempt was started twice, according to the targets;
/// - every attempt that ended leaves its execution ended or waiting for its next step;
/// - states change only along the permitted transitions; terminal states are final; executions of a lost node
/// are ended by another node;
/// - only the newest term writes; the watermark of a shard never decreases and never passes an unclaimed
/// occurrence;
/// - everything acknowledged to a client is true;
/// - if the jobs subscribe, every end, skipped start and missed record is announced, and nothing twice.
class Checker {
public:
    Checker(const History& history, Instant end, const Clients::Promises& promises);
    [[nodiscard]] std::vector<std::string> violations();

private:
    static constexpr std::size_t kMaxViolations = 20;
    /// Maximum clock offset of a leader (one second) plus its look-ahead.
    static constexpr Millis kClockSlack{1'600};
    /// Maximum delay until a connected leader has read a change, including the timeout of an interrupted
    /// read.
    static constexpr Millis kLearning{12'000};

    /// A period in which a job had the same occurrences.
    struct Segment {
        Reference reference;
        Instant since{};  // exclusive
        Instant until{};
        ChangeNumber number{};  // of the change that started it
        std::size_t shard{};
    };
    struct Instants {
        std::vector<Segment> segments;
        bool may_summarise{false};  // a version has misfire once or skip
        bool may_refuse{false};     // a version has an overlap policy other than allow
        bool has_deadline{false};
        std::optional<Instant> gone;       // deleted: the shard's watermark at that time
        ChangeNumber planned_when_gone{};  // by its shard
        Millis grace{Millis::max()};       // minimum of all versions
    };

    template <class... Args> void blame(fmt::format_string<Args...> text, Args&&... args) {
        if (violations_.size() < kMaxViolations)
            violations_.push_back(fmt::format(text, std::forward<Args>(args)...));
    }

    void read_jobs();
    void check_terms();
    void check_arrows();
    void check_calls();
    void check_takeovers();
    void check_ends();
    void check_outcomes();
    void check_promises();
    void check_told();
    void check_planned(JobKey job, const Instants& instants);
    void check_segment(JobKey job, const Instants& instants, const Segment& segment);
    void check_rows(JobKey job, const Instants& instants);
    void check_spent();
    void check_summaries();
    void check_progress();
    [[nodiscard]] bool is_covered(JobKey job, const Instants& instants, const Segment& segment,
                                  Instant scheduled_at, Instant due) const;
    [[nodiscard]] bool rightly_withdrawn(const RowLife& row, const Instants& instants,
                                         const Segment& segment) const;
    [[nodiscard]] bool is_summarised(JobKey job, Instant scheduled_at) const;
    [[nodiscard]] bool is_paused(const TenantId& tenant, Instant due, Millis slack) const;
    void check_watermark_waited(JobKey job, const Segment& segment, Instant scheduled_at);
    [[nodiscard]] ChangeNumber known_to_run(const Segment& segment, Instant scheduled_at) const;

    const History& history_;
    const Instant end_;
    const Clients::Promises& promises_;
    std::vector<std::string> violations_;

    std::map<JobKey, Instants> jobs_;
    std::map<std::pair<JobKey, Instant>, std::vector<const RowLife*>> planned_;
    std::multimap<JobKey, std::pair<Instant, Instant>> summaries_;
    std::map<Shard, std::vector<FencedCommit>> claims_;
    Instant planned_from_{Instant::min()};   // in every shard: a store without a watermark starts at the
                                             // current time
    Instant planned_until_{Instant::max()};  // in every shard, at the end of the world
    std::unordered_map<std::string_view, const RowLife*> rows_;  // the last row of each id
    std::unordered_map<std::string_view, std::vector<const Call*>> calls_;
};

/// Returns a number that differs if the histories differ.
std::uint64_t fingerprint(const History& history);

}  // namespace ecron::sim
