#pragma once
#include <chrono>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "e2e/ecron.hpp"
#include "e2e/fake_clock.hpp"
#include "e2e/mariadb_server.hpp"
#include "e2e/small_disk.hpp"
#include "e2e/target.hpp"
#include "network/proxy.hpp"

namespace ecron::chaos {

/// A node with its own network and its own clock.
class Node {
public:
    Node(const std::string& name, const e2e::Database& database, const e2e::MariadbServer& server);

    [[nodiscard]] const std::string& name() const { return name_; }
    /// Its wall clock jumps; its steady clock goes on. Only where the machine has fake clocks.
    void step_clock(std::chrono::seconds by) const { clock_.set_ahead(by); }

    test::Proxy network;
    e2e::Ecron ecron;

private:
    std::string name_;
    e2e::FakeClock clock_;
};

/// Nodes of the real binary on one MariaDB, and the target of their jobs.
class Cluster {
public:
    Cluster(std::size_t nodes, std::size_t shards);

    /// Creates `count` jobs that run each second, of each misfire policy in turn; the target's path and the
    /// beginning of their names are the policy's.
    void create_jobs(int count);
    /// One that does not run, by any node.
    e2e::Reply create_large_job(std::mt19937& random);
    [[nodiscard]] Node& node(std::size_t index) { return *nodes_[index]; }
    [[nodiscard]] std::size_t size() const { return nodes_.size(); }
    /// A node that leads a shard, or one that leads fewest.
    Node& leader(std::mt19937& random);
    Node& follower(std::mt19937& random);
    Node& any(std::mt19937& random);
    /// Every node is ready and every shard planned up to now.
    void wait_until_well();
    /// All that has been claimed by now has ended, with what a killed node that is back under its name had
    /// under way: nobody takes it for dead, and it finds its strays in two looks.
    void wait_until_settled();
    /// A shard is not planned up to that long ago.
    [[nodiscard]] bool is_behind(std::chrono::milliseconds by) const;

    e2e::SmallDisk disk;  // of the server, where one can be mounted
    e2e::MariadbServer server;
    e2e::Database database;
    e2e::Target target;

private:
    [[nodiscard]] std::size_t shards_led(const Node& node) const;
    [[nodiscard]] bool is_well();

    std::vector<std::unique_ptr<Node>> nodes_;
    int large_jobs_{0};
};

inline const std::vector<std::string> kPolicies{"once", "all", "skip"};

}  // namespace ecron::chaos
