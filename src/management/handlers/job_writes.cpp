#include <fmt/format.h>

#include <algorithm>

#include "ecron/base/json_writer.hpp"
#include "ecron/base/off_loop.hpp"
#include "ecron/base/uuid.hpp"
#include "ecron/model/merge_patch.hpp"
#include "ecron/model/translation.hpp"
#include "management/audit_record.hpp"
#include "management/authorization/permissions.hpp"
#include "management/definition_warnings.hpp"
#include "management/difference.hpp"
#include "management/handlers/handlers.hpp"
#include "management/http/json_body.hpp"
#include "management/http/paging.hpp"
#include "management/http/preference.hpp"
#include "management/http/responses.hpp"
#include "management/http/revision.hpp"
#include "management/schedule_json.hpp"

namespace ecron::management {
namespace {

constexpr std::size_t kRunsInResponse = 3;
constexpr std::size_t kNamesShown = 10;
constexpr int kMaxTries = 10;

/// Times of a job are whole seconds: the database stores no fraction, and `@every` counts from the creation.
Instant whole_second(const Clock& clock) { return std::chrono::floor<Seconds>(clock.now()); }

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
    append_texts(json, "warnings", model::translated(input.warnings, request.language()));
    json.end_object();
    return body;
}

std::size_t context_size(const model::Job* job) { return job == nullptr ? 0 : job->context.size(); }

boost::asio::awaitable<void> record_change(const ApiRequest& request, const model::Job* before,
                                           const model::Job* after) {
    const model::Job& job = after == nullptr ? *before : *after;
    request.api.changes.log(request.caller, job);
    if (!request.audits()) co_return;
    Difference changed = co_await off_loop(request.work_on(context_size(before) + context_size(after)),
                                           [&] { return difference(before, after); });
    request.record(job.id.value(), std::move(changed), job.tenant);
}

/// Notifies the scheduler of the changed jobs; returns `done`, with the jobs if the client prefers them, or
/// the error response.
http::Response after_change(const ApiRequest& request, Result<std::vector<model::Job>> changed,
                            const Difference& difference, http::Response done) {
    if (!changed) return request.error(changed.error());
    for (const model::Job& job : *changed) {
        request.api.runs.job_changed(job);
        request.api.changes.log(request.caller, job);
        request.record(job.id.value(), difference, job.tenant);
    }
    if (!wants_representation(request.http)) return done;
    http::Response response = rows_response(std::move(*changed));
    response.headers = std::move(done.headers);
    add_preference_applied(response);
    return response;
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
    co_await carry_out_off_loop({old.tenant.value(), old.context.size() + input.job.context.size()}, [&] {
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
    co_return co_await off_loop(request.work_on(bytes), [&] {
        return std::ranges::all_of(*jobs, [&](const model::Job& job) {
            const auto context = model::read_context(job.context);
            return context && context->webhook == webhook;
        });
    });
}

bool is_conditional(const ApiRequest& request) {
    const std::string_view condition = request.http.header("If-Match");
    return !condition.empty() && condition != "*";
}

/// Returns true if the client changes only another revision than this one.
bool is_other_revision(const ApiRequest& request, const model::Job& job) {
    return is_conditional(request) && !matches(request.http.header("If-Match"), job.revision);
}

Error other_revision() { return {Errc::conflict, {}, {"revision"}}; }

/// The job whose id is in the path; nullopt if it does not exist or is not visible.
boost::asio::awaitable<Result<std::optional<model::Job>>> find_named(const ApiRequest& request) {
    if (!can_be_id(request.variable)) co_return std::nullopt;
    co_return co_await request.api.store.jobs->find_job(request.caller.visible_tenant,
                                                        JobId{request.variable});
}

/// Completes the input for a new job. Returns the response if the job is refused.
boost::asio::awaitable<std::optional<http::Response>> check_new(const ApiRequest& request, const JobId& id,
                                                                model::JobInput& input) {
    input.job.id = id;
    input.job.tenant = request.caller.tenant;
    input.job.created_at = input.job.updated_at = whole_second(request.api.clock);
    auto refused = co_await check_definition(request, input);
    if (!refused) refused = check_interval(request, input);
    co_await warn_of_mode(request, input);
    warn_of_disabled(input);
    co_return refused;
}

/// Completes the input for the next version of a job. Returns the response if it is refused.
boost::asio::awaitable<std::optional<http::Response>> check_next(const ApiRequest& request,
                                                                 const model::Job& old,
                                                                 model::JobInput& input) {
    co_await keep_repeating(old, input);
    input.job.id = old.id;
    input.job.tenant = old.tenant;
    input.job.created_at = old.created_at;
    input.job.updated_at = whole_second(request.api.clock);
    auto refused = co_await check_definition(request, input);
    if (!refused) refused = check_interval(request, input);
    co_await warn_of_mode(request, input);
    co_return refused;
}

bool same_definition(const model::Job& left, const model::Job& right) {
    const auto members = [](const model::Job& job) {
        return std::tie(job.name, job.cron_time, job.type, job.context, job.enabled, job.remarks);
    };
    return members(left) == members(right);
}

/// A job after a write.
struct Version {
    enum class Kind : std::uint8_t { created, replaced, unchanged };
    model::Job job{};
    Kind kind{Kind::replaced};
    std::vector<std::string> warnings{};
};

/// Stores the next version of a job, if that is still at the revision `if_match`.
boost::asio::awaitable<Result<Version>> store_replaced(const ApiRequest& request, const model::Job& old,
                                                       const model::JobInput& input,
                                                       std::optional<ChangeNumber> if_match) {
    auto replaced = co_await request.api.store.jobs->replace_job(
        request.caller.visible_tenant, input.job, model::write_plan(input.context.plan), if_match);
    if (!replaced) co_return std::unexpected(std::move(replaced.error()));
    request.api.runs.job_changed(*replaced);
    co_await record_change(request, &old, &*replaced);
    co_return Version{std::move(*replaced), Version::Kind::replaced, input.warnings};
}

/// The same, provided that it is still the version `old`; an equal definition is not written.
boost::asio::awaitable<Result<Version>> store_next(const ApiRequest& request, const model::Job& old,
                                                   const model::JobInput& input) {
    if (same_definition(old, input.job)) {
        request.caller.changed_nothing = true;
        co_return Version{old, Version::Kind::unchanged, input.warnings};
    }
    co_return co_await store_replaced(request, old, input, old.revision);
}

/// The audit record of a job that is about to be created; nullopt if there is no audit log.
boost::asio::awaitable<std::optional<store::AuditEntry>> audit_of_new(const ApiRequest& request,
                                                                      const model::Job& job) {
    if (!request.audits()) co_return std::nullopt;
    Difference all =
        co_await off_loop(request.work_on(context_size(&job)), [&job] { return difference(nullptr, &job); });
    AuditRecord record{job.id.value(), std::move(all), job.tenant};
    co_return audit_entry(request.http, request.caller, std::move(record));
}

/// The job and its audit record share a transaction: a creation needs one commit, and is never without it.
boost::asio::awaitable<Result<Version>> store_first(const ApiRequest& request, const model::JobInput& input) {
    const auto audit = co_await audit_of_new(request, input.job);
    auto created =
        co_await request.api.store.jobs->create_job(input.job, model::write_plan(input.context.plan), audit);
    if (!created) co_return std::unexpected(std::move(created.error()));
    request.api.runs.job_changed(*created);
    request.api.changes.log(request.caller, *created);
    if (audit) {
        log_audit(*audit, request.caller);
        request.caller.audit_is_stored = true;
    }
    co_return Version{std::move(*created), Version::Kind::created, input.warnings};
}

/// Returns true if another client has changed or created the job meanwhile, and the request does not depend
/// on the revision: it is then applied to the new version.
bool is_worth_repeating(const ApiRequest& request, const Error& error, int tries) {
    const bool is_race = error.code == Errc::conflict && !error.fields.empty() &&
                         (error.fields.front() == "revision" || error.fields.front() == "job_name");
    return is_race && !is_conditional(request) && tries < kMaxTries;
}

void add_place(http::Response& response, const ApiRequest& request, const model::Job& job) {
    response.headers.push_back({"ETag", entity_tag(job.revision)});
    response.headers.push_back({"Location", request.api.options.prefix + "/job/" + job.id.value()});
}

/// The job as the body: warnings are in the header.
http::Response job_response(const ApiRequest& request, const Version& version) {
    const bool is_new = version.kind == Version::Kind::created;
    std::string body;
    body.reserve(version.job.context.size() + 512);
    model::append_json(body, version.job);
    http::Response response = json_response(is_new ? 201 : 200, std::move(body));
    if (is_new)
        add_place(response, request, version.job);
    else
        response.headers.push_back({"ETag", entity_tag(version.job.revision)});
    if (wants_representation(request.http)) add_preference_applied(response);
    add_warnings(response, request.language(), version.warnings);
    return response;
}

using Input = std::expected<model::JobInput, model::Problems>;

/// The job after a merge patch, checked like a job that replaces it.
Input patched(std::string_view patch, const model::Job& old, const model::Rules& rules, Instant now) {
    std::string shown;
    model::append_json(shown, old);
    auto text = model::merge_patch(shown, patch);
    if (!text) return std::unexpected(std::move(text.error()));
    return model::read_job(*text, model::Purpose::store, rules, now, &old);
}

/// The job in the body, with the name in the path.
Input named_job(std::string_view body, const std::string& name, const model::Rules& rules, Instant now,
                const model::Job* old, const JobId& id) {
    const auto given = parse_object(body);
    if (!given) return std::unexpected(given.error());
    const boost::json::value* const own = given->if_contains("job_name");
    const bool is_same = own == nullptr || own->is_null() || (own->is_string() && own->get_string() == name);
    if (!is_same)
        return std::unexpected(model::Problems{{std::string{model::cause::kInvalidParameter}, "job_name",
                                                "must be absent or the name in the path"}});
    const auto text = model::merge_patch(body, R"({"job_name":)" + json_string(name) + '}');
    if (!text) return std::unexpected(text.error());
    return model::read_job(*text, model::Purpose::store, rules, now, old, id);
}

/// The visible jobs of the name in the path: more than one if the caller sees several tenants.
boost::asio::awaitable<Result<std::vector<model::Job>>> jobs_of_name(const ApiRequest& request) {
    store::JobFilter filter{.tenant = request.caller.visible_tenant, .limit = kNamesShown};
    filter.name = request.variable;
    co_return co_await request.api.store.jobs->list_jobs(std::move(filter));
}

http::Response ambiguous_name(const ApiRequest& request, const std::vector<model::Job>& jobs) {
    std::string reason = "several jobs have this name:";
    for (const model::Job& job : jobs)
        reason += fmt::format(" {} (tenant {})", job.id.value(), job.tenant.value());
    reason += "; change one of them by its id, or name one tenant (?tenant=)";
    return json_response(409,
                         model::error_body(409, request.language(), model::Detail::conflicts,
                                           {{std::string{model::cause::kConflict}, "job_name", reason}}));
}

}  // namespace

AsyncResponse create_job(ApiRequest request) {
    const JobId id{random_uuid()};
    auto input = co_await off_loop(request.work_on_body(), [&] {
        return model::read_job(request.http.body, model::Purpose::store, request.api.options.rules,
                               whole_second(request.api.clock), nullptr, id);
    });
    if (!input) co_return request.error(input.error());
    if (auto refused = co_await check_new(request, id, *input)) co_return std::move(*refused);
    const auto created = co_await store_first(request, *input);
    if (!created) co_return request.error(created.error());
    if (wants_representation(request.http)) co_return job_response(request, *created);
    http::Response response = json_response(201, created_body(request, created->job, *input));
    add_place(response, request, created->job);
    co_return response;
}

AsyncResponse replace_job(ApiRequest request) {
    const auto stored = co_await find_named(request);
    if (!stored) co_return request.error(stored.error());
    const model::Job* old = *stored ? &**stored : nullptr;

    auto input = co_await off_loop(request.work_on_body(), [&] {
        return model::read_job(request.http.body, model::Purpose::store, request.api.options.rules,
                               whole_second(request.api.clock), old);
    });
    // For compatibility, some errors in the text are reported before the lookup and some after it.
    if (!input && (old != nullptr || !input.error().front().after_lookup))
        co_return request.error(input.error());
    if (old == nullptr) co_return request.not_found("job_id");
    if (is_other_revision(request, *old)) co_return request.error(other_revision());
    const auto if_match = is_conditional(request) ? std::optional{old->revision} : std::nullopt;

    if (auto refused = co_await check_next(request, *old, *input)) co_return std::move(*refused);
    const auto replaced = co_await store_replaced(request, *old, *input, if_match);
    if (!replaced) co_return request.error(replaced.error());
    if (wants_representation(request.http)) co_return job_response(request, *replaced);
    http::Response response = empty_response();
    response.headers.push_back({"ETag", entity_tag(replaced->job.revision)});
    add_warnings(response, request.language(), replaced->warnings);
    co_return response;
}

AsyncResponse patch_job(ApiRequest request) {
    for (int tries = 1;; ++tries) {
        const auto stored = co_await find_named(request);
        if (!stored) co_return request.error(stored.error());
        if (!*stored) co_return request.not_found("job_id");
        const model::Job& old = **stored;
        if (is_other_revision(request, old)) co_return request.error(other_revision());
        auto input = co_await off_loop(request.work_on(request.http.body.size() + old.context.size()), [&] {
            return patched(request.http.body, old, request.api.options.rules,
                           whole_second(request.api.clock));
        });
        if (!input) co_return request.error(input.error());
        if (auto refused = co_await check_next(request, old, *input)) co_return std::move(*refused);
        auto version = co_await store_next(request, old, *input);
        if (version) co_return job_response(request, *version);
        if (!is_worth_repeating(request, version.error(), tries)) co_return request.error(version.error());
    }
}

AsyncResponse put_job_by_name(ApiRequest request) {
    for (int tries = 1;; ++tries) {
        const auto found = co_await jobs_of_name(request);
        if (!found) co_return request.error(found.error());
        if (found->size() > 1) co_return ambiguous_name(request, *found);
        const model::Job* const old = found->empty() ? nullptr : &found->front();
        // If-Match, also with *, requires that there is a job.
        const bool is_other =
            old == nullptr ? !request.http.header("If-Match").empty() : is_other_revision(request, *old);
        const bool is_known =
            old != nullptr && matches_weakly(request.http.header("If-None-Match"), entity_tag(old->revision));
        if (is_other || is_known) co_return request.error(other_revision());
        const JobId id{old == nullptr ? random_uuid() : old->id.value()};
        auto input = co_await off_loop(request.work_on_body(), [&] {
            return named_job(request.http.body, request.variable, request.api.options.rules,
                             whole_second(request.api.clock), old, id);
        });
        if (!input) co_return request.error(input.error());
        auto refused = old == nullptr ? co_await check_new(request, id, *input)
                                      : co_await check_next(request, *old, *input);
        if (refused) co_return std::move(*refused);
        auto version = old == nullptr ? co_await store_first(request, *input)
                                      : co_await store_next(request, *old, *input);
        if (version) co_return job_response(request, *version);
        if (!is_worth_repeating(request, version.error(), tries)) co_return request.error(version.error());
    }
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
        co_await record_change(request, &job, nullptr);
    }
    co_return empty_response();
}

AsyncResponse enable_jobs(ApiRequest request) {
    const auto enabled =
        co_await off_loop(request.work_on_body(), [&] { return model::read_enable(request.http.body); });
    if (!enabled) co_return request.error(enabled.error());
    auto ids = known_ids(request.variable);
    if (!ids) co_return request.not_found("job_id");
    if (*enabled && !may_use_every_mode(request)) {
        const auto jobs = co_await request.api.store.jobs->find_jobs(request.caller.visible_tenant, *ids);
        if (!jobs) co_return request.error(jobs.error());
        if (auto forbidden = co_await check_modes(request, *jobs)) co_return std::move(*forbidden);
    }
    auto changed = co_await request.api.store.jobs->enable_jobs(request.caller.visible_tenant,
                                                                std::move(*ids), *enabled);
    http::Response done = empty_response();
    if (changed && *enabled) {
        const std::vector<std::string> warnings = co_await mode_warnings(request, *changed);
        add_warnings(done, request.language(), warnings);
    }
    co_return after_change(request, std::move(changed), change_to("enabled", *enabled ? "true" : "false"),
                           std::move(done));
}

AsyncResponse notify_jobs(ApiRequest request) {
    auto webhook =
        co_await off_loop(request.work_on_body(), [&] { return model::read_webhook(request.http.body); });
    if (!webhook) co_return request.error(webhook.error());
    auto ids = known_ids(request.variable);
    if (webhook->problem) {
        const auto kept = co_await have_webhook(request, ids.value_or(std::vector<JobId>{}), webhook->url);
        if (!kept) co_return request.error(kept.error());
        if (!*kept) co_return request.error(model::Problems{*webhook->problem});
    }
    if (!ids) co_return request.not_found("job_id");
    const Difference webhook_change = change_to("job_context.notify.webhook", json_string(webhook->url));
    auto changed = co_await request.api.store.jobs->notify_jobs(request.caller.visible_tenant,
                                                                std::move(*ids), std::move(webhook->url));
    http::Response done = json_response(200, R"({"failed_job_id":[]})");
    if (webhook->problem)
        add_warnings(
            done, request.language(),
            {fmt::format("webhook {}; each job had this value before", webhook->problem->explanation)});
    co_return after_change(request, std::move(changed), webhook_change, std::move(done));
}

}  // namespace ecron::management
