#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <cassert>

#include "ecron/base/off_loop.hpp"
#include "ecron/model/fields.hpp"
#include "ecron/model/json_text.hpp"
#include "ecron/model/translation.hpp"
#include "management/handlers/handlers.hpp"
#include "management/http/json_body.hpp"
#include "management/http/query.hpp"
#include "management/http/responses.hpp"
#include "management/schedule_json.hpp"

namespace ecron::management {
namespace {

namespace cause = model::cause;
namespace bj = boost::json;

constexpr std::int64_t kMaxRuns = 1'000;
constexpr std::int64_t kNextDefault = 10;
constexpr std::int64_t kPreviewDefault = 5;

/// Returns the body of a preview as a job with its schedule; a placeholder target that passes all checks
/// replaces the rest.
std::string schedule_of_job(const bj::object& body) {
    bj::object job{{"job_name", "preview"}, {"job_type", "scheduled"}, {"job_context", bj::object{}}};
    for (const std::string_view member : {"job_id", "job_type", "job_cron_time", "job_context"})
        if (const bj::value* value = body.if_contains(member); value != nullptr && !value->is_null())
            job[member] = *value;
    bj::object& context = job["job_context"].as_object();
    for (const std::string_view member : {"info", "notify", "execute_id"}) context.erase(member);
    context["mode"] = "http";
    context["exec"] = "http://localhost/";
    return model::write_json(job);
}

struct PreviewRange {
    std::size_t count{};
    Instant from{};
};

/// `count` and `from` of a preview, whose `job_context` must be an object.
std::expected<PreviewRange, model::Problems> preview_range(const bj::object& body, Instant now) {
    PreviewRange range{kPreviewDefault, now};
    model::Problems problems;
    const bj::value* context = body.if_contains("job_context");
    if (context != nullptr && !context->is_object() && !context->is_null())
        problems.push_back({std::string{cause::kInvalidParameter}, "job_context", "must be an object"});
    if (const bj::value* count = body.if_contains("count"); count != nullptr && !count->is_null()) {
        bj::error_code error;
        const auto number = count->to_number<std::int64_t>(error);
        if (error || number < 1 || number > kMaxRuns)
            problems.push_back(
                {std::string{cause::kInvalidParameter}, "count", "a whole number from 1 to 1000"});
        else
            range.count = static_cast<std::size_t>(number);
    }
    if (const bj::value* from = body.if_contains("from"); from != nullptr && !from->is_null()) {
        const auto instant = parse_rfc3339(from->is_string() ? std::string_view{from->get_string()} : "");
        if (!instant)
            problems.push_back({std::string{cause::kTime}, "from", "an RFC 3339 instant"});
        else
            range.from = *instant;
    }
    if (!problems.empty()) return std::unexpected(std::move(problems));
    return range;
}

/// Adds the warnings about members that schedule_of_job() left out, as a create returns them.
void warn_of_members(bj::object body, std::vector<std::string>& warnings) {
    for (const std::string_view own : {"count", "from"}) body.erase(own);
    for (std::string& warning : model::member_warnings(body))
        if (std::ranges::find(warnings, warning) == warnings.end()) warnings.push_back(std::move(warning));
}

/// For a refused expression, `detail.position` is the character at which reading it failed.
http::Response expression_error(const ApiRequest& request, const model::Problems& problems) {
    http::Response response = request.error(problems);
    const auto placed =
        std::ranges::find_if(problems, [](const auto& one) { return one.position.has_value(); });
    if (placed == problems.end()) return response;
    assert(response.body.ends_with("}}"));  // the ends of `detail` and of the body
    response.body.insert(response.body.size() - 2, fmt::format(",\"position\":{}", *placed->position));
    return response;
}

}  // namespace

AsyncResponse next_runs_of_job(ApiRequest request) {
    const auto query = Query::read(request.http.query);
    if (!query) co_return request.error(query.error());
    const auto count = query->number("count", 1, kNextDefault);
    if (!count) co_return request.error(count.error());
    const auto from = query->time("from");
    if (!from) co_return request.error(from.error());

    if (!can_be_id(request.variable)) co_return request.not_found("job_id");
    const auto job =
        co_await request.api.store.jobs->find_job(request.caller.visible_tenant, JobId{request.variable});
    if (!job) co_return request.error(job.error());
    if (!*job) co_return request.not_found("job_id");
    const auto context = co_await off_loop(request.work_on((*job)->context.size()),
                                           [&] { return model::read_context((*job)->context); });
    if (!context) co_return request.error(context.error());

    const auto schedule =
        model::schedule_of((*job)->cron_time, (*job)->type, context->plan, (*job)->id, (*job)->created_at,
                           request.api.options.rules, cron::Strictness::takeover);
    std::string body;
    JsonWriter json{body};
    json.begin_object().member("job_id", (*job)->id.value()).key("enabled").boolean((*job)->enabled);
    const std::string_view unplannable = model::unplannable((*job)->type, context->mode);
    if (schedule && unplannable.empty()) {
        append_description(json, schedule->schedule);
        append_instants(json, "next",
                        model::first_occurrences(schedule->schedule, (*job)->type, context->plan,
                                                 from->value_or(request.api.clock.now()),
                                                 static_cast<std::size_t>(std::min(*count, kMaxRuns))),
                        schedule->schedule.zone());
    } else {
        append_texts(json, "next", {});  // a real-time job without an expression runs only on request
        if (!unplannable.empty())
            json.member("not_planned", unplannable);
        else if (!(*job)->cron_time.empty())
            json.member("not_planned", schedule.error().reason);
    }
    json.end_object();
    co_return json_response(200, std::move(body));
}

AsyncResponse preview_schedule(ApiRequest request) {
    const model::Rules& rules = request.api.options.rules;
    const Instant now = std::chrono::floor<Seconds>(request.api.clock.now());
    const auto body =
        co_await off_loop(request.work_on_body(), [&] { return parse_object(request.http.body); });
    if (!body) co_return request.error(body.error());
    const auto range = preview_range(*body, now);
    if (!range) co_return request.error(range.error());

    const std::string job_text =
        co_await off_loop(request.work_on_body(), [&] { return schedule_of_job(*body); });
    auto input = co_await off_loop(request.work_on(job_text.size()), [&] {
        return model::read_job(job_text, model::Purpose::store, rules, now);
    });
    if (!input) co_return expression_error(request, input.error());
    if (!input->schedule)
        co_return request.error(
            model::Problems{{std::string{cause::kCronTime}, "job_cron_time", "must not be empty"}});

    co_await carry_out_off_loop(request.work_on_body(), [&] { warn_of_members(*body, input->warnings); });

    std::string out;
    JsonWriter json{out};
    json.begin_object().member("fields", fields_of(input->job.cron_time));
    append_description(json, *input->schedule);
    append_instants(json, "next",
                    model::first_occurrences(*input->schedule, input->job.type, input->context.plan,
                                             range->from, range->count),
                    input->schedule->zone());
    append_texts(json, "warnings", model::translated(input->warnings, request.language()));
    json.end_object();
    co_return json_response(200, std::move(out));
}

}  // namespace ecron::management
