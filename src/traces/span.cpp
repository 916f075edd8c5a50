#include "traces/span.hpp"

#include <algorithm>

#include "ecron/base/http_url.hpp"
#include "ecron/base/json_writer.hpp"
#include "ecron/base/trace.hpp"
#include "ecron/base/utf8.hpp"
#include "ecron/model/execute_id.hpp"

namespace ecron::traces {
namespace {

constexpr std::int64_t kKindClient = 3;   // SPAN_KIND_CLIENT
constexpr std::int64_t kStatusError = 2;  // STATUS_CODE_ERROR
constexpr std::size_t kMessageLength = 1'024;
constexpr std::size_t kUsualSpan = 1'024;
constexpr std::size_t kResponseBodyLimit = 4'096;

std::string nanoseconds(Instant instant) {
    return std::to_string(std::chrono::nanoseconds{instant.time_since_epoch()}.count());
}

class Attributes {
public:
    explicit Attributes(JsonWriter& json) : json_(json) { json_.key("attributes").begin_array(); }
    void text(std::string_view name, std::string_view value) { add(name, "stringValue", value); }
    void number(std::string_view name, std::int64_t value) { add(name, "intValue", std::to_string(value)); }
    void end() { json_.end_array(); }

private:
    void add(std::string_view name, std::string_view kind, std::string_view value) {
        json_.begin_object().member("key", name).key("value");
        json_.begin_object().member(kind, value).end_object().end_object();
    }

    JsonWriter& json_;
};

/// Names as in the semantic conventions of OpenTelemetry where these define one.
void write_attributes(JsonWriter& json, const Span& span) {
    Attributes attributes{json};
    attributes.text("ecron.job.id", span.job_id);
    attributes.text("ecron.job.name", span.job_name);
    if (!span.tenant.empty()) attributes.text("ecron.tenant", span.tenant);
    attributes.text("ecron.execution.id", span.execution);
    attributes.number("ecron.attempt", span.attempt);
    if (span.lateness) attributes.number("ecron.lateness_ms", span.lateness->count());
    if (span.http) {
        attributes.text("http.request.method", span.http->method);
        attributes.text("url.full", span.http->url);
        if (span.http->status != 0) attributes.number("http.response.status_code", span.http->status);
    }
    attributes.end();
}

void write_span(JsonWriter& json, const Span& span) {
    const TraceContext context = trace_context(span.traceparent);
    json.begin_object().member("traceId", context.trace).member("spanId", context.span);
    if (!span.parent.empty()) json.member("parentSpanId", span.parent);
    json.member("name", span.job_name.empty() ? span.job_id : span.job_name).member("kind", kKindClient);
    json.member("startTimeUnixNano", nanoseconds(span.begin));
    json.member("endTimeUnixNano", nanoseconds(span.end));
    write_attributes(json, span);
    json.key("status").begin_object();
    if (span.error) json.member("code", kStatusError).member("message", *span.error);
    json.end_object().end_object();
}

void write_resource(JsonWriter& json, const Resource& resource) {
    json.key("resource").begin_object();
    Attributes attributes{json};
    attributes.text("service.name", "ecron");
    attributes.text("service.version", resource.version);
    attributes.text("service.instance.id", resource.node.value());
    attributes.end();
    json.end_object();
}

std::optional<HttpCall> http_call(const analysis::EndedAttempt& ended) {
    if (ended.task == nullptr || ended.task->context.mode == model::Mode::exe) return std::nullopt;
    const model::Context& context = ended.task->context;
    return HttpCall{
        .method = context.method, .url = url_for_record(context.exec), .status = ended.record.code};
}

}  // namespace

std::optional<Span> span_of(const analysis::EndedAttempt& ended) {
    const model::Execution& execution = ended.execution;
    const model::Attempt& record = ended.record;
    std::string own = attempt_traceparent(execution.traceparent, record.execute_id.value(), record.number);
    if (!trace_context(own).sampled) return std::nullopt;
    Span span{.traceparent = std::move(own),
              .begin = record.begin_at,
              .end = std::max(record.begin_at, record.end_at),  // the clock may have been set back
              .execution = std::string{model::chosen_id(record.execute_id)},
              .attempt = record.number,
              .job_id = execution.job_id.value(),
              .job_name = execution.job_name,
              .tenant = execution.tenant.value(),
              .http = http_call(ended)};
    if (!execution.traceparent.empty()) span.parent = trace_context(execution.traceparent).span;
    if (ended.due) span.lateness = std::max(Millis{0}, record.begin_at - *ended.due);
    if (record.outcome != model::ExecutionState::success)
        span.error = std::string{utf8_front(record.reason, kMessageLength)};
    return span;
}

std::string encode(std::span<const Span> spans, const Resource& resource) {
    std::string out;
    out.reserve(spans.size() * kUsualSpan);
    JsonWriter json{out};
    json.begin_object().key("resourceSpans").begin_array().begin_object();
    write_resource(json, resource);
    json.key("scopeSpans").begin_array().begin_object();
    json.key("scope").begin_object().member("name", "ecron").end_object();
    json.key("spans").begin_array();
    for (const Span& span : spans) write_span(json, span);
    json.end_array().end_object().end_array().end_object().end_array().end_object();
    return out;
}

http::ClientRequest export_request(std::string document, const Options& options) {
    std::string url = options.endpoint;
    while (url.ends_with('/')) url.pop_back();
    http::ClientRequest request{.method = "POST",
                                .url = url + "/v1/traces",
                                .body = std::move(document),
                                .connect_timeout = options.timeout,
                                .timeout = options.timeout,
                                .max_redirects = 0,
                                .body_limit = kResponseBodyLimit};
    request.headers.push_back({"Content-Type", "application/json"});
    for (const SecretText& header : options.headers) {
        const std::string& text = header.reveal();
        const std::size_t sign = text.find('=');
        request.headers.push_back({text.substr(0, sign), text.substr(sign + 1)});
    }
    return request;
}

}  // namespace ecron::traces
