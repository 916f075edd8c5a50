#pragma once
#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "ecron/base/time.hpp"
#include "ecron/execution/attempt.hpp"
#include "ecron/execution/runner.hpp"

/// Runs attempts and reports their results. Bounded, with one lane per kind of attempt: attempts above a
/// lane's limit wait, and tenants are served round-robin, so that the load of one tenant does not starve the
/// others; within a tenant, higher priority goes first, then the older attempt. Threads: the io_context's
/// only.
namespace ecron::execution {

class Pool {
public:
    using Done = Runner::Done;

    virtual ~Pool() = default;
    /// Runs the attempt now or as soon as a slot is free; Done is called exactly once, later, or immediately
    /// if the attempt is withheld.
    virtual void submit(AttemptOrder order, Done done) = 0;
    /// Ends a waiting or running attempt; its Done reports an interrupt. Unknown ids are ignored.
    virtual void cancel(const ExecuteId& id) = 0;
    /// Like cancel, but work that can continue without this process is left running.
    virtual void detach(const ExecuteId& id) { cancel(id); }
    [[nodiscard]] virtual std::size_t running() const = 0;
    [[nodiscard]] virtual std::size_t waiting() const = 0;
    /// The load of each kind of attempts.
    struct Load {
        std::string_view kind;
        std::size_t limit{}, running{}, waiting{};
    };
    [[nodiscard]] virtual std::vector<Load> loads() const { return {}; }
    /// The start time of a running attempt; nullopt if it is not running.
    [[nodiscard]] virtual std::optional<Instant> began(const ExecuteId& id) const = 0;
};

/// Whether a lane reserves slots for tenants that have none yet. With `many`, a tenant may hold at most four
/// times the number of slots that remain free: a single tenant gets four fifths, two get four ninths each,
/// and so on; the last slot is never taken. Source: Choudhury & Hahne, "Dynamic Queue Length Thresholds",
/// 1998.
enum class Tenants : std::uint8_t { one, many };

struct Lane {
    const ExecutorKind* kind{};
    Runner* runner{};
    std::size_t limit{1'000};        // concurrent attempts
    std::size_t per_host{SIZE_MAX};  // concurrent attempts per target host
    Tenants tenants{Tenants::one};
    std::size_t per_tenant{SIZE_MAX};  // per tenant, in addition to the dynamic limit
};

/// The production pool. An attempt of a kind without a lane fails. The arguments must outlive the pool.
std::unique_ptr<Pool> make_pool(const Clock& clock, const std::vector<Lane>& lanes);

}  // namespace ecron::execution
