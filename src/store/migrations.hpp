#pragma once
#include <span>
#include <string>
#include <string_view>

#include "store/session.hpp"

/// The schema, brought up to date at start. Migrations are the files sql/<dialect>/NNNN_name.sql, embedded in
/// the binary and applied in order under a lock, each once; t_cron_schema remembers them.
namespace ecron::store {

struct Migration {
    int version;
    std::string_view name;
    std::string_view text;
};
/// In order; the CMake file makes them from sql/.
std::span<const Migration> migrations(Driver driver);

/// The oldest binary that may work on a schema with this migration: the file's line "-- min_binary: X.Y.Z".
Result<int> min_binary(std::string_view migration_text);
/// "1.2.3" as a number that compares.
Result<int> binary_number(std::string_view version);
/// The statements of a file, without comments, their lines kept.
std::vector<std::string> statements(std::string_view migration_text);
/// Runs one statement. MySQL commits changes of the schema one by one, so an interrupted migration, or an old
/// database, may have some of them: an ALTER of several clauses (a line each) is then done clause by clause,
/// and what there is already is left.
void run_migration_statement(Session& session, const std::string& statement);

/// Applies what is missing; refuses a schema that needs a newer binary than this one. Newer migrations that
/// allow this binary are left alone, so that a rolling upgrade works. Answers the id key that the first
/// migration made.
Result<std::string> migrate(Session& session);

}  // namespace ecron::store
