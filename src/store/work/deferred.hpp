#pragma once
#include <memory>
#include <optional>

#include "store/work/write_queue.hpp"

namespace ecron::store {

/// Derived data that committed transactions leave to be written later, together: cheaper than a statement in
/// each of them, and lost if the process is killed, so it must be possible to derive it again. Threads: the
/// writer's.
class Deferred {
public:
    virtual ~Deferred() = default;
    /// A transaction begins; what was left by one that was not committed is dropped.
    virtual void begin() = 0;
    virtual void committed(SteadyInstant now) = 0;
    /// When the next part is to be written; nullopt if there is none.
    [[nodiscard]] virtual std::optional<SteadyInstant> due() const = 0;
    /// Takes the next part, of a bounded size; there is one.
    virtual std::unique_ptr<Write> take() = 0;
    /// The part was written or refused; returns false if it was refused.
    virtual bool finished(Write& part, SteadyInstant now) = 0;
};

}  // namespace ecron::store
