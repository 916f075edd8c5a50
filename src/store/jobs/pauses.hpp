#pragma once
#include "ecron/store/pauses.hpp"
#include "store/work/threads.hpp"

namespace ecron::store {

Result<void> set_paused(Session& session, const std::optional<TenantId>& tenant, bool paused);
ActivePauses read_pauses(Session& session);

class SqlPauses final : public Pauses {
public:
    explicit SqlPauses(Threads threads) : threads_(threads) {}
    Awaitable<void> set_paused(std::optional<TenantId> tenant, bool paused) override {
        return threads_.write({}, store::set_paused, std::move(tenant), paused);
    }
    Awaitable<ActivePauses> pauses() override { return threads_.read(read_pauses); }

private:
    Threads threads_;
};

}  // namespace ecron::store
