#include <fmt/format.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_to.hpp>
#include <deque>
#include <istream>

#include "ecron/base/uuid.hpp"
#include "ecron/store/upkeep.hpp"
#include "store/admin/exclusive.hpp"
#include "store/admin/tables.hpp"
#include "store/election/file_lock.hpp"
#include "store/retention/history.hpp"
#include "store/sql/migrations.hpp"

namespace ecron::store {

namespace json = boost::json;

namespace {

constexpr std::size_t kRowsHeld = 500;

/// An error in the file; ends the transaction.
struct BadFile {
    std::string what;
};

/// Destination of the rows of one table.
struct Target {
    Target(const Table& from, const std::vector<std::string>& wanted);
    std::string table, head, types;
    Rows shape;
};

Target::Target(const Table& from, const std::vector<std::string>& wanted) : table(from.name) {
    std::string columns;
    for (const std::string& name : wanted) {
        const auto found = std::ranges::find(from.columns, name);
        if (found == from.columns.end()) throw BadFile{fmt::format("{} has no column {:?}", table, name)};
        columns += (columns.empty() ? "" : ", ") + *found;
        types += from.types[static_cast<std::size_t>(found - from.columns.begin())];
    }
    head = fmt::format("insert into {} ({}) values ", table, columns);
    shape = {.head = head, .types = types};
}

class Reader {
public:
    Reader(Session& session, std::istream& from)
        : session_(session),
          from_(from),
          tables_(read_tables(session)) {}

    std::uint64_t run() {
        read_header();
        for (;;) {
            const json::value line = next();
            if (line.is_array()) {
                add(line.get_array());
                continue;
            }
            flush();
            const json::object& object = line.as_object();
            if (!object.contains("rows")) {
                begin_table(object);
                continue;
            }
            if (object.at("rows") != rows_)
                throw BadFile{fmt::format("the last line states {} rows, but the file contains {}",
                                          json::serialize(object.at("rows")), rows_)};
            break;
        }
        find_end();
        if (scope_ == "jobs") finish_jobs();
        return rows_;
    }
    [[nodiscard]] std::uint64_t line() const { return line_; }

private:
    json::value next() {
        std::string text;
        ++line_;
        if (!std::getline(from_, text)) throw BadFile{"unexpected end of file: the export was cut off"};
        return json::parse(text);
    }

    void find_end() {
        for (std::string text; std::getline(from_, text);) {
            ++line_;
            if (text.find_first_not_of(" \t\r") != text.npos)
                throw BadFile{"the file continues after the last line of the export"};
        }
    }

    void read_header() {
        const json::value header = next();
        const json::object* const object = header.if_object();
        if (object == nullptr || !object->contains("ecron_export"))
            throw BadFile{"the file is not an ecron export"};
        const int schema = object->at("schema").to_number<int>();
        if (object->at("ecron_export") != 1 || schema > newest_schema(session_.driver()))
            throw BadFile{fmt::format("the export was written by ecron {}, which is newer than this version",
                                      std::string_view{object->at("version").as_string()})};
        scope_ = object->at("scope").as_string();
    }

    void begin_table(const json::object& object) {
        const std::string_view name = object.at("table").as_string();
        const auto found = std::ranges::find(tables_, name, &Table::name);
        if (found == tables_.end())
            throw BadFile{fmt::format("table {:?} does not exist in this version", name)};
        for (const Target& earlier : targets_)
            if (earlier.table == name) throw BadFile{fmt::format("table {:?} is in the file twice", name)};
        targets_.emplace_back(*found, json::value_to<std::vector<std::string>>(object.at("columns")));
        // Replaces the initial rows of a new store.
        session_.run("delete from " + found->name);
    }

    void add(const json::array& row) {
        if (targets_.empty() || row.size() != targets_.back().types.size())
            throw BadFile{"the number of values in a row differs from the number of columns"};
        if (held_.empty()) held_lines_.clear();
        held_.push_back(row);
        held_lines_.push_back(line_);
        ++rows_;
        if (held_.size() == kRowsHeld) flush();
    }

    void flush() {
        if (held_.empty()) return;
        session_.run("savepoint import_rows");
        try {
            insert(0, held_.size());
        } catch (const SqlError& error) {
            if (!is_refused_row(error)) throw;
            session_.run("rollback to savepoint import_rows");
            find_refused_row();
            throw;
        }
        held_.clear();
    }

    void insert(std::size_t first, std::size_t count) {
        const Target& target = targets_.back();
        session_.run_rows(
            target.shape, count,
            [&](Statement& row, std::size_t i) {
                for (std::size_t column = 0; column < target.types.size(); ++column)
                    bind(row, held_[first + i][column], target.types[column]);
            },
            [&](std::size_t i) { return bytes_of(held_[first + i]); });
    }

    static bool is_refused_row(const SqlError& error) {
        return error.fault() == SqlFault::duplicate || error.fault() == SqlFault::content ||
               error.fault() == SqlFault::too_long;
    }

    /// Inserts the held rows one by one, and names the line of the one that the database refuses.
    void find_refused_row() {
        for (std::size_t i = 0; i < held_.size(); ++i) {
            try {
                insert(i, 1);
            } catch (const SqlError& error) {
                if (!is_refused_row(error)) throw;
                line_ = held_lines_[i];
                if (error.fault() != SqlFault::duplicate) throw BadFile{to_error(error).what};
                throw BadFile{fmt::format("duplicate: {} has a row with the same key above this line",
                                          targets_.back().table)};
            }
        }
    }

    static void bind(Statement& row, const json::value& value, char type) {
        if (value.is_null())
            row << nullptr;
        else if (type == 'i')
            row << value.to_number<std::int64_t>();
        else if (type == 'b')
            row << from_hex(value.as_string());
        else
            row << std::string_view{value.as_string()};
    }

    static std::size_t bytes_of(const json::array& row) {
        std::size_t bytes = 0;
        for (const json::value& value : row) bytes += value.is_string() ? value.get_string().size() : 8;
        return bytes;
    }

    /// Removes planning state: jobs start at the first start of a node, as in a database that was taken over.
    void finish_jobs() {
        session_.run("delete from t_cron_meta where f_key = 'deleted_until'");
        assume_deleted(session_);  // the export does not contain what was deleted before
        session_.run("update t_cron_shard set f_watermark = null");
        session_.run("delete from t_cron_tenant");
        session_.run(
            "insert into t_cron_tenant (f_tenant_id, f_jobs, f_bytes) select coalesce(f_tenant_id, ''), "
            "count(*), cast(coalesce(sum(length(hex(f_job_context))), 0) / 2 as signed) from t_cron_job "
            "group by coalesce(f_tenant_id, ''), hex(coalesce(f_tenant_id, ''))");
    }

    Session& session_;
    std::istream& from_;
    const std::vector<Table> tables_;
    std::string scope_;
    std::deque<Target> targets_;  // prepared statements point to their shapes
    std::vector<json::array> held_;
    std::vector<std::uint64_t> held_lines_;
    std::uint64_t rows_{0}, line_{0};
};

Result<std::uint64_t> read_into(Session& session, std::istream& from) {
    Reader reader(session, from);
    session.begin();
    try {
        const std::uint64_t rows = reader.run();
        session.commit();
        return rows;
    } catch (const BadFile& bad) {
        session.rollback();
        return fail(Errc::invalid, fmt::format("line {}: {}; nothing was imported", reader.line(), bad.what));
    } catch (const std::logic_error&) {  // of Boost.JSON
        session.rollback();
        return fail(Errc::invalid,
                    fmt::format("line {}: a member is missing or has another type; nothing was imported",
                                reader.line()));
    } catch (const boost::system::system_error& error) {
        session.rollback();
        return fail(Errc::invalid,
                    fmt::format("line {}: {}; nothing was imported", reader.line(), error.code().message()));
    }
}

}  // namespace

Result<std::uint64_t> import_store(const Options& options, const Clock& clock, std::istream& from) {
    FileLock file_lock;
    if (const Result<void> taken = file_lock.take(options); !taken) return std::unexpected(taken.error());
    try {
        Session session(options, SessionUse::migrate, clock);
        const Result<std::string> migrated = migrate(session);
        if (!migrated) return std::unexpected(migrated.error());
        Result<void> ready = keep_nodes_away(session);
        if (ready) ready = require_empty(session);
        if (!ready) return std::unexpected(ready.error());
        return read_into(session, from);
    } catch (const SqlError& error) {
        return std::unexpected(with_address(to_opening_error(error), options));
    }
}

Result<void> migrate(const Options& options, const Clock& clock) {
    FileLock file_lock;
    if (const Result<void> taken = file_lock.take(options); !taken) return taken;
    try {
        Session session(options, SessionUse::migrate, clock);
        const Result<std::string> migrated = migrate(session);
        if (!migrated) return std::unexpected(migrated.error());
        return {};
    } catch (const SqlError& error) {
        return std::unexpected(with_address(to_opening_error(error), options));
    }
}

}  // namespace ecron::store
