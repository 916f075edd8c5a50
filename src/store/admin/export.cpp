#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "ecron/base/json_writer.hpp"
#include "ecron/store/upkeep.hpp"
#include "store/admin/tables.hpp"
#include "store/migrations_data.hpp"

/// The format of an export is described in upkeep.hpp; import.cpp reads it.
namespace ecron::store {

namespace {

constexpr std::size_t kFlushBytes = 1U << 20U;

/// Returns the jobs alone, without planning state.
std::vector<Table> jobs_only(const std::vector<Table>& tables) {
    constexpr std::array<std::string_view, 3> kPlanning{"f_key_id", "f_revision", "f_effective_from"};
    const auto jobs = std::ranges::find(tables, "t_cron_job", &Table::name);
    Table kept{jobs->name, {}, {}};
    for (std::size_t i = 0; i < jobs->columns.size(); ++i) {
        if (std::ranges::find(kPlanning, jobs->columns[i]) != kPlanning.end()) continue;
        kept.columns.push_back(jobs->columns[i]);
        kept.types += jobs->types[i];
    }
    return {kept};
}

/// Bytes are exported as hexadecimal digits.
std::string select_text(const Table& table) {
    std::string columns;
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
        const std::string& name = table.columns[i];
        columns += columns.empty() ? "" : ", ";
        columns +=
            table.types[i] == 'b' ? fmt::format("case when {0} is not null then hex({0}) end", name) : name;
    }
    // Jobs without exported keys get new ones, in their original order.
    return fmt::format("select {} from {}{}", columns, table.name,
                       table.name == "t_cron_job" ? " order by f_key_id" : "");
}

class LineWriter {
public:
    explicit LineWriter(std::ostream& to) : to_(to) {}
    ~LineWriter() { flush(); }
    LineWriter(const LineWriter&) = delete;
    LineWriter& operator=(const LineWriter&) = delete;

    std::string& line() {
        if (buffer_.size() > kFlushBytes) flush();
        return buffer_;
    }

private:
    void flush() {
        to_.write(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
        buffer_.clear();
    }
    std::ostream& to_;
    std::string buffer_;
};

void write_header(std::string& line, ExportScope what, int schema) {
    JsonWriter json(line);
    json.begin_object()
        .member("ecron_export", std::int64_t{1})
        .member("version", kBinaryVersion)
        .member("schema", std::int64_t{schema})
        .member("scope", what == ExportScope::all ? "all" : "jobs")
        .end_object();
    line += '\n';
}

void write_table(std::string& line, const Table& table) {
    JsonWriter json(line);
    json.begin_object().member("table", table.name).key("columns").begin_array();
    for (const std::string& column : table.columns) json.text(column);
    json.end_array().end_object();
    line += '\n';
}

void write_row(std::string& line, StreamedRow row, const std::string& types) {
    JsonWriter json(line);
    json.begin_array();
    for (std::size_t i = 0; i < row.size(); ++i) {
        if (row[i].data() == nullptr)
            json.null();
        else if (types[i] == 'i')
            json.raw(row[i]);
        else
            json.text(row[i]);
    }
    json.end_array();
    line += '\n';
}

std::uint64_t write_all(Session& session, const std::vector<Table>& tables, LineWriter& writer) {
    std::uint64_t rows = 0;
    for (const Table& table : tables) {
        write_table(writer.line(), table);
        rows += session.stream(select_text(table), table.columns.size(),
                               [&](StreamedRow row) { write_row(writer.line(), row, table.types); });
    }
    return rows;
}

}  // namespace

Result<std::uint64_t> export_store(const Options& options, const Clock& clock, ExportScope what,
                                   std::ostream& to) {
    if (const Result<void> there = find_file(options); !there) return std::unexpected(there.error());
    try {
        Session session(options, SessionUse::migrate, clock);
        const int schema = schema_version(session);
        if (schema == 0) return fail(Errc::not_found, "the database contains no tables of ecron");
        begin_snapshot(session);
        std::vector<Table> tables = read_tables(session);
        if (what == ExportScope::jobs) tables = jobs_only(tables);
        LineWriter writer(to);
        write_header(writer.line(), what, schema);
        const std::uint64_t rows = write_all(session, tables, writer);
        JsonWriter(writer.line()).begin_object().member("rows", static_cast<std::int64_t>(rows)).end_object();
        writer.line() += '\n';
        return rows;
    } catch (const SqlError& error) {
        return std::unexpected(with_address(to_opening_error(error), options));
    }
}

}  // namespace ecron::store
