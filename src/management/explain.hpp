#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ecron/model/execution.hpp"
#include "ecron/model/json.hpp"
#include "ecron/store/store.hpp"

/// Why a job ran at an instant, or why not, from what the store remembers of it. Pure: evidence in, a verdict
/// out.
namespace ecron::management {

/// What decides when a job runs, as it was at some time.
struct Definition {
    std::string cron_time{};
    model::JobType type{};
    model::Mode mode{model::Mode::http};
    model::Plan plan{};
    bool enabled{};
    Instant created_at{};
};

/// An instant stands for the second that it begins.
struct Evidence {
    Instant at{};
    Instant now{};
    JobId job{};
    std::optional<Definition> current{};    // nothing: the job was deleted
    std::vector<store::Change> changes{};   // newest first, pauses among them
    std::vector<model::Execution> runs{};   // those of that second
    std::vector<store::Missed> missed{};    // that overlap with it
    std::optional<Instant> paused_since{};  // the pause that holds now
    std::optional<Instant> planned_until{};
};

enum class Verdict : std::uint8_t {
    ran,
    running,
    waiting,      // claimed and not started, or between two attempts
    refused,      // ended without a run, for the reason that its row tells
    missed,       // told in a summary
    not_created,  // the job was made later
    deleted,      // before that
    disabled,
    not_planned,  // its row holds what ecron does not know
    on_request,   // it has no schedule
    not_named,    // its schedule then did not name the instant
    outside_window,
    paused,
    to_come,
    not_planned_yet,  // planning is behind
    changed,          // its schedule was replaced before the run began
    forgotten,        // nothing is left that tells
};
[[nodiscard]] std::string_view to_text(Verdict verdict);

struct Explanation {
    Verdict verdict{};
    std::string text{};  // one sentence
    std::optional<model::Execution> execution{};
    std::optional<store::Missed> missed{};
    std::optional<store::Change> change{};      // the one that decided it
    std::optional<Definition> definition{};     // that held at the instant
    std::optional<Instant> previous{}, next{};  // the instants around it that the definition names
};

Explanation explain(const Evidence& evidence, const model::Rules& rules);

}  // namespace ecron::management
