#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ecron/base/segmented_map.hpp"
#include "ecron/model/json.hpp"
#include "ecron/model/occurrences.hpp"
#include "ecron/store/change_log.hpp"

namespace ecron::management {

/// The enabled jobs that have a schedule, by tenant and schedule: many jobs have few schedules, and those of
/// one group have the same occurrences. Pure. Memory: about 200 bytes per job. Threads: one at a time.
class PlanTable {
public:
    struct Entry;
    struct Group {
        model::Occurrences occurrences;  // without jitter
        bool runs_once{};
        std::string schedule{};      // what the jobs have in common
        std::vector<Entry*> jobs{};  // never empty between calls

        [[nodiscard]] const JobId& job(std::size_t i) const;
    };
    struct Entry {
        JobId id{};
        ChangeNumber revision{};
        std::pair<std::string, std::uint64_t> group{};
        std::size_t place{};  // in the group
    };
    /// A place among the groups, which stays valid when groups are added and removed. A tenant's groups are
    /// consecutive.
    using Cursor = std::pair<std::string, std::uint64_t>;

    explicit PlanTable(const model::Rules& rules) : rules_(rules) {}

    /// Adds or replaces a job.
    void put(const store::StoredPlan& plan);
    void put(const model::Job& job);  // removes a job that is disabled
    void remove(JobKey job);

    [[nodiscard]] std::size_t jobs() const { return jobs_.size(); }
    [[nodiscard]] std::size_t groups() const { return groups_.size(); }
    /// The newest change that is contained in a job.
    [[nodiscard]] ChangeNumber newest() const { return newest_; }
    /// Passes the groups behind the cursor, of the tenant if there is one, to `visit` until it returns false,
    /// and moves the cursor to the last one. Returns false if all were visited.
    using Visit = std::function<bool(const Group&)>;
    bool each(Cursor& cursor, const std::optional<TenantId>& tenant, const Visit& visit) const;

private:
    using Groups = std::map<Cursor, Group>;
    Groups::iterator group_of(const store::StoredPlan& plan, const model::Plan& policies);
    Groups::iterator add_group(const store::StoredPlan& plan, const model::Plan& policies,
                               const std::string& schedule);

    const model::Rules& rules_;
    Groups groups_;
    SegmentedMap<std::string, Groups::iterator> by_schedule_;
    SegmentedMap<JobKey, Entry> jobs_;
    std::uint64_t last_group_{0};
    ChangeNumber newest_{};
};

}  // namespace ecron::management
