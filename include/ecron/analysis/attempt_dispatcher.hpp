#pragma once
#include "ecron/base/id.hpp"

namespace ecron::analysis {

/// Offers attempts to all nodes, including this one: the first node that receives an offer starts the attempt
/// with Scheduler::begin_offered. Offers can be lost or duplicated. Threads: the io_context's.
class AttemptDispatcher {
public:
    virtual ~AttemptDispatcher() = default;
    /// Returns true if offers can currently be delivered.
    [[nodiscard]] virtual bool is_open() const = 0;
    virtual void publish(const ExecuteId& id, int attempt) = 0;
};

}  // namespace ecron::analysis
