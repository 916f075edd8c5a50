#pragma once
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <string>
#include <vector>

#include "ecron/store/store.hpp"

/// What is done to a database beside serving from it. Everything here opens sessions of its own and blocks;
/// none of it needs an io_context. Errors: as the store's; invalid for a file that is no export.
namespace ecron::store {

/// Brings the schema up to date, as every start does.
Result<void> migrate(const Options& options, const Clock& clock);

/// Every promise that the store breaks, a line each with an example. Reads one instant of it while nodes may
/// be at work. not_found: there is no database there, or its schema is not up to date.
Result<std::vector<std::string>> check(const Options& options, const Clock& clock);

/// Corrects what follows from other rows: the counters of tenants, times that are NULL, ext_info that differs
/// from the column beside it. A line for each kind that was found; nodes may be at work. Errors as check().
Result<std::vector<std::string>> repair(const Options& options, const Clock& clock);

/// Gives every enabled job that the old service wrote and ecron has not written since. Also where the schema
/// is the old service's. Empty where there is no database.
Result<void> each_old_job(const Options& options, const Clock& clock,
                          const std::function<void(const StoredPlan&)>& each);

/// Whether there are executions of the old service that began before an instant. Also where the schema is the
/// old service's; false where there is no database.
Result<bool> has_old_history(const Options& options, const Clock& clock, Instant before);

/// An export is lines of JSON: a header, for each table its name and columns and then its rows as arrays, and
/// a last line that says how many rows there were, so that one that was cut off can be told. It fits either
/// database.
enum class Saved : std::uint8_t {
    jobs,  // as if no node had ever planned them: what restores them starts at its own now
    all,   // executions, attempts, outbox, change log, watermarks, keys too
};

/// Writes one instant of the store, while nodes may be at work; how many rows.
Result<std::uint64_t> save(const Options& options, const Clock& clock, Saved what, std::ostream& to);
/// Fills a store that holds neither jobs nor executions, in one transaction; how many rows. conflict: it is
/// not empty, or a node works on it.
Result<std::uint64_t> restore(const Options& options, const Clock& clock, std::istream& from);

}  // namespace ecron::store
