#pragma once
#include <string>
#include <vector>

#include "store/sql/session.hpp"

/// The tables of ecron as described by the database itself, so that code that copies rows need not know each
/// table.
namespace ecron::store {

struct Table {
    std::string name;
    std::vector<std::string> columns;
    std::string types;  // of the columns, as for Statement
};

/// Returns the tables by name, except those of running processes (nodes) and of the binary (schema version).
std::vector<Table> read_tables(Session& session);

/// Returns true if ecron has created tables in this database before.
bool has_own_tables(Session& session);
/// Returns the newest applied migration (0 if none), and the newest migration known to this binary.
int schema_version(Session& session);
int newest_schema(Driver driver);

/// Error: not_found if there is no database file.
Result<void> find_file(const Options& options);
/// Begins a transaction that reads a consistent snapshot of the store.
void begin_snapshot(Session& session);

}  // namespace ecron::store
