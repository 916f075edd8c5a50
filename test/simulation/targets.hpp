#pragma once
#include <deque>
#include <functional>
#include <unordered_map>

#include "ecron/execution/pool.hpp"
#include "simulation/dice.hpp"
#include "simulation/history.hpp"
#include "simulation/process.hpp"

namespace ecron::sim {

/// The targets of all jobs. They keep their own record of the calls, which is authoritative.
class Targets {
public:
    struct Answer {
        Time after{};
        bool hangs{false};
        bool accepts{false};
        bool succeeds{true};
        std::size_t call{};  // its position in the history
    };
    /// An accepting target sends its callback.
    using Report = std::function<void(const ExecuteId&)>;

    Targets(Timeline& timeline, Dice dice, History& history)
        : timeline_(timeline),
          dice_(dice),
          history_(history) {}

    void on_report(Report report) { report_ = std::move(report); }
    Answer call(const execution::AttemptOrder& order, const NodeId& node);
    void ended(std::size_t call) { history_.calls[call].ended = timeline_.instant(); }

private:
    Timeline& timeline_;
    Dice dice_;
    History& history_;
    Report report_;
};

/// The pool of a process; its attempts call the model targets.
class ModelPool final : public execution::Pool {
public:
    ModelPool(Process& process, const Clock& clock, Targets& targets, NodeId node, std::size_t limit);

    void submit(execution::AttemptOrder order, Done done) override;
    void cancel(const ExecuteId& id) override;
    [[nodiscard]] std::size_t running() const override { return running_.size(); }
    [[nodiscard]] std::size_t waiting() const override { return waiting_.size(); }
    [[nodiscard]] std::optional<Instant> began(const ExecuteId& id) const override;

private:
    struct Waiting {
        execution::AttemptOrder order;
        Done done;
    };
    struct Running {
        std::uint64_t number{};
        Instant began{};
        Done done;
    };

    void begin(Waiting next);
    void end(const ExecuteId& id, std::uint64_t number, execution::AttemptResult result);

    Process& process_;
    const Clock& clock_;
    Targets& targets_;
    const NodeId node_;
    const std::size_t limit_;
    std::uint64_t begun_{0};
    std::unordered_map<ExecuteId, Running> running_;
    std::deque<Waiting> waiting_;
};

}  // namespace ecron::sim
