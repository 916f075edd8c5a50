#pragma once
#include "ecron/store/outbox.hpp"
#include "store/work/readers.hpp"
#include "store/work/writer.hpp"

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
class LeaseEntries final : public Answering<Write, std::vector<OutboxEntry>> {
public:
    LeaseEntries(NodeId node, Millis lease, std::vector<OutboxEntry> found)
        : Answering(WriteKind::outbox),
          node_(std::move(node)),
          lease_(lease),
          found_(std::move(found)) {}
    void apply(Session& session) override;

private:
    NodeId node_;
    Millis lease_;
    std::vector<OutboxEntry> found_;
};

class SettleEntry final : public Answering<Write, bool> {
public:
    SettleEntry(OutboxEntry entry, DeliveryResult delivery)
        : Answering(WriteKind::outbox),
          entry_(std::move(entry)),
          delivery_(std::move(delivery)) {}
    void apply(Session& session) override;

private:
    OutboxEntry entry_;
    DeliveryResult delivery_;
};

class ReleaseEntries final : public Answering<Write, void> {
public:
    explicit ReleaseEntries(NodeId node) : Answering(WriteKind::outbox), node_(std::move(node)) {}
    void apply(Session& session) override;

private:
    NodeId node_;
};

class ExpireOlder final : public Answering<Write, std::size_t> {
public:
    ExpireOlder(Millis age, std::string reason)
        : Answering(WriteKind::outbox),
          age_(age),
          reason_(std::move(reason)) {}
    void apply(Session& session) override;

private:
    Millis age_;
    std::string reason_;
};

class Redeliver final : public Answering<Write, void> {
public:
    Redeliver(std::optional<TenantId> tenant, std::vector<std::int64_t> keys)
        : Answering(WriteKind::outbox),
          tenant_(std::move(tenant)),
          keys_(std::move(keys)) {}
    [[nodiscard]] bool repeatable() const override { return false; }
    void apply(Session& session) override;

private:
    std::optional<TenantId> tenant_;
    std::vector<std::int64_t> keys_;
};

}  // namespace ecron::store
