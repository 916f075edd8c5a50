#pragma once
#include <chrono>
#include <cstddef>

#include "ecron_bench/database.hpp"
#include "ecron_bench/statistics.hpp"

namespace ecron::bench {

/// The columns of an execution that ecron writes.
Table execution_table(std::string name);

/// The parts of a durable run, each measured alone at the speed of its library: inserting the row, updating
/// the row, making the request.
struct SerialBound {
    double inserts_per_second{};
    double updates_per_second{};
    double requests_per_second{};
    /// All parts sequentially in one thread.
    [[nodiscard]] double runs_per_second() const {
        return 1 / (1 / inserts_per_second + 1 / updates_per_second + 1 / requests_per_second);
    }
};

/// Writes batches of rows like executions, for which a model row must exist, into a separate table; then
/// sends POST requests to a target in this process, 64 in flight.
SerialBound measure_serial_bound(Connection& connection, std::chrono::seconds each);

/// Lateness (ms) of one asio::steady_timer for due times at that rate, random and in whole milliseconds like
/// those of runs.
Distribution measure_bare_timer(std::size_t rate, std::chrono::seconds duration);

}  // namespace ecron::bench
