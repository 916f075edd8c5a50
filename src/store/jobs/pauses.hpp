#pragma once
#include "ecron/store/store.hpp"
#include "store/work/writer.hpp"

namespace ecron::store {

class SetPaused final : public Answering<Write, void> {
public:
    SetPaused(std::optional<TenantId> tenant, bool paused)
        : Answering(WriteKind::others),
          tenant_(std::move(tenant)),
          paused_(paused) {}
    void apply(Session& session) override;

private:
    std::optional<TenantId> tenant_;
    bool paused_;
};

Store::Pauses read_pauses(Session& session);

}  // namespace ecron::store
