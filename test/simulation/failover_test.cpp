#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>
#include <unordered_map>

#include "ecron/base/log.hpp"
#include "ecron/model/json.hpp"
#include "simulation/node.hpp"

using namespace ecron;
using namespace ecron::sim;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t kJobs = 20;
constexpr Time kFault = 10s;
constexpr Time kEnd = 25s;
constexpr std::size_t kStarts = kJobs * 11;  // from a second before the fault to five seconds before the end

/// Three nodes and jobs that run every second, without any fault but the one of the test.
class World {
public:
    explicit World(std::uint64_t seed, Millis jitter = {}, StoreMutations mutations = {}) : dice_(seed) {
        for (int number = 1; number <= 3; ++number)
            nodes_.push_back(std::make_unique<Node>(NodeId{fmt::format("node-{}", number)}, timeline_,
                                                    database_, targets_, setting(mutations), dice_.split()));
        for (std::size_t number = 1; number <= kJobs; ++number) create_job(number, jitter);
        targets_.on_report([](const ExecuteId&) {});  // no callback arrives
        for (const auto& node : nodes_) node->start();
    }
    void run(Time until) { timeline_.run_until(until); }
    Node& leader() {
        const auto leads = [&](const auto& node) { return node->leads_some(kShards); };
        return **std::ranges::find_if(nodes_, leads);
    }
    /// First starts of what became due from a second before the fault to five seconds before the end.
    struct Starts {
        std::size_t count{0};
        Millis latest{0};
    };
    [[nodiscard]] Starts starts() const {
        std::unordered_map<ExecuteId, Instant> due;
        for (const RowLife& row : history_.rows) due.emplace(row.id, *row.due);
        Starts starts;
        for (const Call& call : history_.calls) {
            const auto found = due.find(call.id);
            if (found == due.end()) continue;
            const Instant at = std::exchange(found->second, Instant{});  // its first start only
            if (at < kBegin + kFault - 1s || at >= kBegin + kEnd - 5s) continue;
            ++starts.count;
            starts.latest = std::max<Millis>(starts.latest, call.at - at);
        }
        return starts;
    }
    /// Returns the number of executions that became due then and were started more than once, in whatever
    /// attempt.
    [[nodiscard]] std::size_t repeated(Time from, Time until) const {
        std::unordered_map<ExecuteId, std::size_t> calls;
        for (const Call& call : history_.calls) ++calls[call.id];
        return static_cast<std::size_t>(std::ranges::count_if(history_.rows, [&](const RowLife& row) {
            const Instant due = *row.due;
            return due >= kBegin + from && due < kBegin + until && calls[row.id] > 1;
        }));
    }
    [[nodiscard]] bool doubled() const {
        std::set<std::pair<std::string, int>> attempts;
        return std::ranges::any_of(history_.calls, [&](const Call& call) {
            return !attempts.emplace(call.id.value(), call.attempt).second;
        });
    }

private:
    static constexpr std::size_t kShards = 8;
    static constexpr Instant kBegin{std::chrono::sys_days{std::chrono::January / 12 / 2026}};

    static Node::Setting setting(StoreMutations mutations) {
        Node::Setting setting;
        setting.mutations = mutations;
        setting.scheduler.nodes = store::Nodes::many;
        setting.scheduler.campaign = 100ms;
        return setting;
    }
    void create_job(std::size_t number, Millis jitter) {
        model::Context context{.exec = "http://target.test/"};
        context.plan.overlap = model::Overlap::allow;
        context.plan.jitter = jitter;
        context.retry = model::Retry{.max_attempts = 1};
        model::Job job{.id = JobId{fmt::format("job-{}", number)},
                       .name = fmt::format("name-{}", number),
                       .cron_time = "* * * * * *",
                       .type = model::JobType::scheduled,
                       .context = model::write_context(context),
                       .enabled = true,
                       .created_at = kBegin,
                       .updated_at = kBegin};
        REQUIRE(database_.create_job(std::move(job), model::write_plan(context.plan)));
    }

    Dice dice_;
    Timeline timeline_{kBegin};
    History history_;
    Database database_{timeline_, kShards, 5s, 250ms, history_, {}};
    Targets targets_{timeline_, dice_.split(), history_};
    std::vector<std::unique_ptr<Node>> nodes_;
};

}  // namespace

TEST_CASE("what a killed node had claimed starts within a second, at whatever moment it is killed",
          "[simulation]") {
    REQUIRE(log::configure({.level = log::Level::error, .file = "/dev/null"}));
    Millis latest{0};
    for (int offset = 0; offset < 1'000; offset += 25) {
        World world{static_cast<std::uint64_t>(offset + 1)};
        world.run(kFault + Millis{offset});
        world.leader().crash();
        world.run(kEnd);
        const World::Starts starts = world.starts();
        CAPTURE(offset);
        CHECK(starts.latest <= 1s);
        CHECK(starts.count == kStarts);
        CHECK_FALSE(world.doubled());
        latest = std::max(latest, starts.latest);
    }
    CHECK(latest > 400ms);  // the other nodes have waited until the claims permit no start
}

TEST_CASE("what a process had claimed starts soon if it restarts before the others see that it is gone",
          "[simulation]") {
    REQUIRE(log::configure({.level = log::Level::error, .file = "/dev/null"}));
    for (int offset = 0; offset < 1'000; offset += 50) {
        World world{static_cast<std::uint64_t>(offset + 1)};
        world.run(kFault + Millis{offset});
        Node& killed = world.leader();
        killed.crash();
        world.run(kFault + Millis{offset} + 350ms);
        killed.start();
        world.run(kEnd);
        const World::Starts starts = world.starts();
        CAPTURE(offset);
        CHECK(starts.latest <= 1'500ms);
        CHECK(starts.count == kStarts);
        CHECK_FALSE(world.doubled());
    }
}

TEST_CASE("the runs of a node that drains start in time", "[simulation]") {
    REQUIRE(log::configure({.level = log::Level::error, .file = "/dev/null"}));
    for (int offset = 0; offset < 1'000; offset += 50) {
        World world{static_cast<std::uint64_t>(offset + 1)};
        world.run(kFault + Millis{offset});
        world.leader().drain(1s);
        world.run(kEnd);
        const World::Starts starts = world.starts();
        CAPTURE(offset);
        CHECK(starts.latest <= 60ms);
        CHECK(starts.count == kStarts);
        CHECK_FALSE(world.doubled());
    }
}

TEST_CASE("a node whose session the server ends starts everything once", "[simulation]") {
    REQUIRE(log::configure({.level = log::Level::error, .file = "/dev/null"}));
    for (int offset = 0; offset < 1'000; offset += 50) {
        World world{static_cast<std::uint64_t>(offset + 1)};
        world.run(kFault + Millis{offset});
        world.leader().store().drop_session();
        world.run(kEnd);
        const World::Starts starts = world.starts();
        CAPTURE(offset);
        CHECK(starts.latest <= 2s);  // it hands back what another node leads by now
        CHECK(starts.count == kStarts);
        CHECK_FALSE(world.doubled());
    }
}

TEST_CASE("a claim permits no start after the end of its session", "[simulation]") {
    REQUIRE(log::configure({.level = log::Level::error, .file = "/dev/null"}));
    const bool keeps_permission = GENERATE(false, true);
    std::size_t repeated = 0;
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
        World world{seed, 4s, {.keeps_permission = keeps_permission}};
        world.run(kFault);
        Node& cut_off = world.leader();
        cut_off.link().cut();
        cut_off.store().drop_session();
        world.run(kEnd);
        // The others take over what the node had claimed long before, while it cannot know of it.
        repeated += world.repeated(kFault + 500ms, kFault + 3s);
    }
    if (keeps_permission)
        CHECK(repeated > 0);
    else
        CHECK(repeated == 0);
}
