#include <algorithm>

#include "ecron/base/off_loop.hpp"
#include "ecron/model/shard.hpp"
#include "ecron/model/translation.hpp"
#include "management/explanation.hpp"
#include "management/handlers/handlers.hpp"
#include "management/http/query.hpp"
#include "management/http/responses.hpp"
#include "management/schedule_json.hpp"

/// GET /job/:job_id/explain: collects the stored history around an instant and returns the verdict.
namespace ecron::management {
namespace {

constexpr std::size_t kMaxChanges = 1'000;
constexpr Millis kRestOfSecond{999};

Definition definition_of(const model::Job& job) {
    const auto context = model::read_context(job.context);
    return {.cron_time = job.cron_time,
            .type = job.type,
            .mode = context ? context->mode : model::Mode::http,
            .plan = context ? context->plan : model::Plan{},
            .enabled = job.enabled,
            .created_at = job.created_at};
}

std::optional<Instant> paused_since(const store::ActivePauses& pauses, const TenantId& tenant) {
    if (pauses.all) return pauses.all;
    for (const store::Pause& pause : pauses.tenants)
        if (pause.tenant == tenant) return pause.since;
    return std::nullopt;
}

/// Returns how far planning of the job's shard has progressed.
std::optional<Instant> planned_until(const store::Cluster& cluster, const JobId& job) {
    if (cluster.shards.empty()) return std::nullopt;
    const Shard shard = model::shard_of(job, cluster.shards.size());
    for (const store::ShardState& state : cluster.shards)
        if (state.shard == shard) return state.watermark;
    return std::nullopt;
}

/// Returns nullopt if the tenant never had such a job.
boost::asio::awaitable<Result<std::optional<Evidence>>> collect_evidence(ApiRequest request, Instant at) {
    store::Store& store = request.api.store;
    Evidence evidence{.at = at, .now = request.api.clock.now(), .job = JobId{request.variable}};
    const auto job = co_await store.jobs->find_job(request.caller.visible_tenant, evidence.job);
    if (!job) co_return std::unexpected(job.error());
    const TenantId tenant = *job ? (*job)->tenant : request.caller.tenant;
    auto changes = co_await store.changes->changes_of(evidence.job, tenant, kMaxChanges);
    if (!changes) co_return std::unexpected(changes.error());
    const auto own = [&](const store::Change& change) {
        return change.job_id == evidence.job && change.tenant == tenant;
    };
    const auto newest = std::ranges::find_if(*changes, own);
    if (!*job && newest == changes->end()) co_return std::nullopt;
    const JobKey key = *job ? (*job)->key : newest->job_key;
    if (*job)
        evidence.current =
            co_await off_loop(request.work_on((*job)->context.size()), [&] { return definition_of(**job); });
    evidence.changes = std::move(*changes);

    auto runs = co_await store.queries->runs_of(evidence.job, at, at + kRestOfSecond);
    if (!runs) co_return std::unexpected(runs.error());
    std::erase_if(*runs, [&](const model::Execution& run) { return run.tenant != tenant; });
    evidence.runs = std::move(*runs);
    auto missed = co_await store.changes->missed_of(key, at, at + kRestOfSecond);
    if (!missed) co_return std::unexpected(missed.error());
    evidence.missed = std::move(*missed);
    const auto pauses = co_await store.pauses->pauses();
    if (!pauses) co_return std::unexpected(pauses.error());
    evidence.paused_since = paused_since(*pauses, tenant);
    const auto cluster = co_await store.election->cluster();
    if (!cluster) co_return std::unexpected(cluster.error());
    evidence.planned_until = planned_until(*cluster, evidence.job);
    co_return evidence;
}

void append(JsonWriter& json, const Explanation& explanation) {
    if (explanation.execution) {
        std::string text;
        model::append_json(text, *explanation.execution);
        json.member_raw("execution", text);
    }
    if (explanation.missed) {
        json.key("missed").begin_object().member("from", format_rfc3339(explanation.missed->from));
        json.member("to", format_rfc3339(explanation.missed->to)).member("count", explanation.missed->count);
        json.member("reason", explanation.missed->reason).end_object();
    }
    if (explanation.change) {
        json.key("change").begin_object().member("number", explanation.change->number.value());
        json.member("kind", explanation.change->kind)
            .member("at", format_rfc3339_millis(explanation.change->at));
        json.end_object();
    }
    if (explanation.definition) {
        json.key("schedule").begin_object().member("job_cron_time", explanation.definition->cron_time);
        json.member("job_type", model::to_text(explanation.definition->type));
        json.member("timezone", explanation.definition->plan.timezone);
        json.key("enabled").boolean(explanation.definition->enabled).end_object();
    }
    if (explanation.previous) json.member("previous", format_rfc3339(*explanation.previous));
    if (explanation.next) json.member("next", format_rfc3339(*explanation.next));
}

}  // namespace

AsyncResponse explain_run(ApiRequest request) {
    const auto query = Query::read(request.http.query);
    if (!query) co_return request.error(query.error());
    const auto at = query->time("at");
    if (!at) co_return request.error(at.error());
    if (!*at)
        co_return request.error(
            model::Problems{{std::string{model::cause::kTime}, "at",
                             "is required: the instant to explain, such as 2026-01-05T02:00:00Z"}});
    if (!can_be_id(request.variable)) co_return request.not_found("job_id");

    const Instant second = std::chrono::floor<Seconds>(**at);
    const auto evidence = co_await collect_evidence(request, second);
    if (!evidence) co_return request.error(evidence.error());
    if (!*evidence) co_return request.not_found("job_id");
    Explanation explanation = explain(**evidence, request.api.options.rules);
    if (explanation.execution) request.translate_reason(explanation.execution->reason);

    std::string body;
    JsonWriter json{body};
    json.begin_object().member("job_id", request.variable).member("at", format_rfc3339(second));
    json.member("verdict", to_text(explanation.verdict))
        .member("explanation", model::translated(explanation.text, request.language()));
    append(json, explanation);
    json.end_object();
    co_return json_response(200, std::move(body));
}

}  // namespace ecron::management
