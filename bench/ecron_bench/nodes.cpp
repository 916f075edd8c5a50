#include "ecron_bench/nodes.hpp"

#include <fmt/format.h>

namespace ecron::bench {

Nodes::Nodes(const Installation& installation, std::size_t count) {
    for (std::size_t number = 0; number < count; ++number) {
        Environment more;
        if (count > 1)
            more = {{"ECRON_MULTI_NODE", "true"}, {"ECRON_NODE_ID", fmt::format("node-{}", number)}};
        nodes_.push_back(installation.start(more, fmt::format("node-{}.log", number)));
    }
}

double Nodes::metric(std::string_view name) {
    double sum = 0;
    for (const auto& node : nodes_) sum += node->metric(name);
    return sum;
}

double Nodes::cpu_seconds() const {
    double sum = 0;
    for (const auto& node : nodes_) sum += node->cpu_seconds();
    return sum;
}

double Nodes::resident() const {
    double sum = 0;
    for (const auto& node : nodes_) sum += static_cast<double>(node->memory().resident);
    return sum;
}

void Nodes::stop() {
    for (const auto& node : nodes_) node->stop();
}

}  // namespace ecron::bench
