#pragma once
#include <functional>
#include <iosfwd>

#include "ecron/store/change_log.hpp"
#include "ecron/store/options.hpp"

/// Maintenance of a database outside the service. Every function opens its own sessions and blocks; none
/// needs an io_context. Errors: as for Store; invalid if a file is not an export.
namespace ecron::store {

/// Whether a process could open this SQLite database now; always, for a server. Changes nothing. Errors:
/// invalid if the file is another kind of file, denied if it cannot be written, conflict if another process
/// uses it (the text names it).
Result<void> check_free(const Options& options);

/// Migrates the schema to the current version, as every start does.
Result<void> migrate(const Options& options, const Clock& clock);

/// Changes the number of shards, 1 to kMaxShards; blocks. New shards start at the oldest watermark and
/// change number of the old ones. Error: conflict if a node is alive.
Result<void> set_shards(const Options& options, std::size_t shards, const Clock& clock);

/// Checks data integrity; returns one line with an example for each violated invariant. Reads a consistent
/// snapshot; nodes may be running. Error: not_found if there is no database or its schema is not up to date.
Result<std::vector<std::string>> check(const Options& options, const Clock& clock);

/// Corrects derived values: the counters of tenants (unless the context of a job is damaged), times that are
/// NULL, ext_info that differs from the corresponding column. Returns one line for each kind that was
/// corrected; nodes may be running. Errors: as for check().
Result<std::vector<std::string>> repair(const Options& options, const Clock& clock);

/// Calls `each` for every enabled job of the previous service that ecron has not written since. Also works
/// with the previous service's schema. No calls if there is no database.
Result<void> each_old_job(const Options& options, const Clock& clock,
                          const std::function<void(const StoredPlan&)>& each);

/// Returns true if there are executions of the previous service that began before the instant. Also works
/// with the previous service's schema; returns false if there is no database.
Result<bool> has_old_history(const Options& options, const Clock& clock, Instant before);

/// Contents of an export. An export consists of lines of JSON: a header; for each table its name and columns,
/// then its rows as arrays; and a last line with the number of rows, which reveals truncation. It can be
/// imported into either database.
enum class ExportScope : std::uint8_t {
    jobs,  // without planning state: the jobs start at the time of the first start after the import
    all,   // also executions, attempts, outbox, change log, watermarks and keys
};

/// Writes a consistent snapshot of the store; nodes may be running. Returns the number of rows.
Result<std::uint64_t> export_store(const Options& options, const Clock& clock, ExportScope what,
                                   std::ostream& to);
/// Fills a store that contains neither jobs nor executions, in one transaction. Returns the number of rows.
/// Error: conflict if the store is not empty or a node is running.
Result<std::uint64_t> import_store(const Options& options, const Clock& clock, std::istream& from);

}  // namespace ecron::store
