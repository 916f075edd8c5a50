#pragma once
#include "ecron/store/store.hpp"
#include "store/work/writer.hpp"

/// The leader's writes, each fenced by the epoch: terms, claims, withdrawals.
namespace ecron::store {

/// Increments the epoch of the shard. The first term of a store starts at the store's current time. `holds`
/// returns true if this process still holds the shard's lock. `shards`: the number of shards known to this
/// process.
Result<Term> begin_term(Session& session, Shard shard, const NodeId& node, std::size_t shards,
                        const std::function<bool()>& holds);

class ClaimWrite final : public Answering<Write, Claimed> {
public:
    explicit ClaimWrite(Claim the_claim) : Answering(WriteKind::claims), claim(std::move(the_claim)) {}

    const Claim claim;
};
void apply_claims(Session& session, std::span<Write* const> writes, CommitAttempt attempt);

/// Sets a watermark back that is ahead of the store's clock, and begins the next epoch.
Result<std::optional<Instant>> rewind(Session& session, Shard shard, Epoch epoch, Instant to);
Result<void> withdraw(Session& session, Shard shard, Epoch epoch, const std::vector<ExecuteId>& ids);

}  // namespace ecron::store
