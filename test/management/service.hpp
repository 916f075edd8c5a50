#pragma once

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <catch2/catch.hpp>
#include <exception>
#include <string>
#include <string_view>

#include "ecron/management/api.hpp"
#include "management/fake_runs.hpp"
#include "management/fake_store.hpp"
#include "management/schema.hpp"

namespace ecron::management::test {

namespace bj = boost::json;
using http::Method;
inline const std::string kPrefix{"/api/ecron-management/v1"};
inline const std::string kCallback{"/api/cronsvr/v1/namespaces/common/executionresult"};

struct Reply {
    http::Response response;
    [[nodiscard]] unsigned status() const { return response.status; }
    [[nodiscard]] const std::string& text() const { return response.body; }
    [[nodiscard]] bj::value json() const { return bj::parse(response.body); }
    [[nodiscard]] std::string field(std::string_view name) const {
        for (const http::Header& header : response.headers)
            if (header.name == name) return header.value;
        return {};
    }
    [[nodiscard]] std::string cause() const { return std::string{json().at("cause").as_string()}; }
    [[nodiscard]] bj::value detail() const { return json().at("detail"); }
    /// Returns a value inside the response by its JSON pointer.
    [[nodiscard]] bj::value at(std::string_view pointer) const { return json().at_pointer(pointer); }
};

/// The API with all its dependencies in memory. Every response is validated against the API's OpenAPI
/// document.
class Service {
public:
    ManualClock clock{Instant{std::chrono::sys_days{std::chrono::year{2026} / 1 / 5}} +
                      std::chrono::hours{10}};
    FakeStore store;
    FakeRuns runs;
    Options options{.language = Language::en_us,
                    .tenant = TenantId{"me"},
                    .version = "0.0.0-test",
                    .executor_id = "node-1"};

    std::vector<http::Header> usual_headers{};  // sent with every request

    /// Paths that begin with '/' are under the API's prefix, except known root paths.
    Reply ask(Method method, std::string_view target, std::string body = {},
              std::vector<http::Header> headers = {});
    /// Sends the request unchanged.
    http::Response answer(const http::Request& request) { return run(request); }
    Reply get(std::string_view target) { return ask(Method::get, target); }
    Reply post(std::string_view target, std::string body) {
        return ask(Method::post, target, std::move(body));
    }
    Reply patch(std::string_view target, std::string body) {
        return ask(Method::patch, target, std::move(body));
    }
    Reply put(std::string_view target, std::string body) { return ask(Method::put, target, std::move(body)); }
    Reply remove(std::string_view target) { return ask(Method::delete_, target); }

    /// Creates a job and returns its id.
    std::string given_job(std::string_view name, std::string_view cron = "0 0 * * *");
    model::Execution& given_execution(std::string id, std::string_view job, model::ExecutionState state);

    Api& api() {
        if (!api_) api_ = std::make_unique<Api>(clock, store, runs, options);
        return *api_;
    }
    const bj::value& document();
    void restart() { api_.reset(), document_ = nullptr; }

private:
    void check(const http::Request& request, const http::Response& response);
    http::Response run(const http::Request& request);

    std::unique_ptr<Api> api_;
    bj::value document_;
};

inline std::string job_text(std::string_view name, std::string_view cron = "0 0 * * *",
                            std::string_view more = "") {
    return R"({"job_name":)" + bj::serialize(bj::value(name)) + R"(,"job_cron_time":")" + std::string{cron} +
           R"(","job_type":"scheduled","enabled":true,"job_context":{"mode":"http","exec":"http://localhost/x")" +
           std::string{more} + "}}";
}

}  // namespace ecron::management::test
