#include "chaos/faults.hpp"

#include <csignal>
#include <thread>

#include "e2e/wait.hpp"

namespace ecron::chaos {

using namespace std::chrono_literals;

namespace {

/// Keeps the fault active for that time.
void hold(std::mt19937& random, std::chrono::milliseconds least, std::chrono::milliseconds most) {
    std::this_thread::sleep_for(std::chrono::milliseconds(
        std::uniform_int_distribution<std::int64_t>{least.count(), most.count()}(random)));
}

void kill_and_restart(Node& node, std::mt19937& random) {
    node.ecron.kill();
    hold(random, 0ms, 3s);
    node.ecron.start();
}

void kill_leader(Cluster& cluster, std::mt19937& random) { kill_and_restart(cluster.leader(random), random); }
void kill_follower(Cluster& cluster, std::mt19937& random) {
    kill_and_restart(cluster.follower(random), random);
}

void kill_all(Cluster& cluster, std::mt19937& random) {
    for (std::size_t i = 0; i < cluster.size(); ++i) cluster.node(i).ecron.kill();
    hold(random, 0ms, 2s);
    for (std::size_t i = 0; i < cluster.size(); ++i) cluster.node(i).ecron.start();
}

void freeze_leader(Cluster& cluster, std::mt19937& random) {
    const Node& node = cluster.leader(random);
    node.ecron.signal(SIGSTOP);
    hold(random, 5'500ms, 8s);  // longer than its lease
    node.ecron.signal(SIGCONT);
}

void freeze_leader_shortly(Cluster& cluster, std::mt19937& random) {
    const Node& node = cluster.leader(random);
    node.ecron.signal(SIGSTOP);
    hold(random, 200ms, 4s);
    node.ecron.signal(SIGCONT);
}

void cut_leader_off(Cluster& cluster, std::mt19937& random) {
    test::Proxy& network = cluster.leader(random).network;
    network.cut();
    hold(random, 100ms, 7s);
    network.heal();
}

void hang_leaders_link(Cluster& cluster, std::mt19937& random) {
    test::Proxy& network = cluster.leader(random).network;
    network.hang();
    hold(random, 500ms, 8s);
    network.heal();
}

void hang_followers_link(Cluster& cluster, std::mt19937& random) {
    test::Proxy& network = cluster.follower(random).network;
    network.hang();
    hold(random, 500ms, 8s);
    network.heal();
}

void slow_link(Cluster& cluster, std::mt19937& random) {
    test::Proxy& network = cluster.any(random).network;
    network.slow_down(std::chrono::milliseconds(std::uniform_int_distribution{20, 400}(random)));
    hold(random, 1s, 5s);
    network.heal();
}

void kill_database(Cluster& cluster, std::mt19937& random) {
    cluster.server.kill();
    hold(random, 0ms, 3s);
    cluster.server.start();
}

void restart_database(Cluster& cluster, std::mt19937& random) {
    cluster.server.stop();
    hold(random, 0ms, 2s);
    cluster.server.start();
}

/// The tablespace file has free space, which large jobs consume until claims fail. A server that crashes is
/// restarted.
void fill_disk(Cluster& cluster, std::mt19937& random) {
    cluster.disk.fill();
    e2e::wait_until("a large job is rejected and planning has stopped", [&] {
        const bool refused = cluster.create_large_job(random).status == 503;
        return refused && cluster.is_behind(1500ms);
    });
    hold(random, 0ms, 3s);
    cluster.disk.make_room();
    if (!cluster.server.runs()) cluster.server.start();
}

void restart_one_after_the_other(Cluster& cluster, std::mt19937&) {
    for (std::size_t i = 0; i < cluster.size(); ++i) {
        CHECK(cluster.node(i).ecron.terminate() == 0);
        cluster.node(i).ecron.start();
    }
}

void step_clock(Node& node, std::chrono::seconds by, std::mt19937& random) {
    node.step_clock(by);
    hold(random, 2s, 5s);
    node.step_clock(0s);
}
void step_clock_on(Cluster& cluster, std::mt19937& random) { step_clock(cluster.leader(random), 1h, random); }
void step_clock_back(Cluster& cluster, std::mt19937& random) {
    step_clock(cluster.leader(random), -1h, random);
}

}  // namespace

std::vector<Fault> faults(const Cluster& cluster) {
    std::vector<Fault> all{{"a leader is killed", kill_leader},
                           {"a follower is killed", kill_follower},
                           {"every node is killed", kill_all},
                           {"a leader freezes for longer than its lease", freeze_leader},
                           {"a leader freezes briefly", freeze_leader_shortly},
                           {"a leader is cut off from the database", cut_leader_off},
                           {"a leader's link to the database hangs", hang_leaders_link},
                           {"a follower's link to the database hangs", hang_followers_link},
                           {"a node's link to the database is slow", slow_link},
                           {"the database is killed", kill_database},
                           {"the database restarts", restart_database},
                           {"the nodes restart one after the other", restart_one_after_the_other}};
    if (cluster.disk.mounted()) all.push_back({"the database's disk is full", fill_disk});
    if (e2e::FakeClock::is_there()) {
        all.push_back({"a leader's clock steps forward by an hour", step_clock_on});
        all.push_back({"a leader's clock steps back by an hour", step_clock_back});
    }
    return all;
}

}  // namespace ecron::chaos
