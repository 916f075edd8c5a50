#include "simulation/faults.hpp"

#include "simulation/reference.hpp"

namespace ecron::sim {
namespace {

using namespace std::chrono_literals;

constexpr Link::Chances kAlways{.slow = 6, .failed = 4, .unheard = 4};  // per thousand, also without faults

}  // namespace

Faults::Faults(Timeline& timeline, Database& database, std::vector<std::unique_ptr<Node>>& nodes,
               History& history, Dice dice)
    : timeline_(timeline),
      database_(database),
      nodes_(nodes),
      history_(history),
      dice_(dice) {
    for (const auto& node : nodes_) node->link().set_chances(kAlways);
}

std::vector<Node*> Faults::leaders() const {
    std::vector<Node*> leaders;
    for (const auto& node : nodes_)
        if (node->leads_some(database_.shards())) leaders.push_back(node.get());
    return leaders;
}

Node& Faults::some_node() {
    const std::vector<Node*> leading = leaders();
    if (!leading.empty() && dice_.percent(60)) return *leading[dice_.index(leading.size())];
    return *nodes_[dice_.index(nodes_.size())];
}

void Faults::remark(std::string text) { history_.remarks.push_back({timeline_.instant(), std::move(text)}); }

template <class Action> void Faults::later(Time least, Time most, std::string what, Action action) {
    timeline_.after(dice_.between(least, most), [this, what = std::move(what), action] {
        if (over_) return;
        remark(what);
        action();
    });
}

void Faults::plan(std::size_t count, Time from, Time until) {
    for (std::size_t i = 0; i < count; ++i) {
        // The others are planned separately.
        const auto fault = static_cast<Fault>(dice_.index(static_cast<std::size_t>(Fault::refusing)));
        ++counts_[static_cast<std::size_t>(fault)];
        timeline_.at(dice_.between(from, until), [this, fault] {
            Time at = timeline_.now();
            if (dice_.percent(50) && !database_.jobs().empty()) {
                auto chosen = database_.jobs().begin();
                std::advance(chosen, static_cast<std::ptrdiff_t>(dice_.index(database_.jobs().size())));
                const std::optional<Instant> due = next_due(chosen->second.job, timeline_.instant());
                if (due && *due - timeline_.instant() < 60s)
                    at = timeline_.time_of(*due) + dice_.between(Time{-260ms}, Time{30ms});
            }
            timeline_.at(at, [this, fault] {
                if (!over_) strike(fault, some_node());
            });
        });
    }
}

void Faults::plan_refusals(std::size_t count, Time from, Time until, Dice dice) {
    for (std::size_t i = 0; i < count; ++i) {
        const Time begin = dice.between(from, until);
        const Time end = begin + dice.between(Time{500ms}, dice.one_in(2) ? Time{5s} : Time{20s});
        ++counts_[static_cast<std::size_t>(Fault::refusing)];
        timeline_.at(begin, [this] {
            if (!over_) strike(Fault::refusing, *nodes_.front());
        });
        timeline_.at(end, [this] {
            if (over_) return;
            remark("refusing over");
            for (const auto& node : nodes_) node->link().set_refusing(false);
        });
    }
}

void Faults::plan_unnoticed(std::size_t count, Time from, Time until, Dice dice) {
    for (std::size_t i = 0; i < count; ++i) {
        ++counts_[static_cast<std::size_t>(Fault::unnoticed)];
        // Shortly before a full second, when most claims are waiting for their start.
        const Instant near = timeline_.instant() + std::chrono::floor<Millis>(dice.between(from, until));
        const Time at =
            timeline_.time_of(std::chrono::floor<Seconds>(near)) - dice.between(Time{0ms}, Time{260ms});
        timeline_.at(at, [this, dice]() mutable { lose_unnoticed(dice); });
        dice = dice.split();
    }
}

void Faults::lose_unnoticed(Dice& dice) {
    const std::vector<Node*> leading = leaders();
    if (over_ || leading.empty()) return;
    Node& node = *leading[dice.index(leading.size())];
    remark("unnoticed " + node.id().value());
    if (dice.percent(50)) node.clock().set_ahead(dice.between(Millis{-950}, Millis{0}));
    node.store().session_ended();
    node.link().cut();
    timeline_.after(dice.between(Time{200ms}, Time{8s}), [this, &node] {
        if (over_) return;
        remark("unnoticed over " + node.id().value());
        node.link().mend();
        node.clock().set_ahead(Millis{0});
    });
}

void Faults::strike(Fault fault, Node& node) {
    const std::string name{kFaultNames[static_cast<std::size_t>(fault)]};
    const std::string over = name + " over " + node.id().value();
    remark(name + " " + node.id().value());
    switch (fault) {
        case Fault::crash:
            node.crash();
            later(100ms, 12s, over, [&node] { node.start(); });
            return;
        case Fault::freeze:
            if (!node.up()) return;
            node.process().freeze();
            later(200ms, dice_.one_in(2) ? Time{3s} : Time{20s}, over,
                  [life = std::weak_ptr{node.process().shared_from_this()}] {
                      if (const auto process = life.lock()) process->go_on();
                  });
            return;
        case Fault::cut:
            node.link().cut();
            later(200ms, dice_.one_in(2) ? Time{3s} : Time{20s}, over, [&node] { node.link().mend(); });
            return;
        case Fault::outage:
            for (const auto& one : nodes_) one->link().cut();
            later(200ms, 10s, over, [this] {
                for (const auto& one : nodes_) one->link().mend();
            });
            return;
        case Fault::slow:
            node.link().set_commit(500ms, 2'500ms);
            later(1s, 15s, over, [&node] { node.link().set_commit(200us, 5ms); });
            return;
        case Fault::failing:
        case Fault::unheard: {
            Link::Chances chances = kAlways;
            (fault == Fault::failing ? chances.failed : chances.unheard) = 500;
            node.link().set_chances(chances);
            later(500ms, 8s, over, [&node] { node.link().set_chances(kAlways); });
            return;
        }
        case Fault::clock_hour:
        case Fault::clock_little:
            node.clock().set_ahead(fault == Fault::clock_hour ? (dice_.one_in(2) ? Millis{1h} : Millis{-1h})
                                                              : dice_.between(Millis{-1'500}, Millis{1'500}));
            later(1s, 25s, over, [&node] { node.clock().set_ahead(Millis{0}); });
            return;
        case Fault::drain:
            node.drain(dice_.between(Millis{0}, Millis{3s}));
            later(5s, 15s, over, [&node] {
                node.crash();
                node.start();
            });
            return;
        case Fault::kill_session:
            if (node.up()) node.store().session_ended();
            return;
        case Fault::refusing:
            for (const auto& one : nodes_) one->link().set_refusing(true);
            return;
        case Fault::unnoticed:
            return;            // see lose_unnoticed()
        case Fault::blackout:  // and another one during the recovery
            crash_all();
            later(3s, 30s, over, [this] {
                start_all();
                later(20ms, 3s, "blackout again", [this] {
                    crash_all();
                    start_all();
                });
            });
            return;
    }
}

void Faults::crash_all() {
    for (const auto& node : nodes_) node->crash();
}

void Faults::start_all() {
    for (const auto& node : nodes_) node->start();
}

void Faults::heal() {
    over_ = true;
    for (const auto& node : nodes_) {
        node->link().mend();
        node->link().set_refusing(false);
        node->link().set_chances({});
        node->link().set_commit(200us, 5ms);
        node->clock().set_ahead(Millis{0});
        if (node->up() && !node->serves()) node->crash();
        if (node->up() && node->process().frozen()) node->process().go_on();
        node->start();
    }
}

}  // namespace ecron::sim
