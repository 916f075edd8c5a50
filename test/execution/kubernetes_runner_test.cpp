#include "ecron/execution/kubernetes_runner.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "ecron/base/large_work.hpp"
#include "kubernetes/stand_in.hpp"

using namespace ecron;
using namespace ecron::execution;
using namespace std::chrono_literals;
using kubernetes::StandIn;

namespace {

class ClusterWorld {
public:
    explicit ClusterWorld(KubernetesOptions options = {}, Secrets secrets = {})
        : client_(io_, {}),
          secrets_(std::move(secrets)) {
        auto made = make_kubernetes_runner(io_, clock_, client_, secrets_, {}, std::move(options));
        REQUIRE(made);
        runner_ = std::move(*made);
    }

    ExecuteId start(const std::string& id, Millis timeout = 20s, bool resumed = false) {
        auto task = std::make_shared<Task>();
        task->job_id = JobId{"job-1"};
        task->context.mode = model::Mode::exe;
        task->context.timeout = timeout;
        task->context.kubernetes =
            own ? R"({"image":"i")" + more + "}"
                : R"({"addr":"127.0.0.1","image":"i","port":)" + std::to_string(cluster.port()) + more + "}";
        runner_->start({ExecuteId{id}, 1, clock_.now(), task, {}, resumed},
                       [this, id](AttemptResult result) { results_[id] = std::move(result); });
        return ExecuteId{id};
    }
    AttemptResult await(const ExecuteId& id) {
        run_until([&] { return has_result(id); });
        return results_.at(id.value());
    }
    [[nodiscard]] bool has_result(const ExecuteId& id) const { return results_.contains(id.value()); }
    void forget_result(const ExecuteId& id) { results_.erase(id.value()); }
    std::string wait_for_job(std::size_t count) {
        run_until([&] { return cluster.made().size() >= count; });
        return cluster.made().back();
    }
    void wait_for_watch() {
        run_until([&] { return cluster.watches() == 1; });
    }
    template <class Done> void run_until(const Done& done) {
        const auto deadline = std::chrono::steady_clock::now() + 20s;
        while (!done()) {
            REQUIRE(std::chrono::steady_clock::now() < deadline);
            io_.restart();
            io_.run_for(10ms);
        }
    }
    Runner& runner() { return *runner_; }
    void destroy() { runner_.reset(); }

    StandIn cluster;
    bool own{false};
    std::string more{};  // further members of the job's `kubernetes`

private:
    boost::asio::io_context io_{1};
    SystemClock clock_;
    http::Client client_;
    Secrets secrets_;
    std::unique_ptr<Runner> runner_;
    std::map<std::string, AttemptResult> results_;
};

constexpr auto kSuccess = model::ExecutionState::success;

}  // namespace

TEST_CASE("a secret is sent only to the Kubernetes API proxies permitted by its rules", "[kubernetes]") {
    std::string folder{"/tmp/ecron-kubernetes-secrets-XXXXXX"};
    REQUIRE(::mkdtemp(folder.data()) != nullptr);
    std::ofstream{folder + "/key"} << "canary";
    std::ofstream{folder + "/key.allow"} << "kubernetes\n";
    ClusterWorld world{{}, Secrets{folder, {}}};
    world.more = R"(,"env":{"A":"${secret:key}"})";
    const std::string proxy = "http://127.0.0.1:" + std::to_string(world.cluster.port());
    const AttemptResult refused = world.await(world.start("e-1"));
    CHECK(refused.outcome == model::ExecutionState::failure);
    CHECK(refused.reason == "the secret key is not for " + proxy);
    CHECK(world.cluster.made().empty());
    std::ofstream{folder + "/key.allow"} << "origin " << proxy << '\n';
    const ExecuteId allowed = world.start("e-2");
    world.cluster.succeed(world.wait_for_job(1));
    CHECK(world.await(allowed).outcome == kSuccess);
    std::filesystem::remove_all(folder);
}

TEST_CASE("large manifests and answers are processed beside the loop", "[kubernetes]") {
    ClusterWorld world{{}, Secrets{"", {{"ECRON_SECRET_KEY", "canary"}}}};
    world.more = R"(,"env":{"A":"${secret:key}","B":")" + std::string(2 * kLargeWork, 'x') + "\"}";
    const LargeWorkCount on_loop;
    const ExecuteId id = world.start("e");
    const std::string name = world.wait_for_job(1);
    world.wait_for_watch();
    CHECK(boost::json::serialize(world.cluster.job(name)).find("canary") != std::string::npos);
    world.cluster.succeed(name);
    CHECK(world.await(id).outcome == kSuccess);
    CHECK(on_loop.pieces() == 0);
}

TEST_CASE("a Job that is cancelled while its large manifest is built is not created", "[kubernetes]") {
    ClusterWorld world;
    world.more = R"(,"env":{"B":")" + std::string(2 * kLargeWork, 'x') + "\"}";
    const ExecuteId id = world.start("e");
    world.runner().cancel(id);
    const AttemptResult result = world.await(id);
    CHECK(result.reason == "cancelled");
    CHECK(world.cluster.made().empty());
}

TEST_CASE("a resumed Job that is cancelled while its large manifest is built is deleted", "[kubernetes]") {
    ClusterWorld world;
    world.more = R"(,"env":{"B":")" + std::string(2 * kLargeWork, 'x') + "\"}";
    const ExecuteId id = world.start("e");
    const std::string name = world.wait_for_job(1);
    world.runner().detach(id);
    world.run_until([&] { return world.has_result(id); });
    CHECK(world.cluster.deleted().empty());
    world.forget_result(id);
    world.start("e", 20s, true);
    world.runner().cancel(id);
    const AttemptResult result = world.await(id);
    CHECK(result.outcome == model::ExecutionState::interrupt);
    CHECK(world.cluster.deleted() == std::vector{name});
}

TEST_CASE("a runner ends while a large manifest is built", "[kubernetes]") {
    ClusterWorld world;
    world.more = R"(,"env":{"B":")" + std::string(32 * kLargeWork, 'x') + "\"}";
    world.start("e");
    world.destroy();
    CHECK(world.cluster.made().empty());
}

TEST_CASE("many Jobs of a namespace are tracked by one watch", "[kubernetes]") {
    constexpr std::size_t kJobs = 50;
    ClusterWorld world;
    std::vector<ExecuteId> ids;
    for (std::size_t i = 0; i < kJobs; ++i) ids.push_back(world.start("e-" + std::to_string(i)));
    world.wait_for_job(kJobs);
    for (const std::string& name : world.cluster.made()) world.cluster.succeed(name);
    for (const ExecuteId& id : ids) CHECK(world.await(id).outcome == kSuccess);
    CHECK(world.cluster.asked("GET", "watch=1").size() == 1);
}

TEST_CASE("a watch is resumed from the version of a bookmark", "[kubernetes]") {
    ClusterWorld world;
    const ExecuteId id = world.start("e");
    const std::string name = world.wait_for_job(1);
    world.wait_for_watch();
    world.cluster.send_bookmarks();
    world.run_until([&] { return world.cluster.told() == 102; });  // the Job has version 101
    const std::size_t lists = world.cluster.asked("GET", "limit=").size();
    world.cluster.drop_watches();
    world.run_until([&] { return world.cluster.asked("GET", "resourceVersion=102").size() == 1; });
    world.cluster.succeed(name);
    CHECK(world.await(id).outcome == kSuccess);
    CHECK(world.cluster.asked("GET", "limit=").size() == lists);
}

TEST_CASE("after 410 Gone the Jobs are listed again, page by page", "[kubernetes]") {
    ClusterWorld world;
    std::vector<ExecuteId> ids;
    for (const char* const id : {"e-1", "e-2", "e-3", "e-4", "e-5"}) ids.push_back(world.start(id));
    world.wait_for_job(5);
    world.wait_for_watch();
    world.cluster.mute(true);
    for (const std::string& name : world.cluster.made()) world.cluster.succeed(name);
    world.cluster.forget_history();
    world.cluster.drop_watches();
    world.cluster.mute(false);
    for (const ExecuteId& id : ids) CHECK(world.await(id).outcome == kSuccess);
    CHECK_FALSE(world.cluster.asked("GET", "continue=").empty());
}

TEST_CASE("a silent watch is replaced after a time limit", "[kubernetes]") {
    ClusterWorld world{{.longest_silence = 1s}};
    world.cluster.mute(true);
    const ExecuteId id = world.start("e");
    world.cluster.succeed(world.wait_for_job(1));
    CHECK(world.await(id).outcome == kSuccess);
}

TEST_CASE("a watch with invalid events is restarted", "[kubernetes]") {
    ClusterWorld world;
    const ExecuteId id = world.start("e");
    const std::string name = world.wait_for_job(1);
    world.wait_for_watch();
    const std::string line = GENERATE(as<std::string>{}, "nonsense", "{}",
                                      R"({"type":"ERROR","object":{"code":500,"message":"etcd"}})");
    world.cluster.say(line);
    world.cluster.succeed(name);
    CHECK(world.await(id).outcome == kSuccess);
}

TEST_CASE("a lost response does not cause a second Job", "[kubernetes]") {
    ClusterWorld world;
    world.cluster.swallow_answers("POST", 2);
    const ExecuteId id = world.start("e");
    world.cluster.succeed(world.wait_for_job(1));
    const AttemptResult result = world.await(id);
    CHECK(result.outcome == kSuccess);
    CHECK(world.cluster.made().size() == 1);
}

TEST_CASE("requests to a busy API server are retried, a slow one is waited for", "[kubernetes]") {
    ClusterWorld world;
    world.cluster.slow_down(50ms);
    world.cluster.refuse("POST", GENERATE(429U, 500U, 503U), "not now", 2);
    const ExecuteId id = world.start("e");
    world.cluster.succeed(world.wait_for_job(1));
    CHECK(world.await(id).outcome == kSuccess);
}

TEST_CASE("an unreachable API server is reported, and no Job is created", "[kubernetes]") {
    KubernetesOptions options{.patience = 2s};  // long enough for an answer on a busy machine
    ClusterWorld world{options};
    world.cluster.refuse("GET", 503, "starting", 1'000);
    const ExecuteId id = world.start("e");
    CHECK(world.await(id).reason == "the API server answered 503: starting");
    CHECK(world.cluster.made().empty());
}

TEST_CASE("a resumed attempt waits for its API server", "[kubernetes]") {
    ClusterWorld world{{.patience = 100ms}};
    const ExecuteId first = world.start("e");
    const std::string name = world.wait_for_job(1);
    world.runner().detach(first);
    world.await(first);
    CHECK(world.cluster.deleted().empty());
    world.cluster.refuse("GET", 503, "away", 1);
    world.cluster.refuse("POST", 503, "away", 2);
    const ExecuteId again = world.start("e", 20s, true);
    world.run_until([&] { return world.cluster.asked("POST", "/jobs").size() >= 4; });
    world.cluster.succeed(name);
    world.run_until([&] { return world.await(again).outcome == kSuccess; });
    CHECK(world.cluster.made().size() == 1);
}

TEST_CASE("a Job of the same name with another owner is not touched", "[kubernetes]") {
    ClusterWorld world;
    const ExecuteId mine = world.start("E_1");
    const std::string name = world.wait_for_job(1);
    CHECK(world.cluster.job(name).at("metadata").at("annotations").at("ecron/execute-id") == "E_1");
    world.cluster.succeed(name);
    world.await(mine);
    const ExecuteId other =
        world.start(name.substr(6, name.size() - 8));  // the input from which the hash was computed
    CHECK(world.await(other).reason == "the Job " + name + " is there already, and another's");
    CHECK(world.cluster.deleted().empty());
}

TEST_CASE("a Job deleted by a third party is a failure", "[kubernetes]") {
    ClusterWorld world;
    const ExecuteId id = world.start("e");
    world.cluster.remove(world.wait_for_job(1));
    CHECK(world.await(id).reason == "the Job was deleted in the cluster before it had ended");
}

TEST_CASE("a cancelled Job is deleted despite errors of the API server", "[kubernetes]") {
    ClusterWorld world;
    const ExecuteId id = world.start("e");
    const std::string name = world.wait_for_job(1);
    world.cluster.refuse("DELETE", 503, "not now", 2);
    world.runner().cancel(id);
    world.await(id);
    CHECK(world.cluster.deleted() == std::vector{name});
}

TEST_CASE("a refused deletion is retried, and its failure is the reason", "[kubernetes]") {
    ClusterWorld world{{.remove_patience = 700ms}};
    const ExecuteId id = world.start("e");
    const std::string name = world.wait_for_job(1);
    const bool granted = GENERATE(true, false);
    world.cluster.refuse("DELETE", 403, "jobs is forbidden", granted ? 2 : 1'000'000);
    world.runner().cancel(id);
    const AttemptResult result = world.await(id);
    CHECK(world.cluster.asked("DELETE", name).size() >= 2);
    CHECK(result.outcome == model::ExecutionState::interrupt);
    if (granted) {
        CHECK(result.reason == "cancelled");
        CHECK(world.cluster.deleted() == std::vector{name});
    } else {
        CHECK(world.cluster.deleted().empty());
        CHECK_THAT(result.reason,
                   Catch::StartsWith("the Job default/" + name + " could not be deleted and may still run") &&
                       Catch::Contains("jobs is forbidden"));
    }
}

TEST_CASE("a runner can be destroyed while its Jobs run", "[kubernetes]") {
    ClusterWorld world;
    world.start("e");
    world.wait_for_job(1);
    world.wait_for_watch();
    world.destroy();
    CHECK(world.cluster.deleted().empty());
}

TEST_CASE("the log of a running Job is read on request, each line once", "[kubernetes]") {
    ClusterWorld world;
    const ExecuteId id = world.start("e");
    const std::string name = world.wait_for_job(1);
    const auto log = [&] {
        std::string text;
        const std::optional<LiveOutput> live = world.runner().output_since(id, 0);
        for (const LiveOutput::Piece& piece : live->pieces) text += piece.text;
        return text;
    };
    CHECK(log().empty());  // there is no pod yet
    std::string expected;
    for (const char* const line : {"one", "", "three", "four", "five"}) {
        world.cluster.write(name, line);
        expected += std::string{line} + '\n';
        world.run_until([&] { return log() == expected; });
    }
    const std::optional<LiveOutput> rest = world.runner().output_since(id, 4);
    CHECK(rest->begin == 4);
    CHECK(rest->end == expected.size());
    CHECK(rest->pieces.front().text == expected.substr(4));
    world.cluster.succeed(name, expected);
    CHECK(world.await(id).output == expected);
    CHECK_FALSE(world.runner().output_since(id, 0));
}

TEST_CASE("a token is reloaded when it is no longer accepted", "[kubernetes]") {
    StandIn cluster;
    cluster.require_token("old");
    const std::string stem = "/tmp/ecron-token-" + std::to_string(cluster.port());
    std::ofstream{stem} << "old\n";
    std::ofstream{stem + ".yaml"}
        << "current-context: a\ncontexts: [{name: a, context: {cluster: c, user: u}}]\n"
           "clusters: [{name: c, cluster: {server: '"
        << cluster.url() << "'}}]\nusers: [{name: u, user: {tokenFile: " << stem << "}}]\n";
    ClusterWorld world{{.enabled = true, .config_file = stem + ".yaml"}};
    world.own = true;
    const ExecuteId first = world.start("e-1");
    world.run_until([&] { return cluster.made().size() == 1; });
    cluster.require_token("new");
    std::ofstream{stem} << "new\n";
    const ExecuteId second = world.start("e-2");
    world.run_until([&] { return cluster.made().size() == 2; });
    for (const std::string& name : cluster.made()) cluster.succeed(name);
    CHECK(world.await(first).outcome == kSuccess);
    CHECK(world.await(second).outcome == kSuccess);
    std::filesystem::remove(stem);
    std::filesystem::remove(stem + ".yaml");
}
