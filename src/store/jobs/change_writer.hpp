#pragma once
#include <map>
#include <vector>

#include "ecron/store/store.hpp"
#include "store/outbox/messages.hpp"
#include "store/sql/records.hpp"

/// The part of a transaction that changes jobs: it locks the change head, numbers the changes without gaps,
/// and writes the change rows and the tenants' counters at the end.
namespace ecron::store {

class ChangeWriter {
public:
    /// Locks the head and reserves `expected` numbers; finish() corrects the head if there were more or
    /// fewer.
    ChangeWriter(Session& session, std::size_t expected);
    [[nodiscard]] Instant now() const { return now_; }
    /// Assigns a number to a change of a job; `before` is the row that it replaces, if any. The key may be
    /// filled in later.
    ChangeNumber add(std::string_view kind, const model::Job& job, const JobRow* before);
    /// Assigns a number to a request or a pause, whose text is in `replaced`.
    void add(Change change);
    void set_key(ChangeNumber number, JobKey key);
    /// The difference that a change makes to a tenant's number of jobs and to the bytes of their contexts.
    struct Amount {
        std::int64_t jobs{}, bytes{};
    };
    /// Must be called before the change is added. Error: denied if the tenant would exceed a limit of the
    /// options; only growth is refused.
    Result<void> allow(const TenantId& tenant, Amount more);
    void count(const TenantId& tenant, Amount difference);
    void finish();

private:
    /// What the tenant has, including the counted differences.
    Amount amount_of(const TenantId& tenant);

    Session& session_;
    std::int64_t first_;
    std::size_t reserved_;
    Instant now_;
    std::vector<Change> changes_;
    std::vector<NewMessage> messages_;  // that report the changes
    struct Count {
        Amount difference{};
        std::optional<Amount> before{};  // set once it has been read
    };
    /// Sorted, so that all transactions lock the counters in the same order.
    std::map<TenantId, Count> counts_;
};

/// Returns the plan of a row: as stored, or derived from the context for a row of the previous service (whose
/// `timed` jobs repeat).
model::Plan plan_of(const JobRow& row);
/// Returns true if both have the same schedule, which determines when the job runs.
bool same_schedule(const JobRow& before, const model::Job& after, const model::Plan& plan_after);

}  // namespace ecron::store
