#pragma once
#include "ecron/store/outbox.hpp"
#include "store/work/threads.hpp"

/// The outbox in SQL. A row is leased by setting its due time to the end of the lease: the node that changed
/// it from the value that it had read is the lease holder.
namespace ecron::store {

/// Announcements of one execution, as added by a transaction.
struct Announced {
    const ExecuteId* execution;
    const TenantId* tenant;
    const Announcement* announcement;
};
void insert_announcements(Session& session, const std::vector<Announced>& announced);

/// Returns the entries that a request could lease, as seen by a reader. `due` of each is the value that it
/// must still have when it is leased.
LeasedEntries find_entries(Session& session, const LeaseRequest& request);
OutboxSize outbox_size(Session& session);
std::vector<DeadLetter> dead_letters(Session& session, const std::optional<TenantId>& tenant,
                                     std::size_t limit, std::optional<std::int64_t> before);

/// Leases entries that were found; returns those that no other node leased first.
Result<std::vector<OutboxEntry>> lease_entries(Session& session, const NodeId& node, Millis lease,
                                               const std::vector<OutboxEntry>& found);
Result<bool> settle_entry(Session& session, const OutboxEntry& entry, const DeliveryResult& delivery);
Result<void> release_entries(Session& session, const NodeId& node);
Result<std::size_t> expire_older_than(Session& session, Millis age, const std::string& reason);
Result<void> redeliver(Session& session, const std::optional<TenantId>& tenant,
                       const std::vector<std::int64_t>& keys);

}  // namespace ecron::store
