#include "store/admin/tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "store/election/file_lock.hpp"
#include "store/sql/migrations.hpp"

namespace ecron::store {

namespace {

bool is_left_out(std::string_view table) { return table == "t_cron_schema" || table == "t_cron_node"; }

char type_of(std::string declared) {
    std::ranges::transform(declared, declared.begin(), [](unsigned char c) { return std::tolower(c); });
    if (declared.contains("int")) return 'i';
    return declared.contains("blob") ? 'b' : 's';  // varbinary: a text that is compared exactly
}

}  // namespace

std::vector<Table> read_tables(Session& session) {
    std::vector<Table> tables;
    session.stream(session.dialect().texts.columns_query, 3, [&](StreamedRow row) {
        if (is_left_out(row[0])) return;
        if (tables.empty() || tables.back().name != row[0]) tables.push_back({std::string{row[0]}, {}, {}});
        tables.back().columns.emplace_back(row[1]);
        tables.back().types += type_of(std::string{row[2]});
    });
    return tables;
}

bool has_own_tables(Session& session) {
    return std::ranges::any_of(read_tables(session),
                               [](const Table& table) { return table.name == "t_cron_meta"; });
}

int schema_version(Session& session) {
    if (!has_own_tables(session)) return 0;
    Statement& read = session.prepare("select coalesce(max(f_version), 0) from t_cron_schema", "", "i");
    read.first();
    return static_cast<int>(read.integer(0));
}

int newest_schema(Driver driver) { return migrations(driver).back().version; }

Result<void> find_file(const Options& options) {
    std::error_code unreadable;
    if (!dialect_of(options.driver).flags.owned_by_one_process) return {};
    if (std::filesystem::exists(options.path, unreadable)) return check_database_file(options.path);
    return fail(Errc::not_found, fmt::format("there is no database at {}", options.path));
}

void begin_snapshot(Session& session) {
    for (const std::string_view statement : session.dialect().begin_snapshot()) session.run(statement);
}

}  // namespace ecron::store
