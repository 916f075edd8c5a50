#pragma once
#include <string>
#include <vector>

#include "store/session.hpp"

/// The tables that are ecron's, as the database itself tells them: what copies rows need not know each of
/// them.
namespace ecron::store {

struct Table {
    std::string name;
    std::vector<std::string> columns;
    std::string types;  // of the columns, as Statement has them
};

/// By their names. Without those that belong to the processes of now (nodes) or to the binary (the schema's
/// version).
std::vector<Table> read_tables(Session& session);

/// ecron has created tables here before.
bool has_own_tables(Session& session);
/// The newest migration that was applied, 0 where there is none; and the newest that this binary knows.
int schema_version(Session& session);
int newest_schema(Driver driver);

/// not_found: there is no database file there.
Result<void> find_file(const Options& options);
/// Begins a transaction that reads one instant of the store.
void begin_snapshot(Session& session);

}  // namespace ecron::store
