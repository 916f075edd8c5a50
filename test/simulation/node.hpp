#pragma once
#include <memory>

#include "ecron/analysis/scheduler.hpp"
#include "link.hpp"
#include "model_store.hpp"
#include "process.hpp"
#include "targets.hpp"

namespace ecron::sim {

/// A machine with its clock and its link to the database, and the ecron process on it: the real scheduler on
/// a model store and a model pool. The process may die and be started again; the machine stays, and so does
/// its name.
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
    /// SIGTERM: the process ends by itself, and is crashed when it has.
    void drain(Millis grace);
    [[nodiscard]] bool up() const { return process_ != nullptr; }
    /// Answers requests: up, and not on its way out.
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
