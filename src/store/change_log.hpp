#pragma once
#include <map>
#include <vector>

#include "ecron/store/store.hpp"
#include "store/messages.hpp"
#include "store/records.hpp"

/// The part of a transaction that changes jobs: it locks the change head, numbers its changes without gaps,
/// and writes the change rows and the tenants' counters when it ends.
namespace ecron::store {

class ChangeLog {
public:
    /// Locks the head and takes that many numbers; finish() settles what came otherwise.
    ChangeLog(Session& session, std::size_t expected);
    [[nodiscard]] Instant now() const { return now_; }
    /// Numbers a change of a job; `before` is the row that it replaces, if any. The key may be filled in
    /// later.
    ChangeNumber add(std::string_view kind, const model::Job& job, const JobRow* before);
    /// Numbers a request or a pause, whose text stands in `replaced`.
    void add(Change change);
    void set_key(ChangeNumber number, JobKey key);
    /// What a change makes of a tenant's jobs and of the bytes of their contexts.
    struct Amount {
        std::int64_t jobs{}, bytes{};
    };
    /// denied: a tenant would have more than the options allow; only what grows is refused. To be asked
    /// before the change is added.
    Result<void> allow(const TenantId& tenant, Amount more);
    void count(const TenantId& tenant, Amount difference);
    void finish();

private:
    Session& session_;
    std::int64_t first_;
    std::size_t reserved_;
    Instant now_;
    std::vector<Change> changes_;
    std::vector<NewMessage> messages_;  // that tell of them
    struct Count {
        Amount difference{};
        std::optional<Amount> before{};  // as far as somebody asked
    };
    std::map<TenantId, Count> counts_;  // sorted, so that transactions lock the counters in one order
};

/// The plan of a row: as stored, or for a row of the old service as its context says (its `timed` jobs
/// repeat).
model::Plan plan_of(const JobRow& row);
/// True where the two differ in what decides when they run.
bool same_schedule(const JobRow& before, const model::Job& after, const model::Plan& plan_after);

}  // namespace ecron::store
