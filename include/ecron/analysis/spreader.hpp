#pragma once
#include "ecron/base/id.hpp"

namespace ecron::analysis {

/// Offers attempts to all nodes, this one included: whoever hears of one first begins it, with
/// Scheduler::begin_offered. An offer may get lost, or be heard twice. Threads: the io_context's.
class Spreader {
public:
    virtual ~Spreader() = default;
    /// Offers have a chance to be heard at the moment.
    [[nodiscard]] virtual bool is_open() const = 0;
    virtual void offer(const ExecuteId& id, int attempt) = 0;
};

}  // namespace ecron::analysis
