#pragma once
#include <optional>
#include <string>
#include <vector>

#include "model/members.hpp"

/// Parses `job_context` in parts, so that each caller keeps its own order of checks. Values that only old
/// rows may contain (numbers for modes and times) are accepted for Origin::store only.
namespace ecron::model {

/// begin_at and end_at, in whole seconds.
void read_window(Members& context, Origin origin, Plan& plan);
/// Returns the mode; nullopt if it is absent or unknown.
std::optional<Mode> read_mode(const Members& context, Origin origin);
/// Returns a warning if `info.method` is unknown and replaced by POST.
std::vector<std::string> replaced_method(Members& context);
/// Returns a warning for each header of the job that is sent with another value.
std::vector<std::string> replaced_headers(const Context& context);
/// The target of the replaced job. Rows of the previous service contain values that new jobs may not have and
/// must remain editable: such a value is accepted with a warning.
struct KeptTarget {
    bool exec{false}, headers{false}, webhook{false};
};
[[nodiscard]] KeptTarget kept_target(const Context& before, const Context& after);
/// Rejects a target that can never be called.
void check_target(const Context& context, Members& members, const KeptTarget& kept,
                  std::vector<std::string>& warnings);

}  // namespace ecron::model
