#include "management/history.hpp"

#include <limits>

#include "ecron/base/json_writer.hpp"
#include "ecron/base/off_loop.hpp"
#include "management/execution_times.hpp"
#include "management/handlers/handlers.hpp"
#include "management/handlers/time_range.hpp"
#include "management/http/responses.hpp"

/// GET /history.
namespace ecron::management {
namespace {

constexpr std::size_t kRunsOfJob = 2'000;  // of the range, the newest ones
constexpr std::size_t kPendingOfJob = 1'000;
constexpr std::size_t kBucketBytes = 160;

using Range = Forecast::Range;

/// Executions start in whole seconds.
Range history_range(const Query& query, Instant now, ProblemList& problems) {
    Range range = time_range(query, Anchor::end, now, problems);
    range.from = std::chrono::floor<Seconds>(range.from);
    range.to = std::chrono::ceil<Seconds>(range.to);
    if (range.step % Seconds{1} != Millis{0}) problems.add("step", "must be a number of whole seconds");
    return range;
}

void write_percentiles(JsonWriter& json, std::string_view name, const JobHistory::Percentiles& values) {
    json.key(name).begin_object();
    write_millis(json, "p50", values.p50);
    write_millis(json, "p95", values.p95);
    write_millis(json, "p99", values.p99);
    json.end_object();
}

void write_statistics(JsonWriter& json, const JobHistory& history) {
    json.key("statistics").begin_object().member("ended", static_cast<std::int64_t>(history.ended()));
    write_percentiles(json, "duration_ms", history.durations());
    write_percentiles(json, "lateness_ms", history.lateness());
    json.key("durations").begin_array();
    for (const JobHistory::DurationCount& one : history.histogram()) {
        json.begin_object().member("from_ms", std::int64_t{one.from.count()});
        write_millis(json, "to_ms", one.to);
        json.member("count", one.count).end_object();
    }
    json.end_array().end_object();
}

std::string history_body(const Range& range, const store::History& history, const JobHistory* of_job) {
    std::string body;
    JsonWriter json{body};
    json.begin_object().member("from", format_rfc3339_millis(range.from));
    json.member("to", format_rfc3339_millis(range.to)).member("step", format_duration(range.step));
    json.member("complete_from", format_rfc3339_millis(history.complete_from));
    json.key("buckets").begin_array();
    for (std::size_t i = 0; i < history.buckets.size(); ++i) {
        const store::HistoryBucket& bucket = history.buckets[i];
        json.begin_object();
        json.member("at", format_rfc3339_millis(range.from + range.step * static_cast<std::int64_t>(i)));
        json.member("success", bucket.success).member("abandon", bucket.abandon);
        json.member("interrupt", bucket.interrupt).member("failure", bucket.failure);
        json.member("executing", bucket.executing).member("pending", bucket.pending);
        json.member("late", bucket.late).end_object();
    }
    json.end_array();
    if (of_job != nullptr) write_statistics(json, *of_job);
    json.end_object();
    return body;
}

/// Removes executions that began as early as those that were not read, and returns the instant from which
/// all were read.
Instant complete_from(store::ExecutionPage& page, const Range& range, std::size_t limit) {
    std::optional<Instant> unread;
    if (page.executions.size() > limit) unread = page.executions.back().execution.begin_at;
    if (page.next) unread = page.next->begin;
    if (!unread) return range.from;
    std::erase_if(page.executions, [&](const store::ExecutionSummary& one) {
        return one.execution.begin_at && *one.execution.begin_at <= *unread;
    });
    return std::max(range.from, *unread + Seconds{1});
}

AsyncResponse history_of_job(ApiRequest request, Range range, JobId job) {
    store::Listings& listings = *request.api.store.listings;
    const std::optional<TenantId>& tenant = request.caller.visible_tenant;
    auto started = co_await listings.search_executions({.tenant = tenant,
                                                        .job = job,
                                                        .begin_from = range.from,
                                                        .begin_until = range.to - Seconds{1},
                                                        .limit = kRunsOfJob + 1});
    if (!started) co_return request.error(started.error());
    // Behind all that have started.
    auto pending = co_await listings.search_executions(
        {.tenant = tenant,
         .job = job,
         .state = model::ExecutionState::pending,
         .limit = kPendingOfJob,
         .before = store::ExecutionCursor{.key = std::numeric_limits<std::int64_t>::max()}});
    if (!pending) co_return request.error(pending.error());
    store::History history{.complete_from = complete_from(*started, range, kRunsOfJob)};
    JobHistory of_job{range.from, range.to, range.step};
    const Instant now = request.api.clock.now();
    for (const store::ExecutionSummary& one : started->executions) of_job.add(one, now);
    for (const store::ExecutionSummary& one : pending->executions) of_job.add(one, now);
    history.buckets = of_job.buckets();
    co_return json_response(200, history_body(range, history, &of_job));
}

}  // namespace

AsyncResponse show_history(ApiRequest request) {
    const auto query = Query::read(request.http.query);
    if (!query) co_return request.error(query.error());
    ProblemList problems;
    const Instant now = request.api.clock.now();
    const Range range = history_range(*query, now, problems);
    if (problems.any()) co_return request.error(problems.problems());
    if (const auto job = query->first("job_id")) {
        if (!can_be_id(*job)) {  // such a job has no executions
            const JobHistory none{range.from, range.to, range.step};
            const store::History history{none.buckets(), range.from};
            co_return json_response(200, history_body(range, history, &none));
        }
        co_return co_await history_of_job(std::move(request), range, JobId{std::string{*job}});
    }
    const auto history = co_await request.api.store.insights->count_history(
        {.tenant = request.caller.visible_tenant,
         .from = range.from,
         .to = range.to,
         .step = std::chrono::duration_cast<Seconds>(range.step),
         .now = now});
    if (!history) co_return request.error(history.error());
    std::string body = co_await off_loop(request.work_on(kBucketBytes * history->buckets.size()),
                                         [&] { return history_body(range, *history, nullptr); });
    co_return json_response(200, std::move(body));
}

}  // namespace ecron::management
