#pragma once
#include "ecron/store/store.hpp"
#include "store/work/writer.hpp"

/// Slots of concurrency keys, shared by all shards: one row per slot, numbered below the key's limit, so that
/// two concurrent starts that take the same slot conflict in its unique key.
namespace ecron::store {

/// A start together with its slot, both or neither. CommitAttempt by the same node in the same term has no
/// effect.
class BeginInSlot final : public Answering<Write, Begun> {
public:
    BeginInSlot(Outcome outcome, Slot slot)
        : Answering(WriteKind::others),
          outcome_(std::move(outcome)),
          slot_(std::move(slot)) {}
    [[nodiscard]] std::string_view payer() const override { return outcome_.after.tenant.value(); }
    void apply(Session& session) override;

private:
    bool take(Session& session) const;
    [[nodiscard]] bool begun_before(Session& session) const;

    Outcome outcome_;
    Slot slot_;
};

void free_slots(Session& session, std::span<const std::string_view> executions);
[[nodiscard]] bool has_slots(Session& session);

}  // namespace ecron::store
