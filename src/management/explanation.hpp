#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ecron/model/execution.hpp"
#include "ecron/model/json.hpp"
#include "ecron/store/store.hpp"

/// Explains why a job ran or did not run at an instant, from the stored history. Pure: takes evidence and
/// returns a verdict.
namespace ecron::management {

/// The part of a job's definition that determines when it runs, at some time.
struct Definition {
    std::string cron_time{};
    model::JobType type{};
    model::Mode mode{model::Mode::http};
    model::Plan plan{};
    bool enabled{};
    Instant created_at{};
};

/// An instant denotes the whole second that begins with it.
struct Evidence {
    Instant at{};
    Instant now{};
    JobId job{};
    std::optional<Definition> current{};    // nullopt: the job was deleted
    std::vector<store::Change> changes{};   // newest first, including pauses
    std::vector<model::Execution> runs{};   // of that second
    std::vector<store::Missed> missed{};    // that overlap with it
    std::optional<Instant> paused_since{};  // start of the current pause
    std::optional<Instant> planned_until{};
};

enum class Verdict : std::uint8_t {
    ran,
    running,
    waiting,      // claimed and not started, or between two attempts
    refused,      // ended without a run, for the reason in its row
    missed,       // covered by a summary
    not_created,  // the job was created later
    deleted,      // the job was deleted before
    disabled,
    not_planned,  // its row contains values unknown to ecron
    on_request,   // it has no schedule
    not_named,    // its schedule at the time had no occurrence then
    outside_window,
    paused,
    to_come,
    not_planned_yet,  // planning is delayed
    changed,          // its schedule was replaced before the run began
    forgotten,        // the records have been deleted
};
[[nodiscard]] std::string_view to_text(Verdict verdict);

struct Explanation {
    Verdict verdict{};
    std::string text{};  // one sentence
    std::optional<model::Execution> execution{};
    std::optional<store::Missed> missed{};
    std::optional<store::Change> change{};      // the change that caused it
    std::optional<Definition> definition{};     // in effect at the instant
    std::optional<Instant> previous{}, next{};  // the neighboring occurrences of that definition
};

Explanation explain(const Evidence& evidence, const model::Rules& rules);

}  // namespace ecron::management
