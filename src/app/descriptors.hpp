#pragma once
#include <cstddef>

#include "ecron/config/config.hpp"

/// Budget of the file descriptors of this process: API clients must not use up those needed by attempts, the
/// database and the health probe. Threads: called once at start, before any other thread runs.
namespace ecron::app {

/// Maximum connections of the separate health listener.
inline constexpr std::size_t kHealthConnections = 64;

/// Descriptor limits for consumers that grow with the load.
struct DescriptorShares {
    std::size_t connections{};  // API client connections
    std::size_t targets{};      // concurrent HTTP attempts
    bool operator==(const DescriptorShares&) const = default;
};

/// Divides `limit` descriptors. The database, webhooks, commands, the token issuer, health and ecron's own
/// files are reserved first, up to half of them. Connections and attempts share the rest equally, and the
/// unused part of one share goes to the other; each gets at least one.
DescriptorShares divide_descriptors(std::size_t limit, const config::Config& config);

/// Raises the soft limit of open files to the hard limit, at most kMaxDescriptors; returns the soft limit.
std::size_t raise_descriptor_limit();
inline constexpr std::size_t kMaxDescriptors = 1'048'576;

/// Whether a share is less than an option that was configured, or than its default at a limit of fewer than
/// 4096 descriptors.
bool needs_attention(std::size_t limit, const DescriptorShares& shares, const config::Config& config);

/// Raises the limit, and lowers `connection_limit` and `executor_max` of `config` to their shares. Logs one
/// line, as a warning if that needs attention.
void fit_to_descriptors(config::Config& config);

}  // namespace ecron::app
