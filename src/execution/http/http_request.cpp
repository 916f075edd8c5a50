#include "execution/http/http_request.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <cctype>

#include "ecron/base/http_url.hpp"
#include "ecron/base/json_writer.hpp"
#include "ecron/http/retry_after.hpp"
#include "ecron/model/execute_id.hpp"
#include "ecron/model/json_text.hpp"

namespace ecron::execution {
namespace {

bool same_name(std::string_view left, std::string_view right) {
    return std::ranges::equal(left, right, [](char a, char b) {
        return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
    });
}

bool is_own_header(std::string_view name) {
    constexpr std::array<std::string_view, 3> kOwn{"webhook", "X-Ecron-Scheduled-At", "X-Ecron-Attempt"};
    return std::ranges::any_of(kOwn, [&](std::string_view own) { return same_name(own, name); });
}

constexpr std::string_view kIdempotencyKey = "Idempotency-Key";
constexpr std::string_view kTraceparent = "traceparent";

/// A job may set these headers itself; an empty value is not sent.
bool sets_header(const model::Context& context, std::string_view name) {
    return context.headers && std::ranges::any_of(*context.headers, [&](const auto& header) {
               return same_name(header.first, name) && !header.second.empty();
           });
}

bool is_form(const model::Context& context) {
    constexpr std::string_view kForm = "application/x-www-form-urlencoded";
    if (!context.headers) return false;
    return std::ranges::any_of(*context.headers, [&](const auto& header) {
        return same_name(header.first, "Content-Type") &&
               same_name(header.second.substr(0, kForm.size()), kForm);
    });
}

/// Encodes the members of a JSON object as an HTML form: texts as they are, other values as JSON.
Result<std::string> form_encode(std::string_view object, Revealer& revealer) {
    std::string out;
    const Result<boost::json::value> value = model::parse_json(object);
    if (!value || !value->is_object()) return out;
    for (const auto& member : value->get_object()) {
        const bool is_text = member.value().is_string() && !model::is_kept_number(member.value());
        const std::string given =
            is_text ? std::string{member.value().get_string()} : model::write_json(member.value());
        const Result<std::string> text = revealer.reveal(given, is_text ? Quoting::none : Quoting::json);
        if (!text) return text;
        if (!out.empty()) out += '&';
        out += http::percent_encode(std::string_view{member.key()}) + '=' + http::percent_encode(*text);
    }
    return out;
}

Result<std::optional<std::string>> body_of(const model::Context& context, Revealer& revealer) {
    if (context.method == "GET" || context.method == "HEAD" || context.method == "DELETE")
        return std::nullopt;
    if (!context.body) return "null";
    return is_form(context) ? form_encode(*context.body, revealer)
                            : revealer.reveal(*context.body, Quoting::json);
}

double millis(std::chrono::microseconds value) { return static_cast<double>(value.count()) / 1'000.0; }

constexpr std::array<std::string_view, 7> kHeadersOfInterest{
    "content-type", "content-encoding", "content-length", "date", "location", "retry-after", "server"};

constexpr std::size_t kUsualDetail = 384;
constexpr std::size_t kHeaderValueKept = 1'024;

void write_redirects(JsonWriter& json, const std::vector<http::Redirect>& redirects) {
    if (redirects.empty()) return;
    json.key("redirects").begin_array();
    for (const http::Redirect& redirect : redirects) {
        json.begin_object().member("status", std::int64_t{redirect.status});
        json.member("method", redirect.method).member("url", url_for_record(redirect.url)).end_object();
    }
    json.end_array();
}

std::string describe(const http::ClientResponse& answer) {
    std::string out;
    out.reserve(kUsualDetail);
    JsonWriter json{out};
    json.begin_object().member("address", answer.address).member("http", answer.version);
    json.member("body_size", static_cast<std::int64_t>(answer.body_size));
    json.key("timing_ms").begin_object();
    json.key("dns").number(millis(answer.timing.dns)).key("connect").number(millis(answer.timing.connect));
    json.key("tls")
        .number(millis(answer.timing.tls))
        .key("first_byte")
        .number(millis(answer.timing.first_byte));
    json.key("total").number(millis(answer.timing.total)).end_object();
    json.key("headers").begin_object();
    for (const http::Header& header : answer.headers) {
        const bool wanted = std::ranges::any_of(
            kHeadersOfInterest, [&](std::string_view name) { return same_name(name, header.name); });
        if (!wanted) continue;
        const bool is_url = same_name(header.name, "location");
        json.member(header.name,
                    is_url ? url_for_record(header.value) : header.value.substr(0, kHeaderValueKept));
    }
    json.end_object();
    write_redirects(json, answer.redirects);
    json.end_object();
    return out;
}

bool waits_for_callback(model::Completion completion, unsigned status) {
    switch (completion) {
        case model::Completion::response:
            return false;
        case model::Completion::callback:
            return true;
        case model::Completion::automatic:
            return status == 202;
    }
    return false;
}

/// A reference is much shorter than most secrets.
std::size_t text_work(std::string_view text) {
    constexpr std::size_t kUsualSecret = 1'024;
    return text.size() + count_secrets(text) * kUsualSecret;
}

}  // namespace

std::size_t request_work(const model::Context& context) {
    std::size_t bytes = context.exec.size();
    if (context.body) bytes += text_work(*context.body);
    if (context.headers)
        for (const auto& [name, value] : *context.headers) bytes += name.size() + text_work(value);
    return bytes;
}

std::size_t answer_work(const http::ClientResult& answer) {
    const http::ClientResponse& received = answer ? *answer : answer.error().partial;
    std::size_t bytes = received.body.size();
    for (const http::Redirect& redirect : received.redirects) bytes += redirect.url.size();
    for (const http::Header& header : received.headers) bytes += header.name.size() + header.value.size();
    return bytes;
}

Result<http::ClientRequest> http_request(const AttemptOrder& order, const HttpOptions& options,
                                         Revealer& revealer) {
    const model::Context& context = order.task->context;
    auto body = body_of(context, revealer);
    if (!body) return std::unexpected(body.error());
    http::ClientRequest request{
        .method = context.method,
        .url = context.exec,
        .body = std::move(*body),
        .connect_timeout = options.connect_timeout,
        .timeout = context.timeout.value_or(options.timeout),
        .body_limit = options.output_limit,
    };
    request.headers.reserve(5 + (context.headers ? context.headers->size() : 0));
    if (context.headers) {
        for (const auto& [name, value] : *context.headers) {
            if (is_own_header(name) || (value.empty() && same_name(name, kIdempotencyKey))) continue;
            Result<std::string> revealed = revealer.reveal(value);
            if (!revealed) return std::unexpected(revealed.error());
            request.headers.push_back({name, std::move(*revealed)});
        }
    }
    // The secrets are bound to this target only, so do not send them elsewhere.
    if (revealer.has_revealed()) request.redirects = http::ClientRequest::Redirects::same_origin;
    const std::string chosen{model::chosen_id(order.execute_id)};
    request.headers.push_back({"webhook", options.callback_path + '/' + http::percent_encode(chosen)});
    if (!sets_header(context, kIdempotencyKey))
        request.headers.push_back({std::string{kIdempotencyKey}, chosen});
    request.headers.push_back({"X-Ecron-Scheduled-At", format_rfc3339_millis(order.scheduled_at)});
    request.headers.push_back({"X-Ecron-Attempt", std::to_string(order.attempt)});
    if (!order.traceparent.empty() && !sets_header(context, kTraceparent))
        request.headers.push_back({std::string{kTraceparent}, order.traceparent});
    return request;
}

AttemptResult read_answer(const http::ClientResult& answer, model::Completion completion) {
    const http::ClientResponse& received = answer ? *answer : answer.error().partial;
    AttemptResult result;
    result.code = static_cast<int>(received.status);
    result.output = received.body;
    if (answer || received.status != 0 || !received.redirects.empty()) result.detail = describe(received);
    if (!answer) {
        result.reason = answer.error().what;
        result.incomplete = true;
        result.timed_out = answer.error().code == Errc::timeout;
        result.retry_after = http::retry_after(received);
        return result;
    }
    if (answer->status < 200 || answer->status > 299) {
        result.reason = fmt::format("the target answered {}", answer->status);
        result.retry_after = http::retry_after(*answer);
        return result;
    }
    result.outcome = model::ExecutionState::success;
    result.accepted = waits_for_callback(completion, answer->status);
    return result;
}

}  // namespace ecron::execution
