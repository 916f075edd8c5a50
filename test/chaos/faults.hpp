#pragma once
#include <random>
#include <string>
#include <vector>

#include "chaos/cluster.hpp"

namespace ecron::chaos {

/// Something that goes wrong for a while and is put right again.
struct Fault {
    std::string name;
    void (*strike)(Cluster& cluster, std::mt19937& random);
};

/// Those that this machine can show.
std::vector<Fault> faults(const Cluster& cluster);

}  // namespace ecron::chaos
