#pragma once
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

#include "ecron/analysis/job_plan.hpp"

/// What the planner decides, and what its owner reports about a run.
namespace ecron::analysis {

/// A run in this process; the store's identifier is its ExecuteId.
using RunId = Id<struct RunIdTag, std::uint64_t>;

struct Claim {  // claim this scheduled run in the store; it starts at `due`
    RunId run;
    JobKey job;
    Instant scheduled_at;
    Instant due;
    std::optional<Instant> spent;  // set for a one-shot: disable the job in the same transaction, if its
                                   // schedule is still the one in effect since this instant
    Instant claim_by;  // never after due; before due only if the jitter exceeds the interval. Claims of a
                       // tenant are ordered by it; claims of all tenants while each has capacity
    Group tenant;
};
struct Start {  // the run is due and unblocked; lateness is now - due
    RunId run;
};
struct Refuse {  // the run ends without an attempt: "overlap", "deadline"
    RunId run;
    std::string_view reason;
};
struct Withdraw {  // claimed, not started, and no longer an occurrence of its job: delete the row
    RunId run;
};
struct Stop {  // stop the run: "replaced", or the reason of StopRequested
    RunId run;
    std::string_view reason;
};
struct Expire {  // the target accepted the run and its callback did not arrive in time
    RunId run;
};
struct Missed {  // these occurrences do not run; a newer one that does (misfire once, all) has its own Claim
    JobKey job;
    Instant from;
    Instant to;
    std::int64_t count;              // exact below kMissedCounted, which means that many or more
    model::Occurrences occurrences;  // of the schedule then in effect, which may have changed since
};
inline constexpr std::int64_t kMissedCounted = 4'096;
using Decision = std::variant<Claim, Start, Refuse, Withdraw, Stop, Expire, Missed>;

// --- reports
struct Committed {};  // its claim is stored: it starts when due
struct RetryAt {      // its attempt failed or could not begin: Start is decided again
    Instant due;
};
struct AcceptedUntil {  // the target accepted it: Expire is decided at the deadline
    Instant deadline;
};
struct Ended {};        // or its row belongs to another term: unblocks waiting runs with the next advance
struct StopRequested {  // decides Stop if it has started, otherwise Refuse. It does not start again: Stop
                        // replaces a later Start or Expire
    std::string_view reason;  // a string literal
};
using RunReport = std::variant<Committed, RetryAt, AcceptedUntil, Ended, StopRequested>;

}  // namespace ecron::analysis
