#include "ecron_bench/database.hpp"

#include <stdexcept>

namespace ecron::bench {

std::vector<Row> Connection::rows(const std::string& sql) {
    std::vector<Row> rows;
    read(sql, [&rows](Fields fields) {
        Row& row = rows.emplace_back();
        for (const std::string_view field : fields)
            row.push_back(field.data() == nullptr ? std::nullopt : std::optional{std::string{field}});
    });
    return rows;
}

std::string Connection::value(const std::string& sql) {
    const std::vector<Row> found = rows(sql);
    if (found.empty() || found.front().empty()) throw std::runtime_error("no row for: " + sql);
    return found.front().front().value_or("");
}

std::optional<ServerWork> server_work(Connection& connection, Driver driver) {
    if (driver == Driver::sqlite) return std::nullopt;
    ServerWork work;
    const auto take = [&work](Fields fields) {
        const double value = std::stod(std::string{fields[1]});
        if (fields[0] == "Questions") work.statements = value;
        if (fields[0] == "Com_commit") work.transactions = value;
        if (fields[0] == "Bytes_received") work.received = value;
        if (fields[0] == "Bytes_sent") work.sent = value;
    };
    connection.read(
        "show global status where variable_name in ('Questions', 'Com_commit', "
        "'Bytes_received', 'Bytes_sent')",
        take);
    return work;
}

std::unique_ptr<Database> Database::create(Driver driver, const std::string& folder) {
    return driver == Driver::mysql ? detail::create_mysql() : detail::create_sqlite(folder);
}

std::string detail::insert_head(const Table& table) {
    std::string sql = "insert into " + table.name + " (";
    for (const std::string& column : table.columns) sql += (sql.back() == '(' ? "" : ", ") + column;
    return sql + ") values ";
}

}  // namespace ecron::bench
