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
    Millis connect_timeout{10'000};
    Millis timeout{60'000};  // of jobs that name none
    std::size_t output_limit{64UL * 1024};
    std::string callback_path{};  // the `webhook` header is this path, a slash and the execute id
};

/// Calls the job's URL; what its target sees and what its answer means is told in http_request.hpp.
std::unique_ptr<Runner> make_http_runner(boost::asio::io_context& io, http::Client& client,
                                         const Secrets& secrets, HttpOptions options);

}  // namespace ecron::execution
