#pragma once
#include <cstdint>
#include <functional>
#include <string>

#include "ecron/execution/attempt.hpp"

namespace ecron::execution {

/// The ways in which attempts are carried out.
enum class Kind : std::uint8_t { http, command, kubernetes };
[[nodiscard]] Kind kind_of(const model::Context& context);

/// Carries out attempts of one kind; how many at once, and whose turn it is, is the pool's business. Threads:
/// the io_context's.
class Runner {
public:
    using Done = std::move_only_function<void(AttemptResult)>;

    virtual ~Runner() = default;
    /// Begins an attempt. Done is called once, later (not from within start), with everything but the times,
    /// which the pool fills in. What cannot even begin is a result with its reason.
    virtual void start(const AttemptOrder& order, Done done) = 0;
    /// Ends what it has begun, for good; Done comes when it has ended, with whatever outcome (the pool makes
    /// it an interrupt).
    virtual void cancel(const ExecuteId& id) = 0;
    /// What its attempts may crowd, the host for instance; empty: nothing.
    [[nodiscard]] virtual std::string place_of(const Task&) const { return {}; }
};

}  // namespace ecron::execution
