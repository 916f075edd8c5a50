#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <map>

#include "ecron/base/json_writer.hpp"
#include "ecron/base/off_loop.hpp"
#include "ecron/model/execute_id.hpp"
#include "ecron/store/insights.hpp"
#include "management/execution_times.hpp"
#include "management/forecast.hpp"
#include "management/handlers/handlers.hpp"
#include "management/handlers/time_range.hpp"
#include "management/history.hpp"
#include "management/http/problem_list.hpp"
#include "management/http/query.hpp"
#include "management/http/responses.hpp"

/// GET /overview and GET /forecast.
namespace ecron::management {
namespace {

constexpr std::size_t kFailingShown = 20;
constexpr std::int64_t kMaxNext = 100;
constexpr std::int64_t kJobsDefault = 3, kMaxJobs = 100;
constexpr std::size_t kMaxJobsInAll = 5'000;  // of all buckets
constexpr Millis kDay{86'400'000};
constexpr Millis kHour{3'600'000};
constexpr std::size_t kRunningShown = 20;
constexpr std::size_t kRunsCompared = 20;  // of a job, for its usual duration

/// Passes the plans of the caller's jobs to the collector.
template <class Collector>
boost::asio::awaitable<Result<void>> collect(const ApiRequest& request,
                                             std::shared_ptr<Collector> collector) {
    Plans& plans = request.api.plans;
    const Plans::Turn turn{plans, request.caller.tenant};
    if (!turn.is_free()) co_return fail(Errc::too_many, {}, {"forecast"});
    const auto refreshed = co_await plans.refresh();
    if (!refreshed) co_return refreshed;
    co_await plans.each(request.caller.visible_tenant, std::move(collector));
    co_return Result<void>{};
}

void write_failing(JsonWriter& json, const std::vector<store::FailingJob>& failing) {
    json.key("failing").begin_array();
    for (const store::FailingJob& one : failing) {
        json.begin_object().member("job_id", one.job.id.value()).member("job_name", one.job.name);
        json.member("execute_id", model::chosen_id(one.execution)).member("reason", one.reason);
        json.member("code", std::int64_t{one.code}).member("since", millis_text(one.since));
        json.member("streak", std::int64_t{one.streak});
        json.key("streak_complete").boolean(one.is_streak_complete);
        json.member("last_success_at", millis_text(one.last_success)).end_object();
    }
    json.end_array();
}

/// An execution under way, and the time that its job usually takes.
struct Running {
    store::ExecutionSummary execution;
    std::optional<Millis> p95{};
};

void write_running(JsonWriter& json, const std::vector<Running>& running) {
    json.key("executing").begin_array();
    for (const Running& one : running) {
        const model::Execution& execution = one.execution.execution;
        json.begin_object().member("execute_id", model::chosen_id(execution.id));
        json.member("job_id", execution.job_id.value()).member("job_name", execution.job_name);
        json.member("begin_at", millis_text(begin_of(one.execution)));
        write_millis(json, "p95_ms", one.p95);
        json.end_object();
    }
    json.end_array();
}

void write_counts(JsonWriter& json, const store::JobCounts& counts) {
    json.key("jobs").begin_object().member("enabled", counts.enabled).member("disabled", counts.disabled);
    json.end_object().key("last").begin_object().member("success", counts.succeeded);
    json.member("interrupt", counts.interrupted).member("abandon", counts.abandoned).end_object();
    json.key("executions").begin_object().member("executing", counts.executing);
    json.member("pending", counts.pending).member("failure", counts.retrying).end_object();
}

using Names = std::map<JobId, std::string>;

/// Jobs that were deleted meanwhile have no name.
boost::asio::awaitable<Result<Names>> names_of(const ApiRequest& request, const NextRuns& runs) {
    std::vector<JobId> ids;
    for (const NextRuns::Next& next : runs.next()) ids.push_back(next.job);
    Names names;
    if (ids.empty()) co_return names;
    auto jobs = co_await request.api.store.jobs->find_jobs(request.caller.visible_tenant, std::move(ids));
    if (!jobs) co_return std::unexpected(jobs.error());
    for (model::Job& job : *jobs) names.emplace(std::move(job.id), std::move(job.name));
    co_return names;
}

void write_next(JsonWriter& json, const NextRuns& runs, const Names& names) {
    json.key("next").begin_array();
    for (const NextRuns::Next& next : runs.next()) {
        const auto name = names.find(next.job);
        json.begin_object().member("at", format_rfc3339_millis(next.at)).member("job_id", next.job.value());
        json.member("job_name", name == names.end() ? std::string{} : name->second).end_object();
    }
    json.end_array().key("next_complete").boolean(true);
}

std::string forecast_body(const Forecast& forecast) {
    std::string body;
    JsonWriter json{body};
    const Forecast::Range& range = forecast.range();
    json.begin_object().member("from", format_rfc3339_millis(range.from));
    json.member("to", format_rfc3339_millis(range.to)).member("step", format_duration(range.step));
    json.key("complete").boolean(forecast.is_complete()).member("total", forecast.total());
    json.key("buckets").begin_array();
    for (std::size_t i = 0; i < forecast.buckets().size(); ++i) {
        const Forecast::Bucket& bucket = forecast.buckets()[i];
        json.begin_object();
        json.member("at", format_rfc3339_millis(range.from + range.step * static_cast<std::int64_t>(i)));
        json.member("count", bucket.count).key("jobs").begin_array();
        for (const Forecast::JobCount& job : bucket.jobs)
            json.begin_object().member("job_id", job.job.value()).member("count", job.count).end_object();
        json.end_array().end_object();
    }
    json.end_array().end_object();
    return body;
}

std::size_t count_of(const Query& query, std::string_view name, std::int64_t fallback, std::int64_t max,
                     ProblemList& problems) {
    const std::int64_t count = problems.value(query.number(name, 0, fallback), "must be a number from 0");
    if (count > max) problems.add(name, fmt::format("must be at most {}", max));
    return static_cast<std::size_t>(std::min(count, max));
}

Millis longest_lag(const store::Cluster& cluster) {
    Millis lag{0};
    for (const store::ShardState& shard : cluster.shards)
        if (shard.watermark) lag = std::max(lag, cluster.now - *shard.watermark);
    return lag;
}

/// What GET /overview reads.
struct Overview {
    store::JobCounts counts{};
    std::vector<store::FailingJob> failing{};
    std::vector<Running> running{};
    store::Incidents incidents{};
    store::Cluster cluster{};
    bool is_paused{false};
    std::shared_ptr<NextRuns> next{};
    Names names{};  // of the next runs
};

/// How many next runs to read, from when on.
struct Next {
    Instant from{};
    std::size_t count{};
};

using RunningRead = boost::asio::awaitable<Result<std::vector<Running>>>;

RunningRead read_running(const ApiRequest& request) {
    store::Insights& insights = *request.api.store.insights;
    auto found = co_await insights.longest_running(request.caller.visible_tenant, kRunningShown);
    if (!found) co_return std::unexpected(found.error());
    store::LastRunsQuery query{.jobs = {}, .per_job = kRunsCompared};
    for (const store::ExecutionSummary& one : *found)
        if (std::ranges::find(query.jobs, one.execution.job_id, &store::OwnedJob::id) == query.jobs.end())
            query.jobs.push_back({one.execution.job_id, one.execution.tenant});
    const auto runs = co_await insights.last_runs(query);
    if (!runs) co_return std::unexpected(runs.error());
    std::vector<Running> running;
    for (store::ExecutionSummary& one : *found) {
        const auto job = std::ranges::find(query.jobs, one.execution.job_id, &store::OwnedJob::id);
        std::vector<Millis> durations;
        for (const store::ExecutionSummary& run :
             runs->at(static_cast<std::size_t>(job - query.jobs.begin())))
            if (const auto duration = duration_of(run)) durations.push_back(*duration);
        running.push_back({std::move(one), JobHistory::percentiles(std::move(durations)).p95});
    }
    co_return running;
}

/// Reads what is wrong or under way.
boost::asio::awaitable<Result<Overview>> read_states(const ApiRequest& request, Instant now) {
    store::Store& store = request.api.store;
    Overview overview;
    auto failing = co_await store.insights->failing_jobs(request.caller.visible_tenant, kFailingShown);
    if (!failing) co_return std::unexpected(failing.error());
    overview.failing = std::move(*failing);
    for (store::FailingJob& job : overview.failing) request.translate_reason(job.reason);
    auto running = co_await read_running(request);
    if (!running) co_return std::unexpected(running.error());
    overview.running = std::move(*running);
    const auto incidents = co_await store.insights->incidents(
        {.tenant = request.caller.visible_tenant, .since = now - kHour, .now = now});
    if (!incidents) co_return std::unexpected(incidents.error());
    overview.incidents = *incidents;
    auto cluster = co_await store.election->cluster();
    if (!cluster) co_return std::unexpected(cluster.error());
    overview.cluster = std::move(*cluster);
    const auto pauses = co_await store.pauses->pauses();
    if (!pauses) co_return std::unexpected(pauses.error());
    overview.is_paused = pauses->all || std::ranges::find(pauses->tenants, request.caller.tenant,
                                                          &store::Pause::tenant) != pauses->tenants.end();
    co_return overview;
}

/// Adds the next runs of all jobs.
boost::asio::awaitable<Result<void>> add_next(const ApiRequest& request, Next wanted, Overview& overview) {
    overview.next = std::make_shared<NextRuns>(wanted.from, wanted.from + kDay, wanted.count);
    auto collected = co_await collect(request, overview.next);
    if (!collected) co_return collected;
    auto names = co_await names_of(request, *overview.next);
    if (!names) co_return std::unexpected(names.error());
    overview.names = std::move(*names);
    co_return Result<void>{};
}

/// The counts take about as long as all the rest: both are read at the same time.
boost::asio::awaitable<Result<Overview>> read_overview(const ApiRequest& request, std::size_t next) {
    using boost::asio::experimental::awaitable_operators::operator&&;
    const Instant now = request.api.clock.now();
    auto [overview, counts] =
        co_await (read_states(request, now) &&
                  request.api.store.listings->count_by_state(request.caller.visible_tenant));
    if (!overview) co_return std::unexpected(overview.error());
    if (!counts) co_return std::unexpected(counts.error());
    overview->counts = *counts;
    if (next > 0) {
        const auto added = co_await add_next(request, {now, next}, *overview);
        if (!added) co_return std::unexpected(added.error());
    }
    co_return std::move(*overview);
}

}  // namespace

AsyncResponse show_overview(ApiRequest request) {
    const auto query = Query::read(request.http.query);
    if (!query) co_return request.error(query.error());
    ProblemList problems;
    const std::size_t next = count_of(*query, "next", 0, kMaxNext, problems);
    if (problems.any()) co_return request.error(problems.problems());
    const auto overview = co_await read_overview(request, next);
    if (!overview) co_return request.error(overview.error());
    std::string body;
    JsonWriter json{body};
    json.begin_object().member("at", format_rfc3339_millis(request.api.clock.now()));
    write_counts(json, overview->counts);
    write_failing(json, overview->failing);
    write_running(json, overview->running);
    json.member("late", overview->incidents.late).member("missed", overview->incidents.missed);
    json.member("dead_letters", overview->incidents.dead_letters);
    json.key("lag_seconds").number(std::chrono::duration<double>(longest_lag(overview->cluster)).count());
    json.key("paused").boolean(overview->is_paused);
    if (overview->next) write_next(json, *overview->next, overview->names);
    json.end_object();
    co_return json_response(200, std::move(body));
}

AsyncResponse show_forecast(ApiRequest request) {
    const auto query = Query::read(request.http.query);
    if (!query) co_return request.error(query.error());
    ProblemList problems;
    const Instant now = std::chrono::floor<Seconds>(request.api.clock.now());
    const Forecast::Range range = time_range(*query, Anchor::begin, now, problems);
    const std::size_t jobs = count_of(*query, "jobs", kJobsDefault, kMaxJobs, problems);
    if (problems.any()) co_return request.error(problems.problems());
    const auto buckets =
        static_cast<std::size_t>((range.to - range.from + range.step - Millis{1}) / range.step);
    if (jobs * buckets > kMaxJobsInAll)
        problems.add("jobs", fmt::format("times the number of buckets is above {}", kMaxJobsInAll));
    if (problems.any()) co_return request.error(problems.problems());
    const auto forecast = std::make_shared<Forecast>(range, jobs);
    const auto collected = co_await collect(request, forecast);
    if (!collected) co_return request.error(collected.error());
    const std::size_t bytes = 80 * (buckets + jobs * buckets);
    std::string body = co_await off_loop(request.work_on(bytes), [&] { return forecast_body(*forecast); });
    co_return json_response(200, std::move(body));
}

}  // namespace ecron::management
