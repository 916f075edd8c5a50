#pragma once
#include <random>
#include <string>
#include <vector>

#include "chaos/cluster.hpp"

namespace ecron::chaos {

/// A temporary fault and its repair.
struct Fault {
    std::string name;
    void (*strike)(Cluster& cluster, std::mt19937& random);
};

/// Returns the faults that this machine supports.
std::vector<Fault> faults(const Cluster& cluster);

}  // namespace ecron::chaos
