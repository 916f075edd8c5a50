#include "store/sql/session.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <soci/mysql/soci-mysql.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <charconv>
#include <mutex>

#include "ecron/base/log.hpp"
#include "ecron/base/log_limit.hpp"
#include "ecron/base/utf8.hpp"
#include "ecron/base/uuid.hpp"

namespace ecron::store {

namespace {

constexpr std::size_t kShownOfText = 160;
constexpr Seconds kRecent{1};  // how long a reading of the server's clock is extrapolated
constexpr std::size_t kStatementBytes = 1U << 20U;  // larger ones are not faster
constexpr std::size_t kPacketMargin = 1'024;        // part of a packet besides the statement

/// Rows are combined by an estimate of their size, which escaping may more than double.
std::size_t wanted_bytes(const StatementLimit& limit) { return std::min(kStatementBytes, limit.bytes() / 4); }

/// Equals the server's md5(), a function that MySQL 9 no longer has.
std::string md5_hex(std::string_view bytes) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    // "-fips": also if OpenSSL is configured to prefer FIPS-approved algorithms.
    const std::unique_ptr<EVP_MD, decltype(&EVP_MD_free)> md5(EVP_MD_fetch(nullptr, "MD5", "-fips"),
                                                              &EVP_MD_free);
    if (!md5 || EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, md5.get(), nullptr) != 1)
        throw SqlError(SqlFault::other, 0, "OpenSSL does not provide MD5, which names the advisory locks");
    return to_hex({reinterpret_cast<const char*>(digest.data()), size});
}

/// ecron's own text, without values: only a defect or a missing right leads here. The same statement is tried
/// again and again, from several threads.
void log_refused(const SqlError& problem, const std::string& statement) {
    static std::mutex mutex;
    static log::LineLimit limit{{.lines = 1, .span = Millis{60'000}, .sources = 100}};
    const std::string line = fmt::format("problem=\"{}\" sql=\"{}\"", problem.what(), statement);
    const std::scoped_lock lock{mutex};
    if (limit.takes(line, SystemClock{}.steady())) log::error("statement refused {}", line);
}

bool has_to_write(SessionUse use) {
    return use == SessionUse::write || use == SessionUse::lead || use == SessionUse::lease;
}

}  // namespace

template <class Function> auto Statement::guarded(Function function) {
    try {
        return function();
    } catch (const soci::soci_error& error) {
        failed_ = true;
        SqlError known = dialect_of(driver_).to_sql_error(&session_, error);
        if (known.fault() == SqlFault::other || known.fault() == SqlFault::denied)
            log_refused(known, beginning_);
        if (dialect_of(driver_).is_packet_refusal(known))
            limit_.refused = std::min(limit_.refused, bytes() - 1);
        throw known;
    }
}

Statement::Statement(Driver driver, soci::session& session, const std::string& sql,
                     std::string_view parameters, std::string_view columns, RowCounts& counts,
                     StatementLimit& limit)
    : driver_(driver),
      session_(session),
      beginning_(sql.substr(0, kShownOfText)),
      text_bytes_(sql.size()),
      counts_(counts),
      limit_(limit) {
    guarded([&] {
        statement_ = std::make_unique<soci::statement>(session);
        for (const char type : parameters) {
            Slot& slot = parameters_.emplace_back(Slot{.type = type});
            const Slot& constant = slot;
            if (type == 'i') {
                statement_->exchange(soci::use(constant.number, slot.indicator));
            } else {
                statement_->exchange(soci::use(constant.text, slot.indicator));
            }
        }
        for (const char type : columns) {
            Slot& slot = columns_.emplace_back(Slot{.type = type});
            if (type == 'i') {
                statement_->exchange(soci::into(slot.number, slot.indicator));
            } else {
                statement_->exchange(soci::into(slot.text, slot.indicator));
            }
        }
        statement_->alloc();
        statement_->prepare(sql);
        statement_->define_and_bind();
    });
}

Statement& Statement::operator<<(std::int64_t value) {
    Slot& slot = parameters_.at(next_++);
    assert(slot.type == 'i');
    slot.number = value;
    slot.indicator = soci::i_ok;
    return *this;
}

Statement& Statement::operator<<(std::string_view value) {
    Slot& slot = parameters_.at(next_++);
    assert(slot.type != 'i');
    slot.text.clear();
    if (slot.type == 't')
        append_valid_utf8(slot.text, value);
    else
        slot.text.assign(value);
    slot.indicator = soci::i_ok;
    return *this;
}

Statement& Statement::operator<<(std::nullptr_t) {
    Slot& slot = parameters_.at(next_++);
    slot.indicator = soci::i_null;
    slot.text.clear();  // from an earlier run: it would be part of the statement
    return *this;
}

std::size_t Statement::bytes() const {
    std::size_t bytes = text_bytes_;
    for (const Slot& slot : parameters_) bytes += dialect_of(driver_).bytes_in_statement(slot.text);
    return bytes + kPacketMargin;
}

void Statement::refuse_if_too_large() const {
    std::size_t most = text_bytes_ + kPacketMargin;  // a cheap upper bound that is usually below the limit
    for (const Slot& slot : parameters_) most += 2 * slot.text.size() + 2;
    if (most <= limit_.bytes() || bytes() <= limit_.bytes()) return;
    throw SqlError(SqlFault::too_long, 0,
                   fmt::format("a statement of {} bytes, limit {}", bytes(), limit_.bytes()));
}

std::size_t Statement::run() {
    assert(next_ == parameters_.size());
    refuse_if_too_large();
    return guarded([&] {
        statement_->execute(columns_.empty());  // SQLite takes no step without this exchange of data
        if (!columns_.empty()) return std::size_t{0};
        const auto rows = static_cast<std::size_t>(statement_->get_affected_rows());
        if (!parameters_.empty())
            counts_.written += rows;  // SQLite repeats the last number for other statements
        return rows;
    });
}

bool Statement::fetch() {
    return guarded([&] {
        const bool found = statement_->fetch();
        if (found) ++counts_.read;
        return found;
    });
}

bool Statement::first() {
    run();
    if (!fetch()) return false;
    // Reads to the end, so that SQLite does not keep a snapshot open. The values of the row stay in place
    // only if no other row follows; therefore statements that request the first row select exactly one.
    [[maybe_unused]] const bool more = fetch();
    assert(!more);
    return true;
}

std::int64_t Statement::integer(std::size_t column) const {
    return columns_[column].indicator == soci::i_ok ? columns_[column].number : 0;
}

const std::string& Statement::text(std::size_t column) const {
    static const std::string empty;
    return columns_[column].indicator == soci::i_ok ? columns_[column].text : empty;
}

Session::Session(const Options& options, SessionUse use, const Clock& clock)
    : options_(options),
      use_(use),
      clock_(clock) {
    reconnect();
}

Session::~Session() { disconnect(); }

void Session::disconnect() {
    asked_at_.reset();
    lock_prefix_.clear();
    statements_.clear();
    rows_statements_.clear();
    session_.reset();
}

void Session::reconnect() {
    disconnect();
    try {
        session_ =
            std::make_unique<soci::session>(dialect().factory(), dialect().connect_string(options_, use_));
    } catch (const soci::soci_error& error) {
        throw dialect().to_sql_error(nullptr, error);
    }
    try {
        for (const std::string& setting : dialect().session_settings(options_, use_)) run(setting);
        if (const std::string_view asked = dialect().texts.key_step_query; !asked.empty()) {
            Statement& step = prepare(asked, "", "i");
            if (step.first()) key_step_ = step.integer(0);
        }
        if (const std::string_view asked = dialect().texts.statement_limit_query; !asked.empty()) {
            Statement& limit = prepare(asked, "", "i");
            if (limit.first()) limit_.server = static_cast<std::size_t>(limit.integer(0));
        }
        if (const std::string_view asked = dialect().texts.cipher_query;
            !asked.empty() && !options_.ca_file.empty()) {
            Statement& cipher = prepare(asked, "", "ss");
            if (!cipher.first() || cipher.text(1).empty())
                throw SqlError(SqlFault::denied, 0, "the server does not offer TLS, but db_ca_file is set");
        }
        if (has_to_write(use_)) refuse_read_only_server();
    } catch (const SqlError&) {
        disconnect();
        throw;
    }
}

void Session::refuse_read_only_server() {
    const std::string_view expression = dialect().texts.read_only_expression;
    if (expression.empty()) return;
    Statement& ask = prepare(fmt::format("select {}", expression), "", "i");
    ask.first();
    if (ask.integer(0) != 0) throw SqlError(SqlFault::read_only, 0, "the server is read-only");
}

Statement& Session::prepare(std::string_view sql, std::string_view parameters, std::string_view columns) {
    if (!session_) throw SqlError(SqlFault::lost, 0, "not connected");
    auto found = statements_.find(sql);
    if (found != statements_.end() && found->second->failed()) {
        statements_.erase(found);
        found = statements_.end();
    }
    if (found == statements_.end()) {
        std::string text(sql);
        auto made = std::make_unique<Statement>(options_.driver, *session_, text, parameters, columns,
                                                counts_, limit_);
        found = statements_.emplace(std::move(text), std::move(made)).first;
    }
    return found->second->start();
}

void Session::run(std::string_view sql) {
    if (!session_) throw SqlError(SqlFault::lost, 0, "not connected");
    Statement(options_.driver, *session_, std::string(sql), {}, {}, counts_, limit_).run();
}

Statement& Session::rows_statement(const Rows& shape, std::size_t count) {
    const auto key = std::pair<const void*, std::size_t>(&shape, count);
    auto found = rows_statements_.find(key);
    if (found != rows_statements_.end() && found->second->failed()) {
        rows_statements_.erase(found);
        found = rows_statements_.end();
    }
    if (found == rows_statements_.end()) {
        std::string sql(shape.head);
        std::string types;
        std::size_t parameter = 0;
        for (std::size_t row = 0; row < count; ++row) {
            if (row > 0) sql += shape.separator;
            sql += shape.row_begin;
            for (std::size_t column = 0; column < shape.types.size(); ++column) {
                if (column > 0) sql += ", ";
                if (shape.types[column] == 'b') sql += dialect().texts.bytes_prefix;
                sql += fmt::format(":p{}", parameter++);
                if (row == 0 && !shape.names.empty()) sql += fmt::format(" as {}", shape.names[column]);
            }
            sql += shape.row_end;
            types += shape.types;
        }
        sql += shape.tail;
        auto made = std::make_unique<Statement>(options_.driver, *session_, sql, types, "", counts_, limit_);
        found = rows_statements_.emplace(key, std::move(made)).first;
    }
    return found->second->start();
}

/// Each statement costs a round trip, and each statement length is prepared and kept. Therefore: any number
/// of rows up to a limit, then multiples of eight, then the remainder.
static std::size_t rows_of_next_statement(std::size_t fit, std::size_t most) {
    constexpr std::size_t kAnyLength = 64;
    constexpr std::size_t kStep = 8;
    return fit == most || fit <= kAnyLength ? fit : fit - fit % kStep;
}

void Session::run_in_statements(const Rows& shape, std::size_t count, const BindRow& bind,
                                const RowBytes& bytes,
                                const std::function<void(std::size_t rows, std::size_t changed)>& after) {
    if (!session_) throw SqlError(SqlFault::lost, 0, "not connected");
    const std::size_t most = dialect().rows_per_statement(options_);
    for (std::size_t row = 0; row < count;) {
        std::size_t fit = 0;
        for (std::size_t sum = 0; fit < most && row + fit < count; ++fit) {
            sum += bytes(row + fit);
            if (fit > 0 && sum > wanted_bytes(limit_)) break;
        }
        const std::size_t size = rows_of_next_statement(fit, most);
        Statement& statement = rows_statement(shape, size);
        for (std::size_t i = 0; i < size; ++i) bind(statement, row + i);
        after(size, statement.run());
        row += size;
    }
}

std::size_t Session::run_rows(const Rows& shape, std::size_t count, const BindRow& bind,
                              const RowBytes& bytes) {
    std::size_t changed = 0;
    run_in_statements(shape, count, bind, bytes,
                      [&changed](std::size_t, std::size_t rows) { changed += rows; });
    return changed;
}

std::vector<std::int64_t> Session::insert_rows(const Rows& shape, std::size_t count, const BindRow& bind,
                                               const RowBytes& bytes) {
    std::vector<std::int64_t> keys;
    keys.reserve(count);
    run_in_statements(shape, count, bind, bytes, [&](std::size_t rows, std::size_t) {
        long long key = 0;
        session_->get_last_insert_id("", key);
        for (std::size_t i = 0; i < rows; ++i) keys.push_back(key + static_cast<long long>(i) * key_step_);
    });
    return keys;
}

void Session::begin() {
    commit_unknown_ = false;
    if (const std::string_view text = dialect().begin_text(use_); !text.empty()) prepare(text).run();
}

void Session::commit() {
    try {
        prepare("commit").run();
    } catch (const SqlError& error) {
        commit_unknown_ = error.fault() == SqlFault::lost;
        throw;
    }
}

void Session::rollback() noexcept {
    if (!session_ || !dialect().in_transaction(*session_)) return;
    try {
        run("rollback");
    } catch (const SqlError& error) {
        log::debug("failed to roll back, the transaction ends with its connection: error={}", error.what());
    }
}

std::int64_t integer_of(std::string_view column) {
    std::int64_t value = 0;
    std::from_chars(column.data(), column.data() + column.size(), value);
    return value;
}

std::size_t Session::stream(std::string_view sql, std::size_t columns,
                            const std::function<void(StreamedRow)>& each) {
    if (!session_) throw SqlError(SqlFault::lost, 0, "not connected");
    std::vector<std::string_view> row(columns);
    std::size_t count = 0;
    if (!dialect().flags.buffers_results) {
        Statement statement(options_.driver, *session_, std::string(sql), "", std::string(columns, 's'),
                            counts_, limit_);
        for (statement.run(); statement.fetch(); ++count) {
            for (std::size_t i = 0; i < columns; ++i)
                row[i] = statement.is_null(i) ? std::string_view() : std::string_view(statement.text(i));
            each(row);
        }
        return count;
    }
    MYSQL* connection = static_cast<soci::mysql_session_backend*>(session_->get_backend())->conn_;
    const auto check = [&] {
        const int number = static_cast<int>(mysql_errno(connection));
        if (number != 0) throw dialect().to_sql_error(session_.get(), soci::mysql_soci_error("", number));
    };
    if (mysql_real_query(connection, sql.data(), static_cast<unsigned long>(sql.size())) != 0) check();
    const std::unique_ptr<MYSQL_RES, decltype(&mysql_free_result)> result(mysql_use_result(connection),
                                                                          &mysql_free_result);
    check();
    while (const MYSQL_ROW fields = mysql_fetch_row(result.get())) {
        const unsigned long* lengths = mysql_fetch_lengths(result.get());
        for (std::size_t i = 0; i < columns; ++i)
            row[i] = fields[i] == nullptr ? std::string_view() : std::string_view(fields[i], lengths[i]);
        each(row);
        ++count;
    }
    counts_.read += count;
    check();
    return count;
}

Instant Session::now() {
    const std::string_view expression = dialect().texts.now_expression;
    if (expression.empty()) return clock_.now();
    Statement& statement = prepare(fmt::format("select {}", expression), "", "i");
    statement.first();
    return from_unix_millis(statement.integer(0));
}

Instant Session::recent_now() {
    if (dialect().texts.now_expression.empty()) return clock_.now();
    const SteadyInstant at = clock_.steady();
    if (!asked_at_ || at - *asked_at_ > kRecent) {
        asked_now_ = now();
        asked_at_ = clock_.steady();
    }
    return asked_now_ + std::chrono::floor<Millis>(clock_.steady() - *asked_at_);
}

std::int64_t Session::advance_counter(const Counter& counter, std::int64_t by) {
    Statement& update = prepare(fmt::format("update {} set {} = {} where {}", counter.table, counter.column,
                                            dialect().raised(counter.column), counter.condition),
                                "i");
    update << by;
    update.run();
    if (dialect().flags.raised_is_insert_id) {
        long long value = 0;
        session_->get_last_insert_id("", value);
        return value;
    }
    Statement& read = prepare(
        fmt::format("select {} from {} where {}", counter.column, counter.table, counter.condition), "", "i");
    if (!read.first()) throw SqlError(SqlFault::other, 0, "a counter's row is missing");
    return read.integer(0);
}

std::string Session::lock_name(std::string_view suffix) {
    if (lock_prefix_.empty()) {
        // Hexadecimal, so that the session's character set cannot change the hashed bytes.
        Statement& read = prepare("select hex(database())", "", "s");
        if (!read.first()) throw SqlError(SqlFault::other, 0, "the server does not return the database name");
        lock_prefix_ = fmt::format("ecron/{:.16}/", md5_hex(from_hex(read.text(0))));
    }
    return fmt::format("'{}{}'", lock_prefix_, suffix);
}

std::string placeholders(std::size_t count, std::size_t first) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) text += fmt::format("{}:p{}", i > 0 ? ", " : "", first + i);
    return text;
}

std::size_t list_size(std::size_t count) {
    assert(count <= kLongestList);  // the rest of the list would be ignored
    return std::bit_ceil(std::max<std::size_t>(1, count));
}

}  // namespace ecron::store
