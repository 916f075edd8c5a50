#pragma once
#include "ecron/store/port.hpp"

namespace ecron::store {

struct Pause {
    TenantId tenant{};
    Instant since{};  // by the store's clock
};
struct ActivePauses {
    std::optional<Instant> all{};
    std::vector<Pause> tenants{};
};

/// Pausing, for all tenants (nullopt) or one; changes "pause" and "resume".
class Pauses {
public:
    virtual ~Pauses() = default;
    virtual Awaitable<void> set_paused(std::optional<TenantId> tenant, bool paused) = 0;
    virtual Awaitable<ActivePauses> pauses() = 0;
};

}  // namespace ecron::store
