#include <fmt/format.h>

#include <algorithm>

#include "ecron/base/json_writer.hpp"
#include "ecron/base/off_loop.hpp"
#include "ecron/base/uuid.hpp"
#include "management/authorization/permissions.hpp"
#include "management/difference.hpp"
#include "management/handlers/handlers.hpp"
#include "management/http/paging.hpp"
#include "management/http/responses.hpp"
#include "management/http/revision.hpp"
#include "management/schedule_json.hpp"

namespace ecron::management {
namespace {

namespace cause = model::cause;

constexpr std::size_t kRunsInResponse = 3;
constexpr std::size_t kFirstRows =
    4;  // of a streamed list: rows may be large, and their size determines how many to read next
constexpr std::size_t kFirstPage = static_cast<std::size_t>(kListDefault);

std::string cursor_of(const model::Job& job) { return std::to_string(job.key.value()); }

/// Times of a job are whole seconds: the database stores no fraction, and `@every` counts from the creation.
Instant whole_second(const Clock& clock) { return std::chrono::floor<Seconds>(clock.now()); }

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
    page.limit = kFirstRows;
    auto first = co_await request.api.store.jobs->list_jobs(page);
    if (!first) co_return request.error(first.error());
    if (first->size() < kFirstRows) co_return rows_response(std::move(*first));

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
        std::move(*first), kFirstRows,
        [&store = *request.api.store.jobs, page, last](const model::Job& behind, std::size_t count) {
            store::JobFilter rest = page;
            rest.before = behind.key;
            rest.limit = count;
            return jobs_up_to(store, std::move(rest), last);
        });
    co_return response;
}

/// The response to a create contains the expression in words and the next runs.
std::string created_body(const ApiRequest& request, const model::Job& job, const model::JobInput& input) {
    std::string body;
    JsonWriter json{body};
    json.begin_object().member("job_id", job.id.value());
    if (input.schedule) {
        append_description(json, *input.schedule);
        append_instants(json, "next",
                        model::first_occurrences(*input.schedule, job.type, input.context.plan,
                                                 request.api.clock.now(), kRunsInResponse),
                        input.schedule->zone());
    }
    append_texts(json, "warnings", input.warnings);
    json.end_object();
    return body;
}

std::size_t context_size(const model::Job* job) { return job == nullptr ? 0 : job->context.size(); }

boost::asio::awaitable<void> record_difference(const ApiRequest& request, const model::Job* before,
                                               const model::Job* after) {
    if (!request.audits()) co_return;
    const model::Job& job = after == nullptr ? *before : *after;
    Difference changed = co_await off_loop(context_size(before) + context_size(after),
                                           [&] { return difference(before, after); });
    request.record(job.id.value(), std::move(changed), job.tenant);
}

/// Notifies the scheduler of the changed jobs, or returns the error response.
http::Response after_change(const ApiRequest& request, const Result<std::vector<model::Job>>& changed,
                            const Difference& difference, http::Response done) {
    if (!changed) return request.error(changed.error());
    for (const model::Job& job : *changed) {
        request.api.runs.job_changed(job);
        request.record(job.id.value(), difference, job.tenant);
    }
    return done;
}

/// Returns the ids of a list that must all exist; nullopt if one of them cannot be an id.
std::optional<std::vector<JobId>> known_ids(std::string_view list) {
    const std::vector<std::string> ids = split_ids(list);
    if (!std::ranges::all_of(ids, can_be_id)) return std::nullopt;
    return std::vector<JobId>(ids.begin(), ids.end());
}

/// A `timed` job of the previous service runs at every match of its expression; this is kept if a client that
/// does not know `repeats` replaces the job.
boost::asio::awaitable<void> keep_repeating(const model::Job& old, model::JobInput& input) {
    if (old.type != model::JobType::timed || input.job.type != model::JobType::timed) co_return;
    co_await carry_out_off_loop(old.context.size() + input.job.context.size(), [&] {
        const auto context = model::read_context(old.context);
        if (!context || !context->plan.repeats || input.context.plan.repeats) return;
        input.context.plan.repeats = true;
        input.job.context = model::write_context(input.context);
    });
}

/// Returns true if all of these jobs already have that webhook: rows of the previous service may contain
/// webhooks that are not valid for new jobs.
boost::asio::awaitable<Result<bool>> have_webhook(const ApiRequest& request, const std::vector<JobId>& ids,
                                                  const std::string& webhook) {
    if (ids.empty()) co_return false;
    const auto jobs = co_await request.api.store.jobs->find_jobs(request.caller.visible_tenant, ids);
    if (!jobs) co_return std::unexpected(jobs.error());
    if (jobs->size() != ids.size()) co_return false;
    std::size_t bytes = 0;
    for (const model::Job& job : *jobs) bytes += job.context.size();
    co_return co_await off_loop(bytes, [&] {
        return std::ranges::all_of(*jobs, [&](const model::Job& job) {
            const auto context = model::read_context(job.context);
            return context && context->webhook == webhook;
        });
    });
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

AsyncResponse list_jobs(ApiRequest request) {
    auto query = Query::read(request.http.query);
    if (!query) co_return request.error(query.error());
    std::vector<std::string> ids = query->all("job_id");
    if (ids.size() == 1) co_return co_await job_by_id(std::move(request), std::move(ids.front()));
    if (!ids.empty()) co_return co_await jobs_by_ids(std::move(request), *query, std::move(ids));

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

AsyncResponse create_job(ApiRequest request) {
    const Instant now = whole_second(request.api.clock);
    const JobId id{random_uuid()};
    auto input = co_await off_loop(request.http.body.size(), [&] {
        return model::read_job(request.http.body, model::Purpose::store, request.api.options.rules, now,
                               nullptr, id);
    });
    if (!input) co_return request.error(input.error());
    model::Job& job = input->job;
    job.id = id;
    job.tenant = request.caller.tenant;
    job.created_at = job.updated_at = now;
    if (auto refused = co_await check_definition(request, *input)) co_return std::move(*refused);
    if (auto refused = check_interval(request, *input)) co_return std::move(*refused);
    const auto created =
        co_await request.api.store.jobs->create_job(job, model::write_plan(input->context.plan));
    if (!created) co_return request.error(created.error());
    request.api.runs.job_changed(*created);
    co_await record_difference(request, nullptr, &*created);
    http::Response response = json_response(201, created_body(request, *created, *input));
    response.headers.push_back({"ETag", entity_tag(created->revision)});
    co_return response;
}

AsyncResponse replace_job(ApiRequest request) {
    Result<std::optional<model::Job>> stored{std::nullopt};
    if (can_be_id(request.variable))
        stored =
            co_await request.api.store.jobs->find_job(request.caller.visible_tenant, JobId{request.variable});
    if (!stored) co_return request.error(stored.error());
    const model::Job* old = *stored ? &**stored : nullptr;

    const Instant now = whole_second(request.api.clock);
    auto input = co_await off_loop(request.http.body.size(), [&] {
        return model::read_job(request.http.body, model::Purpose::store, request.api.options.rules, now, old);
    });
    // For compatibility, some errors in the text are reported before the lookup and some after it.
    if (!input && (old != nullptr || !input.error().front().after_lookup))
        co_return request.error(input.error());
    if (old == nullptr) co_return request.not_found("job_id");

    const std::string_view condition = request.http.header("If-Match");
    const bool conditional = !condition.empty() && condition != "*";
    if (conditional && !matches(condition, old->revision))
        co_return request.error(Error{Errc::conflict, {}, {"revision"}});
    const auto if_match = conditional ? std::optional{old->revision} : std::nullopt;

    co_await keep_repeating(*old, *input);
    model::Job& job = input->job;
    job.id = old->id;
    job.tenant = old->tenant;
    job.created_at = old->created_at;
    job.updated_at = now;
    if (auto refused = co_await check_definition(request, *input)) co_return std::move(*refused);
    if (auto refused = check_interval(request, *input)) co_return std::move(*refused);
    const auto replaced = co_await request.api.store.jobs->replace_job(
        request.caller.visible_tenant, job, model::write_plan(input->context.plan), if_match);
    if (!replaced) co_return request.error(replaced.error());
    request.api.runs.job_changed(*replaced);
    co_await record_difference(request, old, &*replaced);
    http::Response response = empty_response();
    response.headers.push_back({"ETag", entity_tag(replaced->revision)});
    add_warnings(response, input->warnings);
    co_return response;
}

AsyncResponse delete_jobs(ApiRequest request) {
    std::vector<JobId> ids;
    for (std::string& id : split_ids(request.variable))
        if (can_be_id(id)) ids.emplace_back(std::move(id));
    const auto deleted =
        co_await request.api.store.jobs->delete_jobs(request.caller.visible_tenant, std::move(ids));
    if (!deleted) co_return request.error(deleted.error());
    for (const model::Job& job : *deleted) {
        request.api.runs.job_deleted(job, request.caller.identity.tenant.value());
        co_await record_difference(request, &job, nullptr);
    }
    co_return empty_response();
}

AsyncResponse enable_jobs(ApiRequest request) {
    const auto enabled =
        co_await off_loop(request.http.body.size(), [&] { return model::read_enable(request.http.body); });
    if (!enabled) co_return request.error(enabled.error());
    auto ids = known_ids(request.variable);
    if (!ids) co_return request.not_found("job_id");
    if (*enabled && !may_use_every_mode(request)) {
        const auto jobs = co_await request.api.store.jobs->find_jobs(request.caller.visible_tenant, *ids);
        if (!jobs) co_return request.error(jobs.error());
        if (auto forbidden = co_await check_modes(request, *jobs)) co_return std::move(*forbidden);
    }
    const auto changed = co_await request.api.store.jobs->enable_jobs(request.caller.visible_tenant,
                                                                      std::move(*ids), *enabled);
    co_return after_change(request, changed, change_to("enabled", *enabled ? "true" : "false"),
                           empty_response());
}

AsyncResponse notify_jobs(ApiRequest request) {
    auto webhook =
        co_await off_loop(request.http.body.size(), [&] { return model::read_webhook(request.http.body); });
    if (!webhook) co_return request.error(webhook.error());
    auto ids = known_ids(request.variable);
    if (webhook->problem) {
        const auto kept = co_await have_webhook(request, ids.value_or(std::vector<JobId>{}), webhook->url);
        if (!kept) co_return request.error(kept.error());
        if (!*kept) co_return request.error(model::Problems{*webhook->problem});
    }
    if (!ids) co_return request.not_found("job_id");
    const Difference webhook_change = change_to("job_context.notify.webhook", json_string(webhook->url));
    const auto changed = co_await request.api.store.jobs->notify_jobs(
        request.caller.visible_tenant, std::move(*ids), std::move(webhook->url));
    http::Response done = json_response(200, R"({"failed_job_id":[]})");
    if (webhook->problem)
        add_warnings(
            done, {fmt::format("webhook {}; each job had this value before", webhook->problem->explanation)});
    co_return after_change(request, changed, webhook_change, std::move(done));
}

}  // namespace ecron::management
