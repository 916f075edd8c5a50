#include "ecron_bench/fire_limits.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <fmt/format.h>
#include <algorithm>
#include <random>

#include "bare/curl_loop.hpp"
#include "bare/target_server.hpp"
#include "ecron/base/time.hpp"
#include "ecron/base/uuid.hpp"

namespace ecron::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kBatch = 100;  // rows per statement: more is not faster
constexpr std::size_t kIds = 400'000;
constexpr std::size_t kIdColumn = 0;
constexpr std::size_t kEndColumn = 6;
constexpr std::uint64_t kRequests = 100'000;

}  // namespace

Table execution_table(std::string name) {
    return {std::move(name),
            {"f_execute_id", "f_job_id",   "f_job_type",      "f_job_name", "f_job_status", "f_begin_time",
             "f_end_time",   "f_executor", "f_execute_times", "f_ext_info", "f_tenant_id",  "f_is_deleted",
             "f_job_key",    "f_trigger",  "f_nominal",       "f_due",      "f_attempt",    "f_losses",
             "f_accepted",   "f_node",     "f_epoch",         "f_revision", "f_result",     "f_snapshot"}};
}

namespace {

/// Ids like those of scheduled executions: the first bits follow the clock, the others are random.
std::vector<std::string> execute_ids() {
    constexpr std::size_t kPerMillisecond = 5;
    const std::string key = random_bytes(32);
    const Instant begin = SystemClock{}.now();
    std::vector<std::string> ids(kIds);
    for (std::size_t i = 0; i < kIds; ++i)
        ids[i] = keyed_uuid(key, std::to_string(i),
                            begin + Millis{static_cast<std::int64_t>(i / kPerMillisecond)});
    std::ranges::sort(ids);
    return ids;
}

struct Written {
    std::size_t rows{};
    double per_second{};
};

/// Calls `write(first)` for each batch until the time has elapsed or `most` rows are written.
template <class Write> Written write_batches(std::chrono::seconds duration, std::size_t most, Write write) {
    Written written;
    const Clock::time_point begin = Clock::now();
    while (Clock::now() - begin < duration && written.rows + kBatch <= most) {
        write(written.rows);
        written.rows += kBatch;
    }
    written.per_second =
        static_cast<double>(written.rows) / std::chrono::duration<double>(Clock::now() - begin).count();
    return written;
}

}  // namespace

SerialBound measure_serial_bound(Connection& connection, std::chrono::seconds each) {
    const Table table = execution_table("bench_execution");
    connection.create_like(table.name, "t_cron_job_status");
    std::string columns;
    for (const std::string& column : table.columns) columns += (columns.empty() ? "" : ", ") + column;
    const Row model = connection.rows("select " + columns + " from t_cron_job_status limit 1").at(0);
    const std::vector<std::string> ids = execute_ids();
    std::vector<Row> rows(kBatch, model);
    const auto take_ids = [&](std::size_t first) {
        for (std::size_t i = 0; i < kBatch; ++i) rows[i][kIdColumn] = ids[first + i];
    };

    SerialBound bound;
    const Written inserted = write_batches(each, kIds, [&](std::size_t first) {
        take_ids(first);
        connection.insert(table, rows);
    });
    bound.inserts_per_second = inserted.per_second;

    const std::vector<std::string> changed{"f_job_status", "f_end_time", "f_executor", "f_execute_times",
                                           "f_ext_info"};
    for (Row& row : rows) row[kEndColumn] = std::to_string(to_unix_seconds(SystemClock{}.now()) + 1);
    bound.updates_per_second = write_batches(each, inserted.rows, [&](std::size_t first) {
                                   take_ids(first);
                                   connection.upsert(table, rows, "f_execute_id", changed);
                               }).per_second;
    connection.execute("drop table bench_execution");

    const TargetServer target;
    bound.requests_per_second =
        run_curl_loop({.url = fmt::format("http://127.0.0.1:{}/bare", target.port()),
                       .body = R"({"report":"daily","recipients":["a@example.com","b@example.com"]})",
                       .requests = kRequests})
            .per_second;
    return bound;
}

Distribution measure_bare_timer(std::size_t rate, std::chrono::seconds duration) {
    std::mt19937_64 random{1};
    std::uniform_int_distribution<std::int64_t> millisecond{0, Millis{duration}.count() - 1};
    std::vector<Clock::time_point> due(rate * static_cast<std::size_t>(duration.count()));
    const Clock::time_point begin = Clock::now() + Millis{10};
    for (Clock::time_point& at : due) at = begin + Millis{millisecond(random)};
    std::ranges::sort(due);

    boost::asio::io_context io{1};
    boost::asio::steady_timer timer{io};
    std::vector<double> lateness;
    lateness.reserve(due.size());
    std::size_t next = 0;
    const std::function<void()> arm = [&] {
        if (next == due.size()) return;
        timer.expires_at(due[next]);
        timer.async_wait([&](boost::system::error_code) {
            for (const Clock::time_point now = Clock::now(); next < due.size() && due[next] <= now; ++next)
                lateness.push_back(std::chrono::duration<double, std::milli>(now - due[next]).count());
            arm();
        });
    };
    arm();
    io.run();
    return distribution(std::move(lateness));
}

}  // namespace ecron::bench
