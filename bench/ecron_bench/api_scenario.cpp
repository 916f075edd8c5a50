#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <future>

#include "bare/beast_server.hpp"
#include "bare/load_client.hpp"
#include "ecron/base/uuid.hpp"
#include "ecron_bench/installation.hpp"
#include "ecron_bench/scenarios.hpp"
#include "ecron_bench/statistics.hpp"

namespace ecron::bench {
namespace {

constexpr std::size_t kInsertConnections = 16;

/// The results of one request in all rounds, and of its limit.
class Comparison {
public:
    void round(const LoadResult& ecron, double bare) {
        rates_.push_back(ecron.per_second);
        bare_.push_back(bare);
        ratios_.push_back(ecron.per_second / bare);
        p99_.push_back(static_cast<double>(ecron.p99.count()) / 1'000);
        failures_ += ecron.failures;
        requests_ += ecron.requests;
    }
    void write(Report& report, const std::string& name, const std::string& limit_name,
               std::optional<Target> target) const {
        report.add(
            {name, median(rates_), "req/s", Limit{limit_name, median(bare_), median(ratios_)}, target});
        report.add({"  its p99", median(p99_), "ms"});
        report.check("every response to " + name + " was 2xx", failures_ == 0,
                     fmt::format("{} of {} failed", failures_, requests_));
    }
    [[nodiscard]] std::uint64_t requests() const { return requests_; }

private:
    std::vector<double> rates_, bare_, ratios_, p99_;
    std::uint64_t failures_{0};
    std::uint64_t requests_{0};
};

class ApiScenario {
public:
    ApiScenario(const Options& options, Report& report)
        : options_(options),
          report_(report),
          installation_(options, options.jobs),
          ecron_(installation_.start()) {}

    void run() {
        compare_get("GET /health/alive", {"/health/alive"}, at_least(0.85));
        std::vector<std::string> paths;
        installation_.connect()->read("select f_job_id from t_cron_job", [&paths](Fields fields) {
            paths.push_back(fmt::format("{}/job?job_id={}", kApi, fields[0]));
        });
        compare_get("GET /job?job_id=", paths, at_least(options_.driver == Driver::mysql ? 0.25 : 0.4));
        compare_post();
        ecron_->stop();
    }

private:
    LoadResult load(std::uint16_t port, AppendRequest append) const {
        return run_load({.port = port,
                         .connections = options_.connections,
                         .duration = options_.seconds,
                         .append_request = std::move(append)});
    }

    /// The bare server responds with ecron's body.
    void compare_get(const std::string& name, const std::vector<std::string>& paths, Target target) {
        std::vector<std::string> requests;
        for (const std::string& path : paths) requests.push_back(get_request(path));
        const AppendRequest append = [&requests](std::string& out, std::uint64_t number) {
            out += requests[number % requests.size()];
        };
        const BeastServer bare{ecron_->api().get(paths.front())};
        Comparison comparison;
        for (std::size_t round = 0; round < options_.repeat; ++round) {
            const double limit = load(bare.port(), append).per_second;
            comparison.round(load(ecron_->port(), append), limit);
        }
        comparison.write(report_, name, "bare Beast server, same body", target);
    }

    void compare_post() {
        const auto connection = installation_.connect();
        connection->create_like("bench_job", "t_cron_job");
        const std::string path = fmt::format("{}/job", kApi);
        std::atomic<std::uint64_t> sent{0};
        const AppendRequest append = [&](std::string& out, std::uint64_t) {
            append_post_request(out, path, idle_job(fmt::format("posted-{}", ++sent), ""));
        };
        const auto stored = [&connection] {
            return std::stoull(
                connection->value("select count(*) from t_cron_job where f_job_name like 'posted-%'"));
        };
        Comparison comparison;
        ServerWork server;
        std::uint64_t created = 0;
        for (std::size_t round = 0; round < options_.repeat; ++round) {
            const double limit = insert_singly();
            const auto before = server_work(*connection, options_.driver);
            const std::uint64_t sent_before = sent;
            comparison.round(load(ecron_->port(), append), limit);
            if (before) server = *server_work(*connection, options_.driver) - *before;
            created = sent - sent_before;
        }
        const bool mysql = options_.driver == Driver::mysql;
        comparison.write(report_, "POST /job",
                         fmt::format("bare single-row inserts, {} connections", inserters()),
                         mysql ? std::optional{at_least(1.0)} : std::nullopt);
        if (mysql) add_server_work(report_, "POST /job, for each", server, static_cast<double>(created));
        const std::uint64_t rows = stored();
        report_.check("every job acknowledged with 201 is stored",
                      rows >= comparison.requests() && rows <= sent,
                      fmt::format("{} counted answers, {} rows, {} requests sent", comparison.requests(),
                                  rows, sent.load()));
    }

    /// SQLite has a single writer: more connections would only wait for each other.
    [[nodiscard]] std::size_t inserters() const {
        return options_.driver == Driver::mysql ? kInsertConnections : 1;
    }

    /// Returns rows per second into a table of the same columns and indexes, one commit per row.
    [[nodiscard]] double insert_singly() const {
        const Table table = job_table("bench_job");
        std::string columns;
        for (const std::string& column : table.columns) columns += (columns.empty() ? "" : ", ") + column;
        const Row model =
            installation_.connect()->rows("select " + columns + " from t_cron_job limit 1").front();
        std::atomic<std::uint64_t> inserted{0};
        const auto begin = std::chrono::steady_clock::now();
        const auto end = begin + options_.seconds;
        const auto insert = [&] {
            const auto connection = installation_.connect();
            Row row = model;
            while (std::chrono::steady_clock::now() < end) {
                row[kJobIdColumn] = random_uuid();
                row[kJobNameColumn] = row[kJobIdColumn];
                connection->insert(table, {&row, 1});
                ++inserted;
            }
        };
        std::vector<std::future<void>> threads;
        for (std::size_t i = 0; i < inserters(); ++i)
            threads.push_back(std::async(std::launch::async, insert));
        for (std::future<void>& thread : threads) thread.get();
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
        return static_cast<double>(inserted) / took.count();
    }

    const Options& options_;
    Report& report_;
    Installation installation_;
    std::unique_ptr<EcronProcess> ecron_;
};

}  // namespace

void measure_api(const Options& options, Report& report) { ApiScenario{options, report}.run(); }

}  // namespace ecron::bench
