#include "management/service.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <iterator>

namespace ecron::management::test {
namespace {

bool is_elsewhere(std::string_view path) {
    return path.starts_with("/health/") || path.starts_with("/api/") || path == "/metrics" ||
           path == "/openapi.json";
}

std::string_view name_of(Method method) {
    switch (method) {
        case Method::post:
            return "post";
        case Method::put:
            return "put";
        case Method::patch:
            return "patch";
        case Method::delete_:
            return "delete";
        case Method::get:
        case Method::head:
            return "get";
        default:
            return "none";
    }
}

/// Returns true if a path is an instance of a template such as /job/{job_id}/next.
bool fits(std::string_view path, std::string_view pattern) {
    const std::size_t open = pattern.find('{');
    if (open == pattern.npos) return path == pattern;
    const std::string_view tail = pattern.substr(pattern.find('}') + 1);
    if (!path.starts_with(pattern.substr(0, open)) || !path.ends_with(tail)) return false;
    if (path.size() <= open + tail.size()) return false;
    return !path.substr(open, path.size() - open - tail.size()).contains('/');
}

const bj::object* operation_for(const bj::value& document, Method method, std::string_view path) {
    for (const auto& [pattern, operations] : document.at("paths").as_object()) {
        if (!fits(path, pattern)) continue;
        if (const bj::value* operation = operations.as_object().if_contains(name_of(method)))
            return &operation->as_object();
    }
    return nullptr;
}

/// A response that the document describes as empty contains jobs if the request prefers that.
bool shows_jobs(const bj::value& body, const bj::value& document) {
    const bj::value& job = document.at_pointer("/components/schemas/Job");
    if (!body.is_array()) return faults_of(body, job, document).empty();
    return std::ranges::all_of(body.get_array(),
                               [&](const bj::value& one) { return faults_of(one, job, document).empty(); });
}

boost::asio::awaitable<void> drain(http::BodyStream& stream, std::string& into) {
    for (auto piece = co_await stream.next(); piece; piece = co_await stream.next()) into += *piece;
}

/// Reads a streamed body, unless the stream is endless.
void read_stream(boost::asio::io_context& io, http::Response& response) {
    if (response.content_type == "text/event-stream") return;
    boost::asio::co_spawn(io, drain(*response.stream, response.body), [](std::exception_ptr error) {
        if (error) std::rethrow_exception(error);
    });
    io.restart();
    io.run();
}

}  // namespace

http::Response Service::run(const http::Request& request) {
    boost::asio::io_context io;
    http::Response response;
    boost::asio::co_spawn(io, api().handle(request), [&](std::exception_ptr error, http::Response answer) {
        if (error) std::rethrow_exception(error);
        response = std::move(answer);
    });
    io.run();
    if (response.stream) read_stream(io, response);
    return response;
}

const bj::value& Service::document() {
    if (document_.is_null()) document_ = bj::parse(run({.path = "/openapi.json"}).body);
    return document_;
}

Reply Service::ask(Method method, std::string_view target, std::string body,
                   std::vector<http::Header> headers) {
    const std::size_t mark = target.find('?');
    http::Request request{.method = method, .path = std::string{target.substr(0, mark)}};
    if (!is_elsewhere(request.path)) request.path = kPrefix + request.path;
    if (mark != target.npos) request.query = target.substr(mark + 1);
    request.headers = std::move(headers);
    std::ranges::copy(usual_headers, std::back_inserter(request.headers));
    request.body = std::move(body);
    Reply reply{run(request)};
    check(request, reply.response);
    return reply;
}

void Service::check(const http::Request& request, const http::Response& response) {
    const bj::object* operation = operation_for(document(), request.method, request.path);
    INFO(request.path << " answered " << response.status << ": " << response.body);
    if (operation == nullptr) {
        REQUIRE(response.status >= 300);  // no route: a redirect, 404 or 405
        return;
    }
    const bj::object& answers = operation->at("responses").as_object();
    const bj::value* answer = answers.if_contains(std::to_string(response.status));
    REQUIRE(answer != nullptr);
    if (const bj::value* reference = answer->as_object().if_contains("$ref"))
        answer = &document().at_pointer(reference->as_string().subview(1));
    const bj::value* content = answer->as_object().if_contains("content");
    if (content == nullptr && !request.header("Prefer").empty()) {
        REQUIRE((response.body.empty() || shows_jobs(bj::parse(response.body), document())));
    } else if (content == nullptr) {
        REQUIRE(response.body.empty());
    } else if (const bj::value* json = content->as_object().if_contains("application/json")) {
        const bj::value body = bj::parse(response.body);
        REQUIRE(faults_of(body, json->at("schema"), document()) == std::vector<std::string>{});
    }
    const bj::value* fields = answer->as_object().if_contains("headers");
    for (const http::Header& header : response.headers) {
        INFO("header field " << header.name);
        REQUIRE((fields != nullptr && fields->as_object().contains(header.name)));
    }
}

std::string Service::given_job(std::string_view name, std::string_view cron) {
    const Reply reply = post("/job", job_text(name, cron));
    REQUIRE(reply.status() == 201);
    return std::string{reply.at("/job_id").as_string()};
}

model::Execution& Service::given_execution(std::string id, std::string_view job,
                                           model::ExecutionState state) {
    model::Execution execution{.id = ExecuteId{std::move(id)},
                               .job_id = JobId{std::string{job}},
                               .state = state,
                               .begin_at = clock.now(),
                               .tenant = options.tenant};
    execution.key = static_cast<std::int64_t>(store.executions.size()) + 1;
    store.executions.push_back(execution);
    return store.executions.back();
}

}  // namespace ecron::management::test
