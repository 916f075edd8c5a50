#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>
#include <thread>

#include "bare/queue.hpp"
#include "ecron/base/uuid.hpp"
#include "ecron_bench/fire_limits.hpp"
#include "ecron_bench/installation.hpp"
#include "ecron_bench/scenarios.hpp"
#include "ecron_bench/statistics.hpp"

/// Messages through all of ecron: immediate jobs from the broker to their stored executions, statuses from
/// the database to the broker.
namespace ecron::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* kJobs = "cron.topic.immediate.job";
constexpr const char* kStatuses = "cron.topic.job.status";
constexpr std::size_t kStoredTogether = 100;  // rows per statement: more is not faster
constexpr std::size_t kFillRows = 1'000;
constexpr std::size_t kRelayedTogether = 500;
constexpr std::size_t kIdColumn = 0;
constexpr std::chrono::milliseconds kPoll{50};
constexpr std::chrono::milliseconds kAcknowledged{500};  // until the last messages are acknowledged, too
constexpr std::chrono::minutes kPatience{5};

std::string variable(const char* name) {
    const char* const value = std::getenv(name);
    if (value == nullptr)
        throw std::runtime_error(std::string{name} + " is not set: run under scripts/with-queue");
    return value;
}

/// Accepts connections and never responds, so that runs start and do not end.
class HangingTarget {
public:
    HangingTarget() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* const generic = reinterpret_cast<sockaddr*>(&address);
        if (listener_ < 0 || ::bind(listener_, generic, size) != 0 || ::listen(listener_, SOMAXCONN) != 0 ||
            ::getsockname(listener_, generic, &size) != 0)
            throw std::runtime_error("failed to listen as a hanging target");
        port_ = ntohs(address.sin_port);
    }
    ~HangingTarget() { ::close(listener_); }
    HangingTarget(const HangingTarget&) = delete;
    HangingTarget& operator=(const HangingTarget&) = delete;
    [[nodiscard]] std::string job() const {
        return fmt::format(
            R"({{"job_id":"bench","job_name":"bench","job_cron_time":"0 0 1 1 *","job_type":"real-time",)"
            R"("enabled":true,"job_context":{{"mode":"http","exec":"http://127.0.0.1:{}/run","info":)"
            R"({{"method":"POST","headers":{{}},"body":{{"report":"daily"}}}}}}}})",
            port_);
    }

private:
    int listener_;
    std::uint16_t port_{};
};

class MqScenario {
public:
    MqScenario(const Options& options, Report& report)
        : options_(options),
          report_(report),
          kind_(variable("ECRON_TEST_QUEUE")),
          address_(variable("ECRON_TEST_QUEUE_ADDRESS")),
          bare_(BareQueue::make(kind_, address_)) {}

    void run() {
        report_.settings.emplace_back("queue", kind_);
        for (round_ = 0; round_ < options_.repeat; ++round_) {
            const Installation installation{options_, 2};
            measure_in(installation);
            measure_out(installation);
        }
        report_.add({"immediate jobs, from message to stored execution", median(in_), "1/s",
                     Limit{fmt::format("bare consumer, stores {} at a time", kStoredTogether),
                           median(stored_), median(in_ratios_)},
                     options_.driver == Driver::mysql ? std::optional{at_least(0.7)} : std::nullopt});
        report_.add({"  the bare consumer alone", median(bare_in_), "1/s"});
        report_.add({"statuses, from the database to the broker", median(out_), "1/s",
                     Limit{fmt::format("bare relay, {} at a time", kRelayedTogether), median(relayed_),
                           median(out_ratios_)},
                     options_.driver == Driver::mysql ? std::optional{at_least(0.7)} : std::nullopt});
        report_.add({"  the bare publisher alone", median(bare_out_), "1/s"});
        report_.check("every message is one execution", wrong_ == 0,
                      fmt::format("{} rounds were wrong", wrong_));
    }

private:
    [[nodiscard]] std::unique_ptr<EcronProcess> start(const Installation& installation) const {
        return installation.start({{"ECRON_MQ_CONNECTOR_TYPE", kind_}, {"ECRON_MQ_HOST", address_}});
    }
    [[nodiscard]] std::string topic(const char* name) const {
        return fmt::format("bench.{}.{}", name, round_);
    }

    /// The rate between observed increments of the counter, excluding the last one, whose end is unknown;
    /// polling more often would add load.
    double rate_of(EcronProcess& ecron, const std::string& counter) const {
        const auto latest = Clock::now() + kPatience;
        struct Seen {
            double count{0};
            Clock::time_point at{};
        } first, last;
        for (;;) {
            const Seen seen{ecron.find_metric(counter).value_or(0), Clock::now()};
            if (seen.count >= static_cast<double>(options_.jobs) && last.count > first.count)
                return (last.count - first.count) / std::chrono::duration<double>(last.at - first.at).count();
            if (first.count == 0) first = seen;
            last = seen;
            if (seen.at > latest)
                throw std::runtime_error(
                    fmt::format("{} does not increase beyond {:.0f}", counter, seen.count));
            std::this_thread::sleep_for(kPoll);
        }
    }

    void measure_in(const Installation& installation) {
        const HangingTarget target;
        const auto connection = installation.connect();
        bare_->publish(topic("read"), target.job(), options_.jobs);
        bare_in_.push_back(bare_->consume(topic("read"), options_.jobs, kStoredTogether, [](auto) {}));

        bare_->publish(kJobs, target.job(), options_.jobs);
        const auto ecron = start(installation);
        in_.push_back(
            rate_of(*ecron, fmt::format(R"(ecron_mq_messages_total{{topic="{}",event="done"}})", kJobs)));
        std::this_thread::sleep_for(kAcknowledged);
        ecron->kill();
        const std::string rows =
            connection->value("select count(*) from t_cron_job_status where f_job_id = 'bench'");
        wrong_ += rows == std::to_string(options_.jobs) ? 0 : 1;

        measure_stored(*connection, target.job());
        in_ratios_.push_back(in_.back() / stored_.back());
        connection->execute("delete from t_cron_job_status");
    }

    /// Inserts rows like those that ecron has just written into a table of the same columns and indexes.
    void measure_stored(Connection& connection, const std::string& body) {
        const Table table = execution_table("bench_execution");
        connection.create_like(table.name, "t_cron_job_status");
        std::string columns;
        for (const std::string& column : table.columns) columns += (columns.empty() ? "" : ", ") + column;
        const Row model = connection.rows("select " + columns + " from t_cron_job_status limit 1").at(0);
        bare_->publish(topic("store"), body, options_.jobs);
        stored_.push_back(bare_->consume(topic("store"), options_.jobs, kStoredTogether, [&](auto bodies) {
            std::vector<Row> rows(bodies.size(), model);
            for (Row& row : rows) row[kIdColumn] = random_uuid();
            connection.insert(table, rows);
        }));
        connection.execute("drop table bench_execution");
    }

    void measure_out(const Installation& installation) {
        const std::string status = fmt::format(
            R"({{"execute_id":"{}","job_id":"bench","job_name":"bench","job_status":"success","begin_at":)"
            R"("2026-01-01T00:00:00Z","end_at":"2026-01-01T00:00:01Z","executor":"bench","execute_times":1,)"
            R"("ext_info":{{"result":"ok"}},"source":"ecron"}})",
            random_uuid());
        bare_out_.push_back(bare_->publish(topic("write"), status, options_.jobs));
        const auto connection = installation.connect();
        fill_outbox(*connection, status);
        relayed_.push_back(relay(*connection));
        fill_outbox(*connection, status);
        const auto ecron = start(installation);
        out_.push_back(rate_of(
            *ecron, fmt::format(R"(ecron_mq_messages_total{{topic="{}",event="published"}})", kStatuses)));
        ecron->stop();
        out_ratios_.push_back(out_.back() / relayed_.back());
    }

    void fill_outbox(Connection& connection, const std::string& status) const {
        const Table table{"t_cron_message", {"f_topic", "f_key", "f_payload", "f_created"}};
        const std::string now = std::to_string(to_unix_millis(SystemClock{}.now()));
        std::vector<Row> rows;
        for (std::size_t i = 1; i <= options_.jobs; ++i) {
            rows.push_back({kStatuses, random_uuid(), status, now});
            if (rows.size() < kFillRows && i < options_.jobs) continue;
            connection.insert(table, rows);
            rows.clear();
        }
    }

    /// Publishes the rows of the table and deletes them, from this thread; returns messages per second.
    double relay(Connection& connection) const {
        const auto begin = Clock::now();
        for (std::size_t left = options_.jobs; left > 0;) {
            const std::vector<Row> rows =
                connection.rows(fmt::format("select f_id, f_key, f_payload, f_created from t_cron_message "
                                            "where f_topic = '{}' order by f_id limit {}",
                                            kStatuses, kRelayedTogether));
            bare_->publish(topic("relay"), rows.at(0).at(2).value(), rows.size());
            std::string ids;
            for (const Row& row : rows) ids += (ids.empty() ? "" : ",") + row.at(0).value();
            connection.execute("delete from t_cron_message where f_id in (" + ids + ")");
            left -= rows.size();
        }
        return static_cast<double>(options_.jobs) /
               std::chrono::duration<double>(Clock::now() - begin).count();
    }

    const Options& options_;
    Report& report_;
    std::string kind_;
    std::string address_;
    std::unique_ptr<BareQueue> bare_;
    std::size_t round_{0};
    std::vector<double> in_, in_ratios_, bare_in_, stored_, out_, out_ratios_, relayed_, bare_out_;
    std::size_t wrong_{0};
};

}  // namespace

void measure_mq(const Options& options, Report& report) { MqScenario{options, report}.run(); }

}  // namespace ecron::bench
