#pragma once
#include <cstddef>
#include <cstdint>

namespace ecron::bench {

struct SpawnLoopResult {
    std::uint64_t failures{};
    double per_second{};
};

/// The limit of running commands: posix_spawn of /bin/true, that many at a time, reaped through pidfds, from
/// the calling thread. No output, no limits, no stored results.
SpawnLoopResult run_spawn_loop(std::size_t at_once, std::uint64_t processes);

}  // namespace ecron::bench
