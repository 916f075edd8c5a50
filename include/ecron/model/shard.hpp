#pragma once
#include <cstddef>
#include <cstdint>

#include "ecron/base/id.hpp"
#include "ecron/base/stable_hash.hpp"

namespace ecron::model {

/// Returns the shard that plans a job: the same on every node and in every release.
[[nodiscard]] inline Shard shard_of(const JobId& job, std::size_t shards) {
    return Shard{static_cast<std::uint32_t>(stable_hash(job.value()) % shards)};
}

}  // namespace ecron::model
