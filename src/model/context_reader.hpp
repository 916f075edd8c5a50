#pragma once
#include <optional>
#include <string>
#include <vector>

#include "model/members.hpp"

/// `job_context`, part by part, so that each caller keeps its own order of checks. What a client may not send
/// but an old row may hold (numbers for modes and times) is read for Origin::store only.
namespace ecron::model {

/// begin_at and end_at, in whole seconds.
void read_window(Members& context, Origin origin, Plan& plan);
/// The mode; nothing when it is missing or none of ecron's.
std::optional<Mode> read_mode(const Members& context, Origin origin);
/// What is called and how: exec, info, notify, execute_id. Methods may be in lower case for Origin::client
/// only: the old service sent a POST for them.
void read_target(Members& context, Origin origin, Context& into);
/// A warning if `info.method` is none that is known, and POST takes its place.
std::vector<std::string> replaced_method(Members& context);
/// A warning for each header of the job that is not sent as it says.
std::vector<std::string> replaced_headers(const Context& context);
/// ecron's own members. `retry` holds what a given `retry` leaves open.
void read_knobs(Members& context, const Retry& retry, Context& into);

/// What a replaced job had already. Rows of the old service hold values that no new job may have, and remain
/// editable: such a value is accepted with a warning.
struct KeptTarget {
    bool exec{false}, headers{false}, webhook{false};
};
[[nodiscard]] KeptTarget kept_target(const Context& before, const Context& after);
/// Refuses a target that could never be called.
void check_target(const Context& context, Members& members, const KeptTarget& kept,
                  std::vector<std::string>& warnings);
/// Warns of unknown members that look like one of ecron's own, misspelt.
std::vector<std::string> near_misses(const Members& context);

}  // namespace ecron::model
