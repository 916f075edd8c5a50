#pragma once
#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>

#include "ecron/store/audit.hpp"
#include "ecron/store/election.hpp"
#include "ecron/store/execution_queries.hpp"
#include "ecron/store/executions.hpp"
#include "ecron/store/history.hpp"
#include "ecron/store/jobs.hpp"
#include "ecron/store/listings.hpp"
#include "ecron/store/messages.hpp"
#include "ecron/store/options.hpp"
#include "ecron/store/outbox.hpp"
#include "ecron/store/pauses.hpp"

/// Durable state: jobs, executions, attempts, the change log, watermarks and the outbox, in SQLite or
/// MySQL/MariaDB.
///
/// Threads: every call is made on the io_context's thread and completes there; SQL runs on the store's own
/// threads: one writer and a few readers. Writes that wait while a transaction runs share the next
/// transaction (group commit); a write completes after its commit. Waiting reads by key share one statement.
/// Errors: unavailable (the database is unreachable or too slow; nothing was stored unless the text says
/// otherwise), conflict, not_found, too_large; internal for unexpected errors. Error texts contain neither
/// SQL nor values.
namespace ecron::store {

class Insights;  // insights.hpp

/// Why the database refuses writes although it responds.
enum class WriteRefusal : std::uint8_t { none, disk_full, read_only };

struct Health {
    bool available{false};
    Driver driver{Driver::sqlite};
    std::string version{};  // of the server, or of the library; empty until the database has been opened
    WriteRefusal writes_refused{WriteRefusal::none};  // reset to `none` by the next successful write
    std::string problem{};
    Instant since{};
    std::size_t writes_waiting{};
    std::size_t reads_waiting{};
};

/// Counters since start, for metrics.
struct Statistics {
    std::uint64_t transactions{}, rows_written{}, rows_read{}, retries{}, reconnects{}, failures{};
    double commit_seconds{};
};

/// The ports of one database. They live as long as the store; a test double sets those that it implements.
struct Store {
    /// Connects, locks the file (SQLite: a second process is refused with an error that names the holder) and
    /// migrates the schema. Blocks; must be called before the io_context runs. Errors for MySQL: unavailable
    /// if the server is unreachable, so that the caller can retry; denied if it refuses the user, the schema
    /// or a required right.
    static Result<std::unique_ptr<Store>> open(boost::asio::io_context& io, Options options,
                                               const Clock& clock);
    /// The same without blocking, for MySQL: until the server is reachable and its schema is up to date, all
    /// calls fail as unavailable; the store retries in the background with back-off. `failed` is called on
    /// the io_context's thread, once, if this process can never use the database (a schema that needs a newer
    /// version). SQLite: same as open().
    using Failed = std::function<void(const Error&)>;
    static Result<std::unique_ptr<Store>> open_in_background(boost::asio::io_context& io, Options options,
                                                             const Clock& clock, Failed failed);
    virtual ~Store() = default;
    virtual void close() = 0;  // finishes what waits, then ends the threads
    [[nodiscard]] virtual Health health() const = 0;
    [[nodiscard]] virtual Statistics statistics() const = 0;

    Election* election{};
    JobStore* jobs{};
    ChangeLog* changes{};
    ExecutionStore* executions{};
    ExecutionReports* reports{};
    ExecutionQueries* queries{};
    Listings* listings{};
    Insights* insights{};
    Pauses* pauses{};
    Outbox* outbox{};
    DeadLetters* dead_letters{};
    MessageQueue* messages{};
    AuditLog* audit{};
    Retention* retention{};
    Usage* usage{};
};

}  // namespace ecron::store
