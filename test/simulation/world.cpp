#include "simulation/world.hpp"

#include <fmt/format.h>

#include "simulation/jobs.hpp"

namespace ecron::sim {
namespace {

using namespace std::chrono_literals;

constexpr Millis kLease{5'000};
constexpr Millis kClaimAhead{250};
constexpr Time kSettling = 120s;
constexpr std::uint64_t kRefusals = 0x5EED'0F0E'F05A'1000;
constexpr std::uint64_t kUnnoticed = 0x5EED'0F10'57BE'A700;

/// Returns the start of the world; some worlds have a DST transition within the day.
Instant beginning(Dice& dice) {
    const Instant usual{std::chrono::sys_days{std::chrono::January / 12 / 2026}};
    const Instant spring{std::chrono::sys_days{std::chrono::March / 29 / 2026} + 58min};
    const Instant autumn{std::chrono::sys_days{std::chrono::October / 25 / 2026} + 58min};
    return dice.pick({usual, usual, spring, autumn}) + dice.between(Millis{0}, Millis{60'000});
}

Node::Setting setting(Dice& dice, const Mutation& mutation) {
    Node::Setting setting;
    analysis::SchedulerOptions& options = setting.scheduler;
    options.nodes = store::Nodes::many;
    options.lease = kLease;
    options.claim_ahead = kClaimAhead;
    options.claim_window = dice.pick<std::size_t>({8, 50, 10'000, 10'000});
    options.claim_batch = dice.pick<std::size_t>({1, 3, 20, 500});
    options.retry = {.max_attempts = 2, .initial = 1s, .multiplier = 2, .max = 5s};
    options.callback_timeout = 15s;
    options.campaign = dice.pick({100ms, 250ms, 500ms, 500ms});  // each call costs simulation time
    options.tail = dice.pick({200ms, 500ms, 500ms});
    setting.pool_limit = dice.pick<std::size_t>({4, 100, 1'000});
    setting.mutations = mutation.store;
    return setting;
}

}  // namespace

Scale one_day() { return {.jobs = 200, .span = 24h, .faults = 500, .edits = 1'500}; }

Scale small_world() { return {.jobs = 60, .span = 4min, .faults = 12, .edits = 60}; }

World::World(std::uint64_t seed, const Scale& scale, const Mutation& mutation)
    : scale_(scale),
      seed_(seed),
      dice_(seed),
      timeline_(beginning(dice_)),
      database_(timeline_, static_cast<std::size_t>(dice_.pick({1, 1, 2, 3, 8})), kLease, kClaimAhead,
                history_, mutation.database),
      targets_(timeline_, dice_.split(), history_),
      clients_(timeline_, database_, nodes_, dice_.split(), std::chrono::duration_cast<Millis>(scale.span)) {
    database_.begin_ahead(scale_.watermark_ahead);
    targets_.on_report([this](const ExecuteId& id) { clients_.report(id); });
    const Node::Setting all = setting(dice_, mutation);
    const auto nodes = dice_.pick({3, 3, 4, 5});
    for (int number = 1; number <= nodes; ++number)
        nodes_.push_back(std::make_unique<Node>(NodeId{fmt::format("node-{}", number)}, timeline_, database_,
                                                targets_, all, dice_.split()));
    faults_ = std::make_unique<Faults>(timeline_, database_, nodes_, history_, dice_.split());
    Dice makes = dice_.split();
    for (std::size_t number = 1; number <= scale_.jobs; ++number) {
        Definition made = new_job(makes, static_cast<std::int64_t>(number), timeline_.instant(),
                                  std::chrono::duration_cast<Millis>(scale_.span));
        if (scale_.subscribes) subscribe(made);
        static_cast<void>(database_.create_job(made.job, made.plan));
    }
}

Verdict World::run() {
    for (const auto& node : nodes_) {
        Node* const one = node.get();
        timeline_.at(dice_.between(Time{0}, Time{2s}), [one] { one->start(); });
    }
    faults_->plan(scale_.faults, 5s, scale_.span - 1s);
    faults_->plan_refusals(scale_.faults / 10, 5s, scale_.span - 1s, Dice{seed_ ^ kRefusals});
    faults_->plan_unnoticed(scale_.faults / 5, 5s, scale_.span - 1s, Dice{seed_ ^ kUnnoticed});
    clients_.plan_edits(scale_.edits, 1s, scale_.span - 1s);
    timeline_.run_until(scale_.span);
    faults_->heal();
    timeline_.run_until(scale_.span + kSettling);

    Verdict verdict;
    Checker checker{history_, timeline_.instant(), clients_.promises()};
    verdict.violations = checker.violations();
    verdict.runs = history_.rows.size();
    verdict.calls = history_.calls.size();
    verdict.faults = scale_.faults;
    verdict.events = timeline_.events();
    verdict.fingerprint = fingerprint(history_);
    return verdict;
}

std::vector<std::string> World::standings() const {
    std::vector<std::string> lines;
    for (const auto& node : nodes_) {
        std::string leads;
        for (std::uint32_t shard = 0; node->up() && shard < database_.shards(); ++shard)
            if (node->store().leads(Shard{shard})) leads += fmt::format(" {}", shard);
        lines.push_back(fmt::format("{}: {}, holds the locks of{}; its scheduler {}", node->id(),
                                    !node->up()                ? "down"
                                    : node->process().frozen() ? "frozen"
                                                               : "up",
                                    leads.empty() ? " nothing" : leads,
                                    node->up() && node->scheduler().leads() ? "leads" : "does not lead"));
    }
    return lines;
}

Verdict simulate(std::uint64_t seed, const Scale& scale, const Mutation& mutation) {
    try {
        return World{seed, scale, mutation}.run();
    } catch (const std::exception& thrown) {
        return {.violations = {fmt::format("thrown: {}", thrown.what())}};
    }
}

}  // namespace ecron::sim
