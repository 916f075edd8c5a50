#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "ecron/execution/attempt.hpp"

namespace ecron::execution {

/// The ways in which attempts are carried out.
enum class Kind : std::uint8_t { http, command, kubernetes };
[[nodiscard]] Kind kind_of(const model::Context& context);
/// Whether its attempts go on when the node that began them dies: they are resumed, not repeated.
[[nodiscard]] inline bool outlives_node(const model::Context& context) {
    return kind_of(context) == Kind::kubernetes;
}

/// What an attempt has written since it had written `begin` bytes, as far as that is still kept.
struct LiveOutput {
    struct Piece {
        bool is_error{};
        std::string text;
    };
    int attempt{};
    std::uint64_t begin{};  // of the first piece; more than what was asked for: something is lost
    std::uint64_t end{};
    std::vector<Piece> pieces{};
};

/// Carries out attempts of one kind; how many at once, and whose turn it is, is the pool's business. Threads:
/// the io_context's.
class Runner {
public:
    using Done = std::move_only_function<void(AttemptResult)>;

    virtual ~Runner() = default;
    /// Begins an attempt. Done is called once, later (not from within start), with everything but the times,
    /// which the pool fills in. What cannot even begin is a result with its reason.
    virtual void start(const AttemptOrder& order, Done done) = 0;
    /// Ends what it has begun, for good; Done comes when it has ended, with whatever outcome; the pool
    /// makes it an interrupt, whose reason is "cancelled" unless the runner gives an interrupt with another.
    virtual void cancel(const ExecuteId& id) = 0;
    /// Ends what would end with this process, too; what goes on without it is left to whoever resumes the
    /// attempt. Done comes as after cancel.
    virtual void let_go(const ExecuteId& id) { cancel(id); }
    /// Nothing: no such attempt runs here, or its output is not known before its end.
    [[nodiscard]] virtual std::optional<LiveOutput> output_since(const ExecuteId&, std::uint64_t) {
        return std::nullopt;
    }
    /// What its attempts may crowd, the host for instance; empty: nothing.
    [[nodiscard]] virtual std::string place_of(const Task&) const { return {}; }
};

}  // namespace ecron::execution
