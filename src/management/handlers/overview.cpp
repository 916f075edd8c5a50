#include <fmt/format.h>

#include <algorithm>

#include "ecron/base/json_writer.hpp"
#include "ecron/base/off_loop.hpp"
#include "management/forecast.hpp"
#include "management/handlers/handlers.hpp"
#include "management/http/problem_list.hpp"
#include "management/http/query.hpp"
#include "management/http/responses.hpp"

/// GET /overview and GET /forecast.
namespace ecron::management {
namespace {

constexpr std::size_t kFailingShown = 20;
constexpr std::int64_t kMaxNext = 100;
constexpr std::int64_t kJobsDefault = 3, kMaxJobs = 20;
constexpr std::size_t kMaxJobsInAll = 5'000;  // of all buckets
constexpr Millis kDay{86'400'000};
constexpr Millis kHour{3'600'000};

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

void write_jobs(JsonWriter& json, const std::vector<store::JobPlace>& jobs) {
    json.begin_array();
    for (const store::JobPlace& job : jobs)
        json.begin_object().member("job_id", job.id.value()).member("job_name", job.name).end_object();
    json.end_array();
}

void write_counts(JsonWriter& json, const store::JobCounts& counts) {
    json.key("jobs").begin_object().member("enabled", counts.enabled).member("disabled", counts.disabled);
    json.end_object().key("last").begin_object().member("success", counts.succeeded);
    json.member("interrupt", counts.interrupted).member("abandon", counts.abandoned).end_object();
    json.key("executions").begin_object().member("executing", counts.executing);
    json.member("pending", counts.pending).member("failure", counts.retrying).end_object();
}

void write_next(JsonWriter& json, const NextRuns& runs) {
    json.key("next").begin_array();
    for (const NextRuns::Next& next : runs.next())
        json.begin_object()
            .member("at", format_rfc3339_millis(next.at))
            .member("job_id", next.job.value())
            .end_object();
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

Forecast::Range range_of(const Query& query, Instant now, ProblemList& problems) {
    constexpr std::string_view kTime = "must be an RFC 3339 time";
    Forecast::Range range{.step = kHour};
    range.from = problems.value(query.time("from"), kTime).value_or(now);
    range.to = problems.value(query.time("to"), kTime).value_or(range.from + kDay);
    if (const auto step = query.first("step")) {
        const Result<Millis> given = parse_duration(*step);
        range.step = given.value_or(Millis{0});
        if (range.step <= Millis{0}) problems.add("step", "must be a duration above 0, such as 15m or 1h");
    }
    constexpr Instant kEnd = std::chrono::sys_days{std::chrono::year{9999} / 1 / 1};
    if (std::max(range.from, range.to) > kEnd) problems.add("to", "must not be later than 9999-01-01");
    if (problems.any()) return range;
    const Millis length = range.to - range.from;
    if (length <= Millis{0})
        problems.add("to", "must be later than from");
    else if ((length - Millis{1}) / range.step >= static_cast<std::int64_t>(Forecast::kMaxBuckets))
        problems.add("step",
                     fmt::format("divides the range into more than {} buckets", Forecast::kMaxBuckets));
    return range;
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
    std::vector<store::JobPlace> failing{};
    store::Cluster cluster{};
    bool is_paused{false};
    std::shared_ptr<NextRuns> next{};
};

boost::asio::awaitable<Result<Overview>> read_overview(const ApiRequest& request, std::size_t next) {
    store::Store& store = request.api.store;
    Overview overview;
    auto counts = co_await store.listings->count_by_state(request.caller.visible_tenant);
    if (!counts) co_return std::unexpected(counts.error());
    overview.counts = *counts;
    auto failing = co_await store.listings->search_jobs({.tenant = request.caller.visible_tenant,
                                                         .enabled = true,
                                                         .state = model::ExecutionState::abandon,
                                                         .limit = kFailingShown});
    if (!failing) co_return std::unexpected(failing.error());
    overview.failing = std::move(failing->places);
    auto cluster = co_await store.election->cluster();
    if (!cluster) co_return std::unexpected(cluster.error());
    overview.cluster = std::move(*cluster);
    const auto pauses = co_await store.pauses->pauses();
    if (!pauses) co_return std::unexpected(pauses.error());
    overview.is_paused = pauses->all || std::ranges::find(pauses->tenants, request.caller.tenant,
                                                          &store::Pause::tenant) != pauses->tenants.end();
    if (next == 0) co_return overview;
    const Instant now = request.api.clock.now();
    overview.next = std::make_shared<NextRuns>(now, now + kDay, next);
    const auto collected = co_await collect(request, overview.next);
    if (!collected) co_return std::unexpected(collected.error());
    co_return overview;
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
    json.key("failing");
    write_jobs(json, overview->failing);
    json.key("lag_seconds").number(std::chrono::duration<double>(longest_lag(overview->cluster)).count());
    json.key("paused").boolean(overview->is_paused);
    if (overview->next) write_next(json, *overview->next);
    json.end_object();
    co_return json_response(200, std::move(body));
}

AsyncResponse show_forecast(ApiRequest request) {
    const auto query = Query::read(request.http.query);
    if (!query) co_return request.error(query.error());
    ProblemList problems;
    const Instant now = std::chrono::floor<Seconds>(request.api.clock.now());
    const Forecast::Range range = range_of(*query, now, problems);
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
