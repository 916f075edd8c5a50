#pragma once
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <string>

#include "ecron/analysis/scheduler.hpp"
#include "ecron/base/time.hpp"
#include "ecron/http/message.hpp"
#include "ecron/model/json.hpp"
#include "ecron/store/store.hpp"

/// The HTTP API: routes to modules to answers. docs/api.md is generated from the same table that routes and that
/// GET /openapi.json answers. Threads: the io_context's.
namespace ecron::management {

enum class Language : std::uint8_t { zh_cn, zh_tw, en_us };

struct Options {
    Language language{Language::zh_cn};
    std::string prefix{"/api/ecron-management/v1"};
    std::string callback_path{"/api/cronsvr/v1/namespaces/common/executionresult"};
    TenantId tenant{"mock-client-id"};  // of every caller, while there is no authentication
    model::Rules rules{};
    std::string version{};
};

class Api {
public:
    Api(const Clock& clock, store::Store& store, analysis::Scheduler& scheduler, Options options);
    ~Api();
    Api(const Api&) = delete;
    Api& operator=(const Api&) = delete;

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
