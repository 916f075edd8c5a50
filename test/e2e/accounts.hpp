#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "e2e/database.hpp"
#include "e2e/target.hpp"

namespace ecron::e2e {

/// What became of the planned runs of jobs that run each second: every instant since a job was made, up to
/// its last row, must be one row or counted in one summary.
struct Account {
    std::int64_t jobs{}, planned{}, rows{}, missed{};
    std::int64_t lost{}, doubled{};         // instants told by nothing, or more than once
    std::int64_t repeated{};                // further attempts, of executions whose process died
    std::int64_t calls{}, calls_doubled{};  // at the target: the same attempt twice
    std::int64_t unknown{};                 // calls without a row
    std::int64_t never_called{};            // rows that tell success, without a call
    std::int64_t unfinished{};              // rows that tell neither success nor that they still wait
    std::vector<std::string> examples;      // of what is wrong
    [[nodiscard]] bool clean() const {
        return lost == 0 && doubled == 0 && calls_doubled == 0 && unknown == 0 && never_called == 0 &&
               unfinished == 0;
    }
};

/// Of the jobs whose name begins with `prefix` and that call `path`. ecron must not run.
Account account(const Database& database, const Target& target, const std::string& prefix,
                const std::string& path);

}  // namespace ecron::e2e
