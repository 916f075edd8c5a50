#pragma once
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "ecron/base/time.hpp"
#include "ecron/http/message.hpp"
#include "ecron/management/ports.hpp"
#include "ecron/model/json.hpp"
#include "ecron/model/messages.hpp"
#include "ecron/store/store.hpp"

/// The HTTP API: routes to modules to answers. One table of routes serves requests, counts them and is told
/// as OpenAPI by GET /openapi.json; docs/api.md is its companion for people. Threads: the io_context's.
namespace ecron::management {

using Language = model::Language;

/// What else is counted by gauges, from parts that the API does not know.
struct Load {
    std::size_t running_attempts{}, waiting_attempts{}, connections{};
};

struct Options {
    Language language{Language::zh_cn};
    std::string prefix{"/api/ecron-management/v1"};
    std::string callback_path{"/api/cronsvr/v1/namespaces/common/executionresult"};
    TenantId tenant{"mock-client-id"};  // of every caller, while there is no authentication
    model::Rules rules{};
    std::string version{};
    std::string executor_id{};     // what the answer to POST /jobexecution names as executor
    std::function<Load()> load{};  // for metrics; may be empty
};

class Api {
public:
    Api(const Clock& clock, store::Store& store, Runs& runs, Options options);
    ~Api();
    Api(const Api&) = delete;
    Api& operator=(const Api&) = delete;

    /// The request must live until the awaitable ends.
    boost::asio::awaitable<http::Response> handle(const http::Request& request);
    /// The body of errors that the server itself answers.
    [[nodiscard]] http::Response error(unsigned status, std::string_view reason) const;
    /// From then on /health/ready answers 503.
    void drain();

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace ecron::management
