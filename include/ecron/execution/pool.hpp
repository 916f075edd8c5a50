#pragma once
#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include "ecron/base/time.hpp"
#include "ecron/execution/attempt.hpp"
#include "ecron/execution/runner.hpp"

/// Carries attempts out and tells how they went. Bounded, a lane for each kind of attempt: what is beyond a
/// lane's limit waits in turns over the tenants, so that one tenant's midnight does not starve the rest;
/// within a tenant the higher priority goes first, then the older. Threads: the io_context's only.
namespace ecron::execution {

class Pool {
public:
    using Done = Runner::Done;

    virtual ~Pool() = default;
    /// Runs the attempt now or as soon as there is a slot; Done is called once, later.
    virtual void submit(AttemptOrder order, Done done) = 0;
    /// Ends a waiting or running attempt; its Done says interrupt. Unknown ids are ignored.
    virtual void cancel(const ExecuteId& id) = 0;
    /// As cancel, but what goes on without this process goes on.
    virtual void let_go(const ExecuteId& id) { cancel(id); }
    [[nodiscard]] virtual std::size_t running() const = 0;
    [[nodiscard]] virtual std::size_t waiting() const = 0;
    /// When an attempt really began, for those that run.
    [[nodiscard]] virtual std::optional<Instant> began(const ExecuteId& id) const = 0;
};

/// Whether a lane keeps slots for tenants that have none yet. Shared, a tenant may take no more than four
/// times what is then left free: one alone four fifths, two four ninths each, and so on; nobody ever takes
/// the last one. Source: Choudhury & Hahne, "Dynamic Queue Length Thresholds", 1998.
enum class Tenants : std::uint8_t { one, many };

struct Lane {
    Kind kind{};
    Runner* runner{};
    std::size_t limit{1'000};         // attempts at once
    std::size_t per_place{SIZE_MAX};  // ... and at one place
    Tenants tenants{Tenants::one};
    std::size_t per_tenant{SIZE_MAX};  // of one tenant, whatever is free
};

/// The pool that really runs them. An attempt of a kind without a lane fails. What it is given outlives it.
std::unique_ptr<Pool> make_pool(const Clock& clock, const std::vector<Lane>& lanes);

}  // namespace ecron::execution
