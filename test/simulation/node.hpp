#pragma once
#include <memory>

#include "ecron/analysis/scheduler.hpp"
#include "simulation/link.hpp"
#include "simulation/model_store.hpp"
#include "simulation/process.hpp"
#include "simulation/targets.hpp"

namespace ecron::sim {

/// A machine with its clock and its connection to the database, and its ecron process: the real scheduler
/// with a model store and a model pool. The process can be killed and restarted; the machine and its name
/// persist.
class Node {
public:
    struct Setting {
        analysis::SchedulerOptions scheduler{};
        std::size_t pool_limit{1'000};
        StoreMutations mutations{};
    };

    Node(NodeId id, Timeline& timeline, Database& database, Targets& targets, Setting setting, Dice dice);
    ~Node() { crash(); }
    Node(const Node&) = delete;
    Node& operator=(const Node&) = delete;

    void start();
    void crash();
    /// SIGTERM: the process drains, exits, and then counts as crashed.
    void drain(Millis grace);
    [[nodiscard]] bool up() const { return process_ != nullptr; }
    /// Returns true if it serves requests: running and not draining.
    [[nodiscard]] bool serves() const { return up() && !draining_; }

    [[nodiscard]] const NodeId& id() const { return id_; }
    [[nodiscard]] NodeClock& clock() { return clock_; }
    [[nodiscard]] Link& link() { return link_; }
    [[nodiscard]] Process& process() { return *process_; }
    [[nodiscard]] ModelStore& store() { return *store_; }
    [[nodiscard]] analysis::Scheduler& scheduler() { return *scheduler_; }
    [[nodiscard]] bool leads_some(std::size_t shards) const;

private:
    static boost::asio::awaitable<void> drain_process(Node& node, Millis grace);

    const NodeId id_;
    Timeline& timeline_;
    Database& database_;
    Targets& targets_;
    const Setting setting_;
    Dice dice_;
    NodeClock clock_;
    Link link_;

    std::shared_ptr<Process> process_;
    std::unique_ptr<ModelStore> store_;
    std::unique_ptr<ModelPool> pool_;
    std::unique_ptr<analysis::Scheduler> scheduler_;
    bool draining_{false};
};

}  // namespace ecron::sim
