#include "simulation/node.hpp"

#include "ecron/base/log.hpp"

namespace ecron::sim {

Node::Node(NodeId id, Timeline& timeline, Database& database, Targets& targets, Setting setting, Dice dice)
    : id_(std::move(id)),
      timeline_(timeline),
      database_(database),
      targets_(targets),
      setting_(std::move(setting)),
      dice_(dice),
      clock_(timeline),
      link_(timeline, dice_.split()) {}

void Node::start() {
    if (up()) return;
    draining_ = false;
    process_ = Process::start(timeline_, dice_.roll());
    store_ = std::make_unique<ModelStore>(*process_, clock_, database_, link_, setting_.mutations);
    analysis::SchedulerOptions options = setting_.scheduler;
    options.node = id_;
    pool_ = std::make_unique<ModelPool>(*process_, clock_, targets_, options.node, setting_.pool_limit);
    options.executor_id = id_.value();
    options.seed = dice_.roll();
    scheduler_ =
        std::make_unique<analysis::Scheduler>(process_->io(), clock_, *store_, *pool_, std::move(options));
    process_->spawn(scheduler_->run());
    process_->poll();
}

void Node::crash() {
    if (!up()) return;
    store_->killed();
    process_->kill();
    process_.reset();
    scheduler_.reset();
    pool_.reset();
    store_.reset();
}

void Node::drain(Millis grace) {
    if (!serves()) return;
    draining_ = true;
    process_->spawn(drain_process(*this, grace));
    process_->poll();
}

boost::asio::awaitable<void> Node::drain_process(Node& node, Millis grace) {
    co_await node.scheduler_->stop(grace);
    node.timeline_.after(Time{0}, [&node, process = std::weak_ptr{node.process_}] {
        if (node.process_ == process.lock()) node.crash();
    });
}

bool Node::leads_some(std::size_t shards) const {
    if (!up()) return false;
    for (std::uint32_t shard = 0; shard < shards; ++shard)
        if (store_->leads(Shard{shard})) return true;
    return false;
}

}  // namespace ecron::sim
