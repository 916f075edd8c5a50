#pragma once
#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <memory>
#include <string>

#include "ecron/execution/runner.hpp"
#include "ecron/execution/secrets.hpp"
#include "ecron/http/client.hpp"

namespace ecron::execution {

struct HttpOptions {
    std::size_t limit{1'000};   // concurrent requests; enforced by the pool
    std::size_t per_host{256};  // of these to one host
    Millis connect_timeout{10'000};
    Millis timeout{60'000};  // default for jobs that specify none
    std::size_t output_limit{64UL * 1024};
    std::string callback_path{};  // the `webhook` header is this path, a slash and the execute id
};

/// Sends HTTP requests to the job's URL; http_request.hpp describes the request and the interpretation of the
/// response.
std::unique_ptr<Runner> make_http_runner(boost::asio::io_context& io, http::Client& client,
                                         const Secrets& secrets, HttpOptions options);

extern const ExecutorKind kHttpExecutor;

}  // namespace ecron::execution
