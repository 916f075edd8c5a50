#pragma once
#include <optional>
#include <string>
#include <vector>

#include "client/definitions/definition.hpp"
#include "client/text/style.hpp"

/// What `apply` does: the difference between definitions and the jobs of a server. Pure.
namespace ecron::client {

/// A member whose value differs. A value is JSON text; empty: the member is absent.
struct MemberChange {
    std::string path, from, to;
    bool operator==(const MemberChange&) const = default;
};

/// The members that differ between two objects, in the order of `to`. Absent, null and empty are the same.
/// Values of secret members are hidden.
std::vector<MemberChange> member_changes(const json::object& from, const json::object& to);

struct Change {
    enum class Kind : std::uint8_t { create, update, remove, none } kind{Kind::none};
    std::string name;
    json::object body{};                  // create, update: of the request
    std::string id{}, revision{};         // update, remove
    std::vector<MemberChange> members{};  // update
    std::vector<std::string> warnings{};
};

/// Which jobs without a definition are deleted.
struct Prune {
    bool enabled{false};
    /// Only jobs with these labels, if there are any.
    std::vector<std::pair<std::string, std::string>> labels{};
};

struct Plan {
    std::vector<Change> changes;  // in the order of the definitions; deletions last
    [[nodiscard]] std::size_t count(Change::Kind kind) const;
    [[nodiscard]] bool is_empty() const { return count(Change::Kind::none) == changes.size(); }
};

/// Errors: all invalid definitions together; names that several jobs have.
Outcome<Plan> make_plan(const std::vector<Definition>& definitions, const std::vector<JobObject>& jobs,
                        const Prune& prune, Instant now);

/// The plan for readers: "+" a new job, "~" each changed member, "-" a job to delete.
std::string format_plan(const Plan& plan, const Style& style);
/// "1 to create, 2 to change, 0 to delete, 3 unchanged".
std::string summary_of(const Plan& plan);

/// Whether a job has all of these labels.
bool has_labels(const JobObject& job, const std::vector<std::pair<std::string, std::string>>& labels);
/// Converts KEY=VALUE.
Outcome<std::vector<std::pair<std::string, std::string>>> read_labels(const std::vector<std::string>& texts);

}  // namespace ecron::client
