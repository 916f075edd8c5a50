#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "ecron/execution/attempt.hpp"

namespace ecron::execution {

/// The kinds of attempts.
enum class Kind : std::uint8_t { http, command, kubernetes };
[[nodiscard]] Kind kind_of(const model::Context& context);
/// Whether attempts continue after the failure of the node that started them: they are resumed, not repeated.
[[nodiscard]] inline bool outlives_node(const model::Context& context) {
    return kind_of(context) == Kind::kubernetes;
}

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
