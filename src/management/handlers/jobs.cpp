#include <fmt/format.h>

#include <algorithm>

#include "ecron/base/json_writer.hpp"
#include "management/handlers/handlers.hpp"
#include "management/handlers/job_members.hpp"
#include "management/handlers/job_search.hpp"
#include "management/http/paging.hpp"
#include "management/http/responses.hpp"
#include "management/http/revision.hpp"

namespace ecron::management {
namespace {

namespace cause = model::cause;

constexpr std::size_t kFirstJobs =
    4;  // of a streamed list: rows may be large, and their size determines how many to read next
constexpr std::size_t kFirstPage = static_cast<std::size_t>(kListDefault);

std::string cursor_of(const model::Job& job) { return std::to_string(job.key.value()); }

/// `GET /job?job_id=` with one id, the most frequent request by far.
AsyncResponse job_by_id(ApiRequest request, std::string id) {
    if (!can_be_id(id)) co_return request.not_found("job_id");
    const auto job =
        co_await request.api.store.jobs->find_job(request.caller.visible_tenant, JobId{std::move(id)});
    if (!job) co_return request.error(job.error());
    if (!*job) co_return request.not_found("job_id");
    std::string body;
    body.reserve((*job)->context.size() + 512);  // the other members rarely need more
    body += '[';
    model::append_json(body, **job);
    http::Response response = json_response(200, std::move(body += ']'));
    response.headers.push_back({"ETag", entity_tag((*job)->revision)});
    co_return response;
}

AsyncResponse jobs_by_ids(ApiRequest request, Query query, std::vector<std::string> ids) {
    if (!std::ranges::all_of(ids, can_be_id)) co_return request.not_found("job_id");
    std::vector<JobId> job_ids(ids.begin(), ids.end());
    auto jobs = co_await request.api.store.jobs->find_jobs(request.caller.visible_tenant, std::move(job_ids));
    if (!jobs) co_return request.error(jobs.error());
    if (jobs->size() != ids.size()) co_return request.not_found("job_id");
    std::ranges::sort(*jobs, std::ranges::greater{}, &model::Job::key);
    const std::size_t count = jobs->size();
    co_return list_response(request, query, std::move(*jobs), count, cursor_of);
}

std::string cursor_of_listed(const ListedJob& listed) { return cursor_of(listed.job); }

/// Jobs by their ids, with members on request.
AsyncResponse extended_jobs(ApiRequest request, Query query, std::vector<std::string> ids) {
    ProblemList problems;
    const JobMembers members = job_members(query, problems);
    if (ids.size() > static_cast<std::size_t>(kExtendedLimit))
        problems.add("job_id", fmt::format("is given {} times, at most {} are allowed together with with",
                                           ids.size(), kExtendedLimit));
    if (problems.any()) co_return request.error(problems.problems());
    if (!std::ranges::all_of(ids, can_be_id)) co_return request.not_found("job_id");
    const std::size_t count = ids.size();
    auto jobs = co_await request.api.store.jobs->find_jobs(request.caller.visible_tenant,
                                                           std::vector<JobId>(ids.begin(), ids.end()));
    if (!jobs) co_return request.error(jobs.error());
    if (jobs->size() != count) co_return request.not_found("job_id");
    std::ranges::sort(*jobs, std::ranges::greater{}, &model::Job::key);
    auto listed = co_await JobMemberReader{request, members}.add(std::move(*jobs));
    if (!listed) co_return request.error(listed.error());
    co_return list_response(request, query, std::move(*listed), count, cursor_of_listed);
}

Result<store::JobFilter> filter_of(const Query& query, const std::optional<TenantId>& tenant) {
    const auto limit = query.number("limit", 0, kListDefault);
    if (!limit) return std::unexpected(limit.error());
    const auto page = query.number("page", 1, 1);
    if (!page) return std::unexpected(page.error());
    if (*page > kMaxPages) return fail(Errc::invalid, std::string{cause::kPage}, {"page"});
    const auto timestamp = query.time("timestamp");
    if (!timestamp) return std::unexpected(timestamp.error());
    const auto type = query.job_type();
    if (!type) return std::unexpected(type.error());
    const auto after = query.cursor();
    if (!after) return std::unexpected(after.error());

    store::JobFilter filter{.tenant = tenant, .created_until = *timestamp, .type = *type};
    filter.limit = static_cast<std::size_t>(std::min(*limit, kListLimit));
    if (*after)
        filter.before = JobKey{**after};
    else
        filter.offset = static_cast<std::size_t>(*page - 1) * filter.limit;
    return filter;
}

using JobsRead = boost::asio::awaitable<Result<std::vector<model::Job>>>;

/// Returns a function that reads the next rows of a list that ends with the row `last`.
JobsRead jobs_up_to(store::JobStore& store, store::JobFilter filter, JobKey last) {
    auto jobs = co_await store.list_jobs(std::move(filter));
    if (jobs) std::erase_if(*jobs, [&](const model::Job& job) { return job.key < last; });
    co_return jobs;
}

/// A list of more than one page is streamed. The header already contains the cursor of the next page, so the
/// last row is looked up first; the list ends there even if rows are deleted in the meantime.
AsyncResponse many_jobs(ApiRequest request, Query query, store::JobFilter filter) {
    store::JobFilter page = filter;
    page.limit = kFirstJobs;
    auto first = co_await request.api.store.jobs->list_jobs(page);
    if (!first) co_return request.error(first.error());
    if (first->size() < kFirstJobs) co_return rows_response(std::move(*first));

    store::JobFilter end = filter;
    end.offset += filter.limit - 1;
    end.limit = 2;
    const auto ends = co_await request.api.store.jobs->list_jobs(std::move(end));
    if (!ends) co_return request.error(ends.error());
    const JobKey last = ends->empty() ? JobKey{} : ends->front().key;
    std::erase_if(*first, [&](const model::Job& job) { return job.key < last; });

    http::Response response = json_response(200, {});
    if (ends->size() > 1) add_next_page(response, request, query, cursor_of(ends->front()));
    page.offset = 0;
    response.stream = std::make_shared<ListStream<model::Job>>(
        std::move(*first), kFirstJobs,
        [&store = *request.api.store.jobs, page, last](const model::Job& behind, std::size_t count) {
            store::JobFilter rest = page;
            rest.before = behind.key;
            rest.limit = count;
            return jobs_up_to(store, std::move(rest), last);
        });
    co_return response;
}

}  // namespace

AsyncResponse count_jobs(ApiRequest request) {
    const auto query = Query::read(request.http.query);
    if (!query) co_return request.error(query.error());
    const auto range = query->range();
    if (!range) co_return request.error(range.error());
    const Instant now = request.api.clock.now();
    const auto total =
        co_await request.api.store.jobs->count_jobs(request.caller.visible_tenant, range->begin, range->end);
    if (!total) co_return request.error(total.error());
    std::string body;
    JsonWriter{body}
        .begin_object()
        .member("total", *total)
        .member("timestamp", format_rfc3339(now))
        .end_object();
    co_return json_response(200, std::move(body));
}

AsyncResponse show_job(ApiRequest request) {
    if (!can_be_id(request.variable)) co_return request.not_found("job_id");
    const auto job =
        co_await request.api.store.jobs->find_job(request.caller.visible_tenant, JobId{request.variable});
    if (!job) co_return request.error(job.error());
    if (!*job) co_return request.not_found("job_id");
    const std::string tag = entity_tag((*job)->revision);
    http::Response response = empty_response();
    response.headers.push_back({"ETag", tag});
    if (matches_weakly(request.http.header("If-None-Match"), tag)) {
        response.status = 304;
        co_return response;
    }
    response.body.reserve((*job)->context.size() + 512);
    model::append_json(response.body, **job);
    co_return response;
}

AsyncResponse list_jobs(ApiRequest request) {
    auto query = Query::read(request.http.query);
    if (!query) co_return request.error(query.error());
    std::vector<std::string> ids = query->all("job_id");
    if (!ids.empty() && query->first("with"))
        co_return co_await extended_jobs(std::move(request), std::move(*query), std::move(ids));
    if (ids.size() == 1) co_return co_await job_by_id(std::move(request), std::move(ids.front()));
    if (!ids.empty()) co_return co_await jobs_by_ids(std::move(request), *query, std::move(ids));

    if (is_search(*query)) co_return co_await search_jobs(std::move(request), std::move(*query));

    auto filter = filter_of(*query, request.caller.visible_tenant);
    if (!filter) co_return request.error(filter.error());
    if (filter->limit == 0) co_return json_response(200, "[]");
    if (filter->limit > kFirstPage)
        co_return co_await many_jobs(std::move(request), std::move(*query), std::move(*filter));
    const std::size_t limit = filter->limit++;
    auto jobs = co_await request.api.store.jobs->list_jobs(std::move(*filter));
    if (!jobs) co_return request.error(jobs.error());
    co_return list_response(request, *query, std::move(*jobs), limit, cursor_of);
}

}  // namespace ecron::management
