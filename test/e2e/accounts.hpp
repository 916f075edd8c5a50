#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "e2e/database.hpp"
#include "e2e/target.hpp"

namespace ecron::e2e {

/// Audit of the scheduled runs of jobs that run every second: every occurrence from the job's creation to its
/// last row must have exactly one row or be counted in exactly one summary.
struct Account {
    std::int64_t jobs{}, planned{}, rows{}, missed{};
    std::int64_t lost{}, doubled{};         // occurrences without a record, or with more than one
    std::int64_t repeated{};                // additional attempts, of executions whose process was killed
    std::int64_t calls{}, calls_doubled{};  // at the target: the same attempt twice
    std::int64_t unknown{};                 // calls without a row
    std::int64_t never_called{};            // successful rows without a call
    std::int64_t unfinished{};              // rows that are neither successful nor still waiting
    std::vector<std::string> examples;      // of violations
    [[nodiscard]] bool clean() const {
        return lost == 0 && doubled == 0 && calls_doubled == 0 && unknown == 0 && never_called == 0 &&
               unfinished == 0;
    }
};

/// Audits the jobs whose name starts with `prefix` and that call `path`. ecron must not be running.
Account account(const Database& database, const Target& target, const std::string& prefix,
                const std::string& path);

}  // namespace ecron::e2e
