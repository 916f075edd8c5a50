#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "ecron/execution/attempt.hpp"

namespace ecron::execution {

struct ExecutorKind;  // executors.hpp

/// The executor that carries out a job; nullptr: its mode is unknown.
[[nodiscard]] const ExecutorKind* kind_of(const model::Context& context);
/// These are properties of the executor.
[[nodiscard]] bool outlives_node(const model::Context& context);
[[nodiscard]] bool stops_with_lease(const model::Context& context);

/// The output of an attempt after its first `begin` bytes, as far as it is still kept.
struct LiveOutput {
    struct Piece {
        bool is_error{};
        std::string text;
    };
    int attempt{};
    std::uint64_t begin{};  // offset of the first piece; larger than requested if output was discarded
    std::uint64_t end{};
    std::vector<Piece> pieces{};
};

/// Runs attempts of one kind; concurrency limits and order are the pool's responsibility. Threads: the
/// io_context's.
class Runner {
public:
    using Done = std::move_only_function<void(AttemptResult)>;

    virtual ~Runner() = default;
    /// Starts an attempt. Done is called exactly once, later (not from within start), with all fields except
    /// the times, which the pool sets. An attempt that cannot be started yields a failed result with the
    /// reason.
    virtual void start(const AttemptOrder& order, Done done) = 0;
    /// Ends a running attempt permanently. Done is called when it has ended, with any outcome; the pool turns
    /// the outcome into an interrupt with reason "cancelled", unless the runner returned an interrupt with
    /// its own reason.
    virtual void cancel(const ExecuteId& id) = 0;
    /// Ends work that would end with this process; work that continues without it is left to the node that
    /// resumes the attempt. Done is called as after cancel.
    virtual void detach(const ExecuteId& id) { cancel(id); }
    /// Returns nullopt if the attempt does not run here, or its output is unknown before its end.
    [[nodiscard]] virtual std::optional<LiveOutput> output_since(const ExecuteId&, std::uint64_t) {
        return std::nullopt;
    }
    /// The target host, to which the per-host limit applies; empty: no limit.
    [[nodiscard]] virtual std::string host_of(const Task&) const { return {}; }
};

}  // namespace ecron::execution
