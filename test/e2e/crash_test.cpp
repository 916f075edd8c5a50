#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <random>
#include <set>
#include <thread>

#include "e2e/accounts.hpp"
#include "e2e/world.hpp"

/// SIGKILL at random times. ECRON_E2E_FULL=1: 100,000 jobs and 500 runs per second.
namespace ecron::e2e {
namespace {

struct Size {
    int idle, firing;  // jobs; a firing one runs every second
    std::chrono::seconds before, after;
};

Size size_of_test() {
    const char* const full = std::getenv("ECRON_E2E_FULL");
    if (full != nullptr && std::string{full} == "1") return {99'498, 502, 20s, 20s};
    return {1'800, 201, 2s, 3s};
}

const std::vector<std::string> kPolicies{"once", "all", "skip"};

/// Creates jobs over several connections and keeps those acknowledged with 201.
class Creators {
public:
    explicit Creators(World& world) : world_(world) {}

    /// Creates `count` jobs; stops early if ecron does not respond.
    void create(int count, const std::function<JobText(int)>& job) {
        std::vector<std::thread> threads;
        std::atomic<int> next{0};
        for (int i = 0; i < kThreads; ++i)
            threads.emplace_back([&] {
                Api api{world_.ecron.port()};
                for (int n = next++; n < count; n = next++) {
                    const Reply reply = api.post("/job", world_.text_of(job(n)));
                    if (reply.status == 0) return;
                    const std::lock_guard lock(mutex_);
                    if (reply.status == 201)
                        stored_.push_back(reply.text("/job_id"));
                    else
                        ++refused_;
                }
            });
        for (std::thread& thread : threads) thread.join();
    }

    [[nodiscard]] const std::vector<std::string>& stored() const { return stored_; }
    [[nodiscard]] int refused() const { return refused_; }

private:
    static constexpr int kThreads = 16;
    World& world_;
    std::mutex mutex_;
    std::vector<std::string> stored_;
    int refused_{0};
};

const std::string& policy_of(int n) { return kPolicies[static_cast<std::size_t>(n) % kPolicies.size()]; }

JobText idle_job(const std::string& name) { return {.name = name, .cron = "0 0 1 1 *"}; }

JobText firing_job(const std::string& kind, int n) {
    json::object context{{"misfire", policy_of(n)}, {"misfire_grace", "300ms"}, {"overlap", "allow"}};
    if (n % 2 == 0) context["jitter"] = "900ms";  // so that executions are running at any time
    return {.name = fmt::format("{}-{}-{}", policy_of(n), kind, n),
            .path = "/" + policy_of(n),
            .context = std::move(context)};
}

void let_pass(std::chrono::milliseconds time) {
    const auto until = std::chrono::steady_clock::now() + time;
    wait_until(
        "the time has elapsed", [&] { return std::chrono::steady_clock::now() >= until; }, time + kPatience);
}

void print_row(const std::string& policy, const Account& account) {
    fmt::print("{:>8} {:>6} {:>9} {:>9} {:>9} {:>9} {:>9} {:>6} {:>8}\n", policy, account.jobs,
               account.planned, account.rows, account.missed, account.repeated, account.calls, account.lost,
               account.doubled);
}

}  // namespace

TEST_CASE("a kill at any time loses no stored job and no scheduled run", "[crash]") {
    const std::uint32_t seed = Catch::rngSeed() != 0 ? Catch::rngSeed() : std::random_device{}();
    CAPTURE(seed);
    std::mt19937 random{seed};
    const Size size = size_of_test();
    World world{{{"log_level", "info"}}};
    for (const std::string& policy : kPolicies) world.target.answer("/" + policy, Answer{.delay = 20ms});

    Creators creators{world};
    creators.create(size.idle, [](int n) { return idle_job(fmt::format("idle-{}", n)); });
    creators.create(size.firing, [](int n) { return firing_job("early", n); });
    REQUIRE(creators.stored().size() == static_cast<std::size_t>(size.idle + size.firing));
    let_pass(size.before);

    // More jobs are being created when it is killed.
    std::thread late([&] {
        creators.create(100'000, [](int n) {
            return n % 10 == 0 ? firing_job("late", n / 10) : idle_job(fmt::format("late-{}", n));
        });
    });
    let_pass(std::chrono::milliseconds(std::uniform_int_distribution{50, 1'050}(random)));
    world.ecron.kill();
    late.join();
    CHECK(creators.refused() == 0);
    let_pass(std::chrono::milliseconds(std::uniform_int_distribution{0, 3'000}(random)));
    // And again during its recovery.
    world.ecron.launch();
    let_pass(std::chrono::milliseconds(std::uniform_int_distribution{0, 500}(random)));
    world.ecron.kill();
    world.ecron.start();
    let_pass(size.after);
    CHECK(world.ecron.terminate() == 0);

    std::set<std::string> ids;
    for (const Database::Row& row : world.database.rows("select f_job_id from t_cron_job"))
        ids.insert(row[0]);
    const auto gone =
        std::ranges::count_if(creators.stored(), [&](const std::string& id) { return !ids.contains(id); });
    CHECK(gone == 0);

    fmt::print("seed {}: {} jobs were answered 201, {} of them are gone\n", seed, creators.stored().size(),
               gone);
    fmt::print("{:>8} {:>6} {:>9} {:>9} {:>9} {:>9} {:>9} {:>6} {:>8}\n", "policy", "jobs", "planned", "rows",
               "missed", "repeated", "calls", "lost", "doubled");
    for (const std::string& policy : kPolicies) {
        const Account result = account(world.database, world.target, policy + "-", "/" + policy);
        print_row(policy, result);
        CAPTURE(policy, result.examples, world.ecron.log());
        CHECK(result.clean());
        CHECK(result.planned >= size.firing / 3 * ((size.before + size.after) / 1s));
        if (policy == "all") CHECK(result.missed == 0);
    }
    std::fflush(stdout);
}

}  // namespace ecron::e2e
