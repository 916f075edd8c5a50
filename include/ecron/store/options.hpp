#pragma once
#include <cstddef>
#include <cstdint>
#include <string>

#include "ecron/base/secret.hpp"
#include "ecron/base/time.hpp"

namespace ecron::store {

enum class Driver : std::uint8_t { sqlite, mysql };
/// Number of processes that share the work of one database. `one`: one process leads all shards, others stand
/// by.
enum class Nodes : std::uint8_t { one, many };

struct Options {
    Driver driver{Driver::sqlite};
    std::string path{"ecron.db"};  // SQLite only
    std::string host{"127.0.0.1"};
    std::uint16_t port{3306};
    std::string database{};
    std::string user{};
    SecretText password{};
    std::string ca_file{};
    Seconds connect_timeout{5};
    Seconds read_timeout{10};
    Seconds write_timeout{10};
    std::size_t readers{3};
    std::size_t row_cache_bytes{32U << 20U};  // SQLite only, where one process owns the store
    std::size_t batch_rows{100};              // rows per statement
    Millis last_states_every{1'000};          // between two writes of the last states of jobs, see JobSearch
    std::size_t queue_limit{100'000};         // waiting writes; further ones fail as unavailable
    Nodes nodes{Nodes::one};                  // always `one` with SQLite
    bool messages{false};            // also write messages about changes and outcomes for the message queue
    Seconds lease{5};                // of a node; also how long a silent session keeps its locks
    std::size_t jobs_per_tenant{0};  // 0: unlimited; further jobs are denied with the field "limit_jobs"
    /// 0: unlimited; writes that exceed it are denied with the field "limit_bytes", and outcomes lose their
    /// payload; see read_bytes().
    std::size_t bytes_per_tenant{0};
    /// For a database that the store creates; an existing one keeps its number of shards.
    std::size_t new_shards{1};
    Millis claim_ahead{250};  // a claim's watermark may exceed the store's clock by this much plus one second
};

}  // namespace ecron::store
