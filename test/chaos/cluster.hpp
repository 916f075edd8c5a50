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

/// A node with its own network and clock.
class Node {
public:
    Node(const std::string& name, const e2e::Database& database, const e2e::MariadbServer& server);

    [[nodiscard]] const std::string& name() const { return name_; }
    /// Steps its wall clock; its steady clock is unaffected. Requires libfaketime.
    void step_clock(std::chrono::seconds by) const { clock_.set_ahead(by); }

    test::Proxy network;
    e2e::Ecron ecron;

private:
    std::string name_;
    e2e::FakeClock clock_;
};

/// Nodes of the real binary on one MariaDB server, and the target of their jobs.
class Cluster {
public:
    Cluster(std::size_t nodes, std::size_t shards);

    /// Creates `count` jobs that run every second, with each misfire policy in turn; the policy is the
    /// target's path and the prefix of their names.
    void create_jobs(int count);
    /// Creates a job that does not run, through any node.
    e2e::Reply create_large_job(std::mt19937& random);
    [[nodiscard]] Node& node(std::size_t index) { return *nodes_[index]; }
    [[nodiscard]] std::size_t size() const { return nodes_.size(); }
    /// Returns a random leader, or the node that leads the fewest shards.
    Node& leader(std::mt19937& random);
    Node& follower(std::mt19937& random);
    Node& any(std::mt19937& random);
    /// Waits until every node is ready and every shard is planned up to the current time.
    void wait_until_well();
    /// Waits until everything claimed by now has ended, including the executions of a killed node that
    /// restarted under its name: it is not declared dead, and it finds these executions in two reconciliation
    /// rounds.
    void wait_until_settled();
    /// Returns true if a shard is behind by at least that much.
    [[nodiscard]] bool is_behind(std::chrono::milliseconds by) const;

    e2e::SmallDisk disk;  // of the server, if one can be mounted
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
