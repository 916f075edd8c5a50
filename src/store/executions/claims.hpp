#pragma once
#include "ecron/store/store.hpp"
#include "store/work/writer.hpp"

/// The leader's writes, each fenced by the epoch: terms, claims, withdrawals.
namespace ecron::store {

/// Increments the epoch of the shard. The first term of a store starts at the store's current time.
class BeginTerm final : public Answering<Write, Term> {
public:
    /// `holds` is called on the writer's thread and returns true if this process still holds the shard's
    /// lock. `shards`: the number of shards known to this process.
    BeginTerm(Shard shard, NodeId node, std::size_t shards, std::function<bool()> holds)
        : Answering(WriteKind::others),
          shard_(shard),
          node_(std::move(node)),
          shards_(shards),
          holds_(std::move(holds)) {}
    void apply(Session& session) override;

private:
    Shard shard_;
    NodeId node_;
    std::size_t shards_;
    std::function<bool()> holds_;
};

class ClaimWrite final : public Answering<Write, Claimed> {
public:
    explicit ClaimWrite(Claim claim) : Answering(WriteKind::claims), claim_(std::move(claim)) {}
    [[nodiscard]] const Claim& claim() const { return claim_; }

private:
    Claim claim_;
};
void apply_claims(Session& session, std::span<Write* const> writes, CommitAttempt attempt);

/// Sets a watermark back that is ahead of the store's clock, and begins the next epoch.
class Rewind final : public Answering<Write, std::optional<Instant>> {
public:
    Rewind(Shard shard, Epoch epoch, Instant to)
        : Answering(WriteKind::others),
          shard_(shard),
          epoch_(epoch),
          to_(to) {}
    void apply(Session& session) override;

private:
    Shard shard_;
    Epoch epoch_;
    Instant to_;
};

class Withdraw final : public Answering<Write, void> {
public:
    Withdraw(Shard shard, Epoch epoch, std::vector<ExecuteId> ids)
        : Answering(WriteKind::others),
          shard_(shard),
          epoch_(epoch),
          ids_(std::move(ids)) {}
    void apply(Session& session) override;

private:
    Shard shard_;
    Epoch epoch_;
    std::vector<ExecuteId> ids_;
};

}  // namespace ecron::store
