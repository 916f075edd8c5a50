#pragma once
#include <chrono>
#include <cstddef>

#include "ecron_bench/database.hpp"
#include "ecron_bench/statistics.hpp"

namespace ecron::bench {

/// The columns that ecron writes of an execution.
Table execution_table(std::string name);

/// What a durable run is made of, each part alone and as fast as its library does it: a row inserted, the row
/// updated, a request made.
struct SerialBound {
    double inserts_per_second{};
    double updates_per_second{};
    double requests_per_second{};
    /// One after the other, in one thread.
    [[nodiscard]] double runs_per_second() const {
        return 1 / (1 / inserts_per_second + 1 / updates_per_second + 1 / requests_per_second);
    }
};

/// Batches of rows shaped like executions, which must exist as a model, in a table of their own; then POST
/// requests at a target in this process, 64 in flight.
SerialBound measure_serial_bound(Connection& connection, std::chrono::seconds each);

/// How late (ms) one asio::steady_timer wakes for due instants at that rate, random and in whole milliseconds
/// as those of runs are.
Distribution measure_bare_timer(std::size_t rate, std::chrono::seconds duration);

}  // namespace ecron::bench
