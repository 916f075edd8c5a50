#include <fmt/format.h>

#include <chrono>
#include <functional>
#include <stdexcept>

#include "ecron/base/time.hpp"
#include "ecron_bench/installation.hpp"
#include "ecron_bench/scenarios.hpp"
#include "ecron_bench/statistics.hpp"

/// The look-ups of a page that shows jobs and executions.
namespace ecron::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kRequests = 200;  // per route, unless the time ends first
constexpr std::size_t kNewest = 2;      // executions of each job whose attempts are recorded
constexpr std::int64_t kBetween = 600;  // seconds between two executions of a job
constexpr std::size_t kJudgedJobs = 100'000, kJudgedExecutions = 5'000'000;

/// Executions of all jobs, the newest ones last. Ids ascend, which fills the indexes quickly.
class History {
public:
    History(Connection& connection, const Options& options)
        : connection_(connection),
          batches_(std::max<std::size_t>(1, options.executions / std::max<std::size_t>(1, options.jobs))),
          now_(std::chrono::duration_cast<std::chrono::seconds>(
                   std::chrono::system_clock::now().time_since_epoch())
                   .count()) {}

    /// Returns the number of executions.
    std::size_t fill() {
        for (std::size_t batch = 0; batch < batches_; ++batch) add_executions(batch);
        for (std::size_t batch = batches_ - std::min(batches_, kNewest); batch < batches_; ++batch)
            add_attempts(batch);
        connection_.execute(
            fmt::format("insert into t_cron_job_last (f_job_key, f_tenant_id, f_state) select f_key_id, "
                        "f_tenant_id, {} from t_cron_job",
                        state_of(batches_ - 1)));
        return std::stoul(connection_.value("select count(*) from t_cron_job_status"));
    }

private:
    /// One of a hundred jobs was given up, another one was interrupted.
    [[nodiscard]] static std::string state_of(std::size_t batch) {
        const std::string number = fmt::format("((f_key_id + {}) % 100)", batch);
        return fmt::format("case when {0} = 0 then 5 when {0} = 1 then 4 else 1 end", number);
    }
    [[nodiscard]] static std::string id_of(std::size_t batch) {
        return fmt::format("cast({} + f_key_id as char)", (batch + 1) * 1'000'000'000'000);
    }
    [[nodiscard]] std::int64_t begin_of(std::size_t batch) const {
        return now_ - (static_cast<std::int64_t>(batches_ - batch) * kBetween);
    }

    void add_executions(std::size_t batch) {
        const std::int64_t begin = begin_of(batch);
        connection_.execute(fmt::format(
            "insert into t_cron_job_status (f_execute_id, f_job_id, f_job_type, f_job_name, f_job_status, "
            "f_begin_time, f_end_time, f_executor, f_execute_times, f_ext_info, f_tenant_id, f_is_deleted, "
            "f_job_key, f_trigger, f_nominal, f_due, f_attempt, f_losses, f_accepted, f_node, f_epoch, "
            "f_revision) select {}, f_job_id, f_job_type, f_job_name, {}, {}, {}, "
            "'[{{\"executor_id\":\"node\",\"executed_at\":\"2026-01-01T00:00:00Z\"}}]', 1, "
            "'{{\"tenant_id\":\"mock-client-id\",\"is_deleted\":0}}', f_tenant_id, 0, f_key_id, 1, {}, {}, "
            "1, 0, 0, 'node', 1, f_revision from t_cron_job order by f_key_id",
            id_of(batch), state_of(batch), begin, begin + 2, begin * 1'000, begin * 1'000));
    }

    void add_attempts(std::size_t batch) {
        const std::int64_t begin = begin_of(batch) * 1'000;
        connection_.execute(
            fmt::format("insert into t_cron_attempt (f_execute_id, f_attempt, f_begin, f_end, f_node, "
                        "f_outcome, f_code, f_reason, f_detail, f_output) select {}, 1, {}, {}, 'node', 1, "
                        "200, '', '{{}}', 'ok' from t_cron_job order by f_key_id",
                        id_of(batch), begin + 3, begin + 1'503));
    }

    Connection& connection_;
    std::size_t batches_;
    std::int64_t now_;
};

/// Values of stored rows for the requests.
struct Samples {
    std::vector<std::string> jobs, names, executions;

    explicit Samples(Connection& connection) {
        // Spread over the jobs.
        for (const Row& row : connection.rows("select f_job_id, f_job_name from t_cron_job where f_key_id % "
                                              "503 = 1 order by f_key_id limit 200"))
            jobs.push_back(*row[0]), names.push_back(*row[1]);
        for (const Row& row :
             connection.rows("select f_execute_id from t_cron_job_status order by f_key_id desc limit 200"))
            executions.push_back(*row[0]);
    }
    static const std::string& one(const std::vector<std::string>& of, std::size_t request) {
        return of.at(request % of.size());
    }
};

struct Page {
    std::string route;
    std::function<std::string(std::size_t request)> path;
};

std::vector<Page> pages_of(const Samples& samples) {
    const auto same = [](const std::string& path) { return [path](std::size_t) { return path; }; };
    const auto job = [&samples](const std::string& before, const std::string& after) {
        return [&samples, before, after](std::size_t request) {
            return before + Samples::one(samples.jobs, request) + after;
        };
    };
    const auto name = [&samples](const std::string& before) {
        return
            [&samples, before](std::size_t request) { return before + Samples::one(samples.names, request); };
    };
    const auto execution = [&samples](const std::string& after) {
        return [&samples, after](std::size_t request) {
            return "/jobexecution/" + Samples::one(samples.executions, request) + after;
        };
    };
    std::vector<Page> pages;
    for (const std::string path : {"/overview",
                                   "/overview?next=20",
                                   "/forecast",
                                   "/forecast?step=10m&jobs=3",
                                   "/job",
                                   "/job?sort=name",
                                   "/job?page=1000",
                                   "/job?with=next,words",
                                   "/job?with=runs",
                                   "/job?with=next,runs,words&limit=100",
                                   "/job?with=runs&sort=name&limit=100",
                                   "/history",
                                   "/history?step=5m",
                                   "/job?enabled=false",
                                   "/job?mode=http",
                                   "/job?label=team:none",
                                   "/job?search=stored",
                                   "/job?search=nowhere",
                                   "/job?search=nowhere&sort=name",
                                   "/job?name_contains=stored",
                                   "/job?name_contains=stored&sort=name",
                                   "/job?name_contains=nowhere",
                                   "/job?name_contains=stored&enabled=false",
                                   "/job?state=abandon",
                                   "/job?state=success",
                                   "/job?state=executing",
                                   "/jobtotal",
                                   "/jobexecution",
                                   "/jobexecution?state=abandon",
                                   "/jobexecution?state=executing",
                                   "/jobexecution?trigger=manual",
                                   "/missed",
                                   "/deadletter",
                                   "/audit",
                                   "/scheduling",
                                   "/caller",
                                   "/cluster"})
        pages.push_back({path, same(path)});
    pages.push_back({"/job?name=", name("/job?name=")});
    pages.push_back({"/job?search= (one job)", name("/job?search=")});
    pages.push_back({"/job?name_contains= (one job)", name("/job?name_contains=")});
    pages.push_back({"/job/:id", job("/job/", "")});
    pages.push_back({"/job/:id/next", job("/job/", "/next")});
    const Instant now = std::chrono::floor<Millis>(std::chrono::system_clock::now());
    const std::string at = format_rfc3339(now);
    pages.push_back({"/job/:id/explain", job("/job/", "/explain?at=" + at.substr(0, 19) + "Z")});
    pages.push_back({"/jobexecution?job_id=", job("/jobexecution?job_id=", "")});
    pages.push_back({"/history?job_id=", job("/history?job_id=", "")});
    pages.push_back(
        {"/history?job_id= (a year)",
         job("/history?from=" + format_rfc3339(now - std::chrono::days{365}) + "&step=1d&job_id=", "")});
    pages.push_back({"/jobexecution?name=", name("/jobexecution?name=")});
    pages.push_back({"/jobstatus/:job_id", job("/jobstatus/", "")});
    pages.push_back({"/missed?job_id=", job("/missed?job_id=", "")});
    pages.push_back({"/jobexecution/:id", execution("")});
    pages.push_back({"/jobexecution/:id/output", execution("/output")});
    return pages;
}

Distribution measure_page(HttpClient& api, const Page& page, std::chrono::seconds longest) {
    std::vector<double> milliseconds;
    api.get(std::string{kApi} + page.path(0));  // not counted: the first request fills caches
    const auto ends = Clock::now() + longest;
    for (std::size_t request = 0; request < kRequests && Clock::now() < ends; ++request) {
        const auto begin = Clock::now();
        api.get(std::string{kApi} + page.path(request));
        milliseconds.push_back(std::chrono::duration<double, std::milli>(Clock::now() - begin).count());
    }
    return distribution(std::move(milliseconds));
}

}  // namespace

void measure_pages(const Options& options, Report& report) {
    const Installation installation{options, options.jobs};
    const auto connection = installation.connect();
    const auto begin = Clock::now();
    const std::size_t executions = History{*connection, options}.fill();
    report.add({"filling with executions",
                static_cast<double>(executions) / std::chrono::duration<double>(Clock::now() - begin).count(),
                "rows/s"});
    const Samples samples{*connection};
    const auto ecron = installation.start();
    const bool judged = options.jobs >= kJudgedJobs && options.executions >= kJudgedExecutions;
    const double most = options.driver == Driver::mysql ? 100 : 300;
    for (const Page& page : pages_of(samples)) {
        const Distribution took = measure_page(ecron->api(), page, options.seconds);
        report.add({page.route + " p50", took.p50, "ms"});
        report.add(
            {page.route + " p99", took.p99, "ms", {}, judged ? std::optional{at_most(most)} : std::nullopt});
    }
    report.check("the executions were stored", executions >= options.executions / 2,
                 fmt::format("{} of {}", executions, options.executions));
    ecron->stop();
}

}  // namespace ecron::bench
