#pragma once
#include <memory>
#include <string_view>
#include <vector>

#include "ecron_bench/installation.hpp"

namespace ecron::bench {

/// The nodes of an installation as a unit: results are sums over them.
class Nodes {
public:
    Nodes(const Installation& installation, std::size_t count);

    /// Any of them responds for all.
    [[nodiscard]] std::uint16_t port() const { return nodes_.front()->port(); }
    double metric(std::string_view name);
    [[nodiscard]] double cpu_seconds() const;
    [[nodiscard]] double resident() const;
    void stop();

private:
    std::vector<std::unique_ptr<EcronProcess>> nodes_;
};

}  // namespace ecron::bench
