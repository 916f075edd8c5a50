#pragma once
#include "ecron/store/store.hpp"
#include "store/writer.hpp"

/// The leader's writes, each fenced by its epoch: terms, claims, withdrawals.
namespace ecron::store {

/// Raises the epoch of the shard; the first term of a store begins at its present.
class BeginTerm final : public Answering<Write, Term> {
public:
    explicit BeginTerm(NodeId node) : Answering(WriteKind::others), node_(std::move(node)) {}
    void apply(Session& session) override;

private:
    NodeId node_;
};

class ClaimWrite final : public Answering<Write, Claimed> {
public:
    explicit ClaimWrite(Claim claim) : Answering(WriteKind::claims), claim_(std::move(claim)) {}
    [[nodiscard]] const Claim& claim() const { return claim_; }

private:
    Claim claim_;
};
void apply_claims(Session& session, std::span<Write* const> writes, Repetition repetition);

class Withdraw final : public Answering<Write, void> {
public:
    Withdraw(Epoch epoch, std::vector<ExecuteId> ids)
        : Answering(WriteKind::others),
          epoch_(epoch),
          ids_(std::move(ids)) {}
    void apply(Session& session) override;

private:
    Epoch epoch_;
    std::vector<ExecuteId> ids_;
};

}  // namespace ecron::store
