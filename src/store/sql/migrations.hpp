#pragma once
#include <span>
#include <string>
#include <string_view>

#include "store/sql/session.hpp"

/// Migrates the schema at start. Migrations are the files sql/<dialect>/NNNN_name.sql, embedded in the binary
/// and applied once each, in order, under a lock; t_cron_schema records them.
namespace ecron::store {

struct Migration {
    int version;
    std::string_view name;
    std::string_view text;
};
/// In order; generated from sql/ by the CMake file.
std::span<const Migration> migrations(Driver driver);

/// Returns the oldest binary that may use a schema with this migration, from the file's line "-- min_binary:
/// X.Y.Z".
Result<int> min_binary(std::string_view migration_text);
/// Returns "1.2.3" as a comparable number.
Result<int> binary_number(std::string_view version);
/// Returns the statements of a file without comments; their lines are preserved.
std::vector<std::string> statements(std::string_view migration_text);
/// Runs one statement. MySQL commits schema changes one by one, so after an interrupted migration, or in an
/// old database, some of them may exist already: an ALTER with several clauses (one per line) is then
/// executed clause by clause, and existing objects are kept.
void run_migration_statement(Session& session, const std::string& statement);

/// Applies missing migrations; refuses a schema that needs a newer binary than this one. Newer migrations
/// that permit this binary are left unchanged, which allows rolling upgrades. Returns the id key that the
/// first migration created.
Result<std::string> migrate(Session& session);

}  // namespace ecron::store
